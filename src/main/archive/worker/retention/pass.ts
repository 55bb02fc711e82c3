import { Failure } from '@shared/result'
import type { Tier } from '@shared/run'
import type { Bound } from '@shared/storage'
import type { Writable } from '../core/database'
import type { RetainReport, RetainRequest, WriteApi } from '../../api'
import { PAGE_BYTES } from '../core/connection'
import { idsOfBlock, streamOf } from '../core/ids'
import type { CallContext, ThreadHandlers } from '../core/serve'
import type { WriterMemory } from '../derived/writer-memory'
import { createArchiveSize, PAUSE_MS, shrink, sizeGoal } from './size'
import { createRollupDeletion } from './delete-rollups'
import { createRunDeletion } from './delete-runs'
import { createAgedStreams, cutOffFor, shareBefore } from './expiry'
import type { CutBlock } from './expiry'
import { createRetentionLog } from './retention-log'
import type { TrustedTime } from './trusted-time'

/** What a pass did so far. */
interface PassTally extends Omit<RetainReport, 'bytesBefore' | 'bytesAfter'> {
  /** Newest run deleted, by start, microseconds. */
  upToUs: number | null
}

/** One pass at a time over an archive. */
interface Passes {
  /** Deletes what is to go, a short transaction at a time, and counts it in `tally`. Throws `cancelled` in between. */
  run(request: RetainRequest, tally: PassTally, context: Pick<CallContext, 'pause' | 'progress'>): Promise<void>
}

/** Framework runs give way first, then app runs. */
const ORDER: readonly Tier[] = ['framework', 'app']

function createPasses(db: Writable, memory: WriterMemory, time: Pick<TrustedTime, 'look'>): Passes {
  const streams = createAgedStreams(db)
  const size = createArchiveSize(db)
  const deletion = createRunDeletion(db, memory)
  const trends = createRollupDeletion(db)

  const run: Passes['run'] = async ({ limits, rules }, tally, context) => {
    const goal = sizeGoal(limits.maxSizeMb)
    const tiers = new Map(streams.list().map((stream) => [stream.id, stream.tier]))
    let total = 0

    const count = (tier: Tier | undefined, bound: Bound, runs: number, upToUs: number | null): void => {
      if (runs === 0) return
      tally.runs += runs
      if (tier === 'framework') tally.frameworkRuns += runs
      tally.bound = bound
      if (upToUs !== null) tally.upToUs = Math.max(tally.upToUs ?? 0, upToUs)
      context.progress({ done: tally.runs, total: Math.max(total, tally.runs) })
    }

    /** Deletes the runs of some blocks until `enough`; returns how many went. */
    const sweep = async (bound: Bound, blocks: readonly CutBlock[], enough: () => boolean): Promise<number> => {
      total =
        tally.runs + Math.round(blocks.reduce((n, { block, cut }) => n + block.n * shareBefore(block, cut.beforeUs), 0))
      const before = tally.runs
      for (const { block, cut } of blocks) {
        for (let more = true; more && !enough();) {
          const deleted = deletion.deleteSome(block.block, cut)
          count(tiers.get(streamOf(idsOfBlock(block.block).first)), bound, deleted.runs, deleted.upToUs)
          more = deleted.more
          await context.pause(PAUSE_MS)
        }
      }
      return tally.runs - before
    }

    const deleteTrends = async (step: () => number, enough: () => boolean): Promise<number> => {
      let deleted = 0
      while (!enough()) {
        const rows = step()
        if (rows === 0) break
        deleted += rows
        await context.pause(PAUSE_MS)
      }
      return deleted
    }

    /** Does nothing while our clock cannot be believed; returns whether it did. */
    const timeRule = async (): Promise<boolean> => {
      const { nowUs, waits } = time.look()
      if (waits !== null) return false
      await sweep('time', streams.pastTerm(limits, nowUs), () => false)
      await deleteTrends(
        () => trends.deletePastTerm(nowUs),
        () => false,
      )
      return true
    }

    const sizeRule = async (): Promise<void> => {
      if (size.bytes() <= goal.limitBytes) return
      // What is past its term anyway goes before anything that is not.
      if (!rules.includes('time')) await timeRule()
      const overBy = (): number => size.pages().used - goal.usedPages
      const enough = (): boolean => overBy() <= 0
      for (const tier of ORDER) {
        for (let all = false; !enough() && !all;) {
          const blocks = streams.list().flatMap((stream) => (stream.tier === tier ? streams.blocksOf(stream) : []))
          const beforeUs = cutOffFor(blocks, overBy() * PAGE_BYTES)
          const cut = { beforeUs, future: false, sparesSessions: false, nowUs: time.look().nowUs }
          const older = blocks.filter((block) => block.minStartUs < beforeUs).map((block) => ({ block, cut }))
          older.sort((a, b) => a.block.minStartUs - b.block.minStartUs)
          const went = await sweep('size', older, enough)
          all = beforeUs === Infinity || went === 0
        }
      }
      const rows = await deleteTrends(trends.deleteOldest, enough)
      if (rows > 0) tally.bound = 'size'
    }

    if (rules.includes('time')) tally.timeWaits = !(await timeRule())
    if (rules.includes('size')) await sizeRule()
    if (tally.runs > 0) context.progress({ done: tally.runs, total: tally.runs })
    await shrink(db, size, goal.freePages, context)
    if (rules.includes('size'))
      tally.limitTooSmall = size.bytes() > goal.limitBytes && size.pages().used > goal.usedPages
  }

  return { run }
}

