import type { Writable } from '../core/database'
import { blockOf, BLOCK_SIZE, sequenceOf, streamOf } from '../core/ids'
import { createRunErasure } from '../derived/failures'
import type { WriterMemory } from '../derived/writer-memory'
import type { Cut, ExpiredRun } from './expiry'
import { createExpiredRuns } from './expiry'
import { createGroupDecrement } from '../derived/error-groups'

/** Most runs of a block in one transaction; fewer where the disk is slow. */
const MOST = BLOCK_SIZE
const FEWEST = 256
/** A transaction that took longer makes the next one smaller, milliseconds. */
const LONG_MS = 12
/** Runs that are scattered among others are deleted a stretch at a time: most stretches in one transaction. */
const STRETCHES = 256

/** What one transaction deleted. */
export interface Deleted {
  runs: number
  /** Newest start among them, microseconds; null without any. */
  upToUs: number | null
  /** Whether the block may hold more that is to go. */
  more: boolean
}

/** Deletes runs with everything that hangs on them, a short transaction at a time. */
export interface RunDeletion {
  /** One transaction: as many of a block's runs as it may take, in order of ids. */
  deleteSome(block: number, cut: Cut): Deleted
}

/** Ids, both ends included. */
interface Stretch {
  first: number
  last: number
}

/** `memory`: what the connection knows of these runs is written before, and forgotten after. */
export function createRunDeletion(db: Writable, memory: WriterMemory): RunDeletion {
  const statements = prepareAll(db)
  const groups = createGroupDecrement(db)
  const goingRuns = createExpiredRuns(db)
  const erase = createRunErasure(db)
  let most = MOST

  const transaction = db.transaction((block: number, cut: Cut): Deleted & { stale: boolean } => {
    const found = goingRuns.list(block, cut, most)
    const { stretches, going } = stretchesOf(found)
    const newest = going.at(-1)
    if (!newest) return { runs: 0, upToUs: null, more: false, stale: false }
    const streamId = streamOf(newest.id)
    const stream = statements.stream.get(streamId)
    // A trend is never made from runs of which some are gone.
    if (stream && sequenceOf(newest.id) > stream.rolled) memory.trends.flush()
    for (const { first, last } of stretches) erase(first, last)
    groups.decrement(going)
    memory.zones.rebuild(block)
    const stripsChanged = memory.recent.remove(going)
    // A clock that was ahead says nothing of what is left.
    const starts = going.flatMap((run) => (run.startedUs < cut.nowUs ? [run.startedUs] : []))
    const upToUs = starts.reduce((latest, startedUs) => Math.max(latest, startedUs), 0)
    if (upToUs > 0) noteCoverage(streamId, upToUs)
    return {
      runs: going.length,
      upToUs: upToUs > 0 ? upToUs : null,
      more: going.length < found.length || found.length === most,
      stale: stripsChanged || block === blockOf(newest.id - sequenceOf(newest.id) + (stream?.last ?? 0)),
    }
  }).immediate

  /** Runs up to this start are known from trends alone, all of them or some. */
  const noteCoverage = (streamId: number, upToUs: number): void => {
    const reach = statements.reach.get(streamId)
    if (!reach || reach.fromUs > upToUs) return
    statements.moveReach.run(upToUs + 1, upToUs + 1, streamId)
    const trends = { streamId, fromUs: reach.fromUs, toUs: upToUs }
    if (statements.extendTrends.run(trends).changes === 0) statements.addTrends.run(trends)
  }

  return {
    deleteSome: (block, cut) => {
      const began = performance.now()
      try {
        const { stale, ...deleted } = transaction(block, cut)
        // Blocks that are still appended to, and strips, are kept in memory between batches.
        if (stale) memory.forget()
        return deleted
      } catch (error) {
        memory.forget()
        throw error
      } finally {
        const took = performance.now() - began
        if (took > LONG_MS) most = Math.max(FEWEST, most >> 1)
        else if (took < LONG_MS / 2) most = Math.min(MOST, most * 2)
      }
    },
  }
}

/** Runs of ids without a gap, as many as one transaction may take, and the runs that lie in them. */
function stretchesOf(found: readonly ExpiredRun[]): { stretches: Stretch[]; going: ExpiredRun[] } {
  const stretches: Stretch[] = []
  const going: ExpiredRun[] = []
  for (const run of found) {
    const open = stretches.at(-1)
    if (open && open.last === run.id - 1) open.last = run.id
    else if (stretches.length === STRETCHES) break
    else stretches.push({ first: run.id, last: run.id })
    going.push(run)
  }
  return { stretches, going }
}

function prepareAll(db: Writable) {
  return {
    stream: db.prepare<[number], { last: number; rolled: number }>(
      'SELECT last_sequence AS last, rolled_sequence AS rolled FROM streams WHERE id = ?',
    ),
    reach: db.prepare<[number], { fromUs: number }>(
      `SELECT from_us AS fromUs FROM coverage WHERE stream_id = ? AND kind = 'runs'`,
    ),
    moveReach: db.prepare<[number, number, number]>(
      `UPDATE coverage SET from_us = ?, to_us = max(to_us, ?) WHERE stream_id = ? AND kind = 'runs'`,
    ),
    extendTrends: db.prepare<[{ streamId: number; fromUs: number; toUs: number }]>(
      `UPDATE coverage SET from_us = min(from_us, @fromUs), to_us = max(to_us, @toUs)
       WHERE stream_id = @streamId AND kind = 'trends'`,
    ),
    addTrends: db.prepare<[{ streamId: number; fromUs: number; toUs: number }]>(
      `INSERT INTO coverage (stream_id, kind, from_us, to_us) VALUES (@streamId, 'trends', @fromUs, @toUs)`,
    ),
  }
}
