import type { Tier } from '@shared/run'
import type { Limits, RetentionPreview } from '@shared/storage'
import type { Readable } from '../../core/database'
import { createAgedStreams, cutOffFor, shareBefore, createExpiredRuns } from '../../retention/expiry'
import { createArchiveSize, sizeGoal } from '../../retention/size'
import type { AgedBlock, CutBlock } from '../../retention/expiry'
import { createNoted } from '../../retention/retention-log'
import { PAGE_BYTES } from '../../core/connection'
import { idsOfBlock, streamOf } from '../../core/ids'
import type { CallContext } from '../../core/serve'
import { createYieldThread } from '../../core/scheduling'

/** What goes of one tier. */
interface Going {
  runs: number
  bytes: number
  upToUs: number | null
}

/** Tells what limits would remove now, without removing it: as a pass would, in the same order. */
export function createStoragePreview(db: Readable, clockUs: () => number) {
  const streams = createAgedStreams(db)
  const size = createArchiveSize(db)
  const goingRuns = createExpiredRuns(db)
  const noted = createNoted(db)

  return async (limits: Limits, context: CallContext): Promise<RetentionPreview> => {
    const now = noted.nowUs(clockUs())
    const breathe = createYieldThread(context)
    const going: Record<Tier, Going> = {
      app: { runs: 0, bytes: 0, upToUs: null },
      framework: { runs: 0, bytes: 0, upToUs: null },
    }
    const left = new Map<number, AgedBlock>()
    const tiers = new Map<number, Tier>()
    for (const stream of streams.list()) {
      tiers.set(stream.id, stream.tier)
      for (const block of streams.blocksOf(stream)) left.set(block.block, block)
      await breathe()
    }
    const tierOf = ({ block }: AgedBlock): Tier => tiers.get(streamOf(idsOfBlock(block).first)) ?? 'app'

    const note = (block: AgedBlock, runs: number, upToUs: number): void => {
      if (runs === 0) return
      const tier = going[tierOf(block)]
      tier.runs += runs
      tier.bytes += block.bytes * (runs / block.n)
      tier.upToUs = Math.max(tier.upToUs ?? 0, upToUs)
    }

    const byTime = async ({ block, cut }: CutBlock): Promise<void> => {
      // Only blocks that lie across the cut-off are looked into.
      const runs = block.maxStartUs < cut.beforeUs ? block.n : goingRuns.count(block.block, cut)
      note(block, runs, cut.beforeUs)
      if (runs >= block.n) left.delete(block.block)
      else {
        const kept = 1 - runs / block.n
        left.set(block.block, {
          ...block,
          n: block.n - runs,
          bytes: block.bytes * kept,
          minStartUs: Math.min(block.maxStartUs, Math.max(block.minStartUs, cut.beforeUs)),
        })
      }
      await breathe()
    }

    for (const each of streams.pastTerm(limits, now)) await byTime(each)

    const goal = sizeGoal(limits.maxSizeMb)
    const freed = (): number => going.app.bytes + going.framework.bytes
    const isOver = size.bytes() - freed() > goal.limitBytes
    const overBy = (): number => size.pages().used * PAGE_BYTES - freed() - goal.usedPages * PAGE_BYTES
    for (const tier of ['framework', 'app'] as const) {
      if (!isOver || overBy() <= 0) break
      const blocks = [...left.values()].filter((block) => tierOf(block) === tier)
      const cutUs = cutOffFor(blocks, overBy())
      for (const block of blocks)
        note(block, Math.round(block.n * shareBefore(block, cutUs)), Math.min(cutUs, block.maxStartUs + 1))
      await breathe()
    }
    return {
      runs: going.app.runs + going.framework.runs,
      frameworkRuns: going.framework.runs,
      appUpToUs: going.app.upToUs,
      frameworkUpToUs: going.framework.upToUs,
      bytes: Math.round(freed()),
    }
  }
}