/** Passes of the retention. */
export type RetentionPasses = Pick<ThreadHandlers<WriteApi>, 'retain'> & Pick<WriteApi, 'retentionDue'>

export function createRetentionPasses(db: Writable, memory: WriterMemory, time: TrustedTime): RetentionPasses {
  const passes = createPasses(db, memory, time)
  const size = createArchiveSize(db)
  const log = createRetentionLog(db)
  let going = false

  const retain: RetentionPasses['retain'] = async (request, context) => {
    if (going) throw new Failure('busy', 'The archive is being cleaned up.', 'Wait for its end, or cancel it.')
    going = true
    const { reason, rules, limits } = request
    const [atUs, began, bytesBefore] = [time.clockUs(), performance.now(), size.bytes()]
    const tally: PassTally = {
      runs: 0,
      frameworkRuns: 0,
      bound: null,
      limitTooSmall: false,
      timeWaits: false,
      upToUs: null,
    }

    const close = (cancelled: boolean): number => {
      const { limitTooSmall, timeWaits, ...did } = tally
      const bytesAfter = size.bytes()
      const durationUs = Math.round((performance.now() - began) * 1000)
      log.moveDue(rules, time.clockUs(), timeWaits)
      if (rules.includes('size') && !cancelled) log.noteTooSmall(limits.maxSizeMb, limitTooSmall)
      log.write({ ...did, atUs, durationUs, reason, bytesBefore, bytesAfter, cancelled })
      return bytesAfter
    }

    try {
      await passes.run(request, tally, context)
      const bytesAfter = close(false)
      const { runs, frameworkRuns, bound, limitTooSmall, timeWaits } = tally
      return { runs, frameworkRuns, bound, limitTooSmall, timeWaits, bytesBefore, bytesAfter }
    } catch (thrown) {
      // What was deleted stays deleted, and is told of; the rest follows when it is due again.
      if (thrown instanceof Failure && thrown.code === 'cancelled') close(true)
      throw thrown
    } finally {
      going = false
      // Some of what is kept in memory (which failures may still get log lines) may be of runs that are gone.
      if (tally.runs > 0) memory.forget()
    }
  }

  return {
    retain,
    retentionDue: () => {
      time.note()
      return { ...log.due(), timeWaits: time.look().waits !== null }
    },
  }
}
