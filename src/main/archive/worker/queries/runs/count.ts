import type { Span, RunFilter } from '@shared/filter'
import type { TierCounts } from '@shared/contract'
import { TIERS } from '@shared/run'
import type { CallContext } from '../../core/serve'
import type { Blocks } from './blocks'
import type { Directory } from '../directory'
import { createYieldThread } from '../../core/scheduling'
import { addRow, addRun, nothingCounted } from '../trends/figures'
import type { Counted } from '../trends/figures'
import type { Gather, Request } from '../trends/aggregate'
import { rangeOf, totalsOf } from '../trends/ranges'
import { holdsWhole, wantedBy, wantedOf } from './filter'
import type { Wanted } from './filter'

interface Parts {
  blocks: Blocks
  directory: Directory
  gather: Gather
}

/** How many runs a filter holds: from trends where these tell, else block by block. */
export async function countRuns(parts: Parts, filter: RunFilter, context: CallContext): Promise<{ runs: number }> {
  const wanted = wantedBy(filter, parts.directory)
  const counted = await countByTrends(parts.gather, filter, wanted, context)
  return { runs: counted ? wantedOf(counted, wanted) : await countByBlocks(parts, filter, wanted, context) }
}

/** Runs of a span by tier. */
export async function countByTier(
  parts: Parts,
  { sourceId, span }: { sourceId: number; span: Span },
  context: CallContext,
): Promise<TierCounts> {
  const total: TierCounts = { app: 0, framework: 0 }
  for (const tier of TIERS) {
    const filter: RunFilter = { sourceId, tier, span, targetId: null, conditions: [] }
    total[tier] = (await countRuns(parts, filter, context)).runs
  }
  return total
}

/**
 * The runs of a filter's streams, span and targets, by outcome. Null where trends do not tell exactly what a list holds:
 * they know nothing of errors, they still count runs that were deleted, and a target's trends do not tell its tiers apart.
 */
async function countByTrends(
  gather: Gather,
  { sourceId, tier, span }: RunFilter,
  { errors, targets }: Wanted,
  context: CallContext,
): Promise<Counted | null> {
  if (errors !== null || (targets !== null && tier !== 'all')) return null
  const counted = nothingCounted()
  let tells = false
  await gather(
    { sourceId, tier, targetId: targets?.size === 1 ? ([...targets][0] ?? null) : null },
    (known) => {
      const range = rangeOf(span, known)
      tells = range.precision.kind === 'exact' && range.fromUs >= known.kept.runsFromUs
      Object.assign(counted, nothingCounted())
      const keys = targets === null ? totalsOf(known, range) : [...targets]
      const request: Request = {
        range,
        trends: (piece, rows) => rows.of(piece, keys, false, (row) => addRow(counted, row)),
        run: (run) => {
          if (targets === null || targets.has(run.targetId)) addRun(counted, run)
        },
      }
      return { requests: tells ? [request] : [], answer: () => null }
    },
    context,
  )
  return tells ? counted : null
}

/** Block by block; those that lie in the filter as a whole are not read. */
async function countByBlocks(
  { blocks, directory }: Parts,
  filter: RunFilter,
  wanted: Wanted,
  context: CallContext,
): Promise<number> {
  const breathe = createYieldThread(context)
  let runs = 0
  for (const stretch of streamsOf(filter, wanted, directory)) {
    for (const block of blocks.candidates(stretch, wanted, 'descending')) {
      runs += holdsWhole(block, wanted) ? block.n : await blocks.count(block.block, wanted, breathe)
      await breathe()
    }
  }
  return runs
}

/** The streams that a filter chooses, as a whole. */
export function streamsOf({ sourceId }: { sourceId: number }, wanted: Wanted, directory: Directory) {
  return directory
    .streamsOf(sourceId)
    .filter((stream) => wanted.streams.includes(stream.id))
    .map((stream) => ({ stream: stream.id, from: 1, to: stream.lastSequence }))
}
