import type { Tier } from '@shared/run'
import type { Readable } from '../core/database'
import type { RunInput } from '../../batch'
import { encodeUid } from '../core/execution-id'
import { blocksOfStream, idsOfBlock, STREAMS } from '../core/ids'

/** Where a source already has a run: the stream and its epoch. */
interface KnownRun {
  streamId: number
  epochId: number
}

/** Finds out which runs a source already has, by start, length and, where it is kept, execution id. */
export interface KnownRuns {
  of(sourceId: number, runs: readonly RunInput[]): Map<RunInput, KnownRun>
  /** Starts of the oldest and the newest run that the source has; null when it has none. */
  range(sourceId: number): { fromUs: number; toUs: number } | null
}

interface StoredKey {
  started: number
  duration: number
  uid: Uint8Array | null
}

export function createKnownRuns(db: Readable): KnownRuns {
  const selectStreams = db.prepare<[number], { id: number; epochId: number }>(
    `SELECT st.id, e.id AS epochId FROM ${STREAMS} WHERE e.source_id = ?`,
  )
  const selectBlocks = db
    .prepare<[number, number, number, number], number>(
      'SELECT block FROM blocks WHERE block BETWEEN ? AND ? AND min_start_us <= ? AND max_start_us >= ? ORDER BY block',
    )
    .pluck()
  const selectRange = db.prepare<[number, number], { fromUs: number | null; toUs: number | null }>(
    'SELECT min(min_start_us) AS fromUs, max(max_start_us) AS toUs FROM blocks WHERE block BETWEEN ? AND ?',
  )
  const selectRuns = db.prepare<[number, number, number, number], StoredKey>(
    `SELECT started_us AS started, duration_us AS duration, uid FROM runs
     WHERE id BETWEEN ? AND ? AND started_us BETWEEN ? AND ?`,
  )

  return {
    of: (sourceId, runs) => {
      const found = new Map<RunInput, KnownRun>()
      if (runs.length === 0) return found
      const from = extreme(runs, Math.min)
      const to = extreme(runs, Math.max)
      const waiting = new Map<string, RunInput[]>()
      for (const run of runs) {
        const key = keyOf(run.startedUs, run.durationUs)
        const same = waiting.get(key)
        if (same) same.push(run)
        else waiting.set(key, [run])
      }
      for (const stream of selectStreams.all(sourceId)) {
        for (const block of selectBlocks.all(...blocksOfStream(stream.id), to, from)) {
          const { first, last: lastId } = idsOfBlock(block)
          for (const stored of selectRuns.all(first, lastId, from, to)) {
            for (const run of waiting.get(keyOf(stored.started, stored.duration)) ?? []) {
              if (!found.has(run) && isSame(run, stored)) {
                found.set(run, { streamId: stream.id, epochId: stream.epochId })
                break
              }
            }
          }
        }
      }
      return found
    },
    range: (sourceId) => {
      const ranges = selectStreams
        .all(sourceId)
        .map(({ id }) => selectRange.get(...blocksOfStream(id)))
        .flatMap((range) => (range && range.fromUs !== null && range.toUs !== null ? [range] : []))
      const froms = ranges.map((range) => range.fromUs ?? 0)
      return froms.length === 0
        ? null
        : { fromUs: Math.min(...froms), toUs: Math.max(...ranges.map((range) => range.toUs ?? 0)) }
    },
  }
}

function keyOf(started: number, duration: number): string {
  return `${started}/${duration}`
}

/** Successes of the framework are kept without their id. */
function isSame(run: RunInput, stored: StoredKey): boolean {
  if (stored.uid === null || run.executionId === null) return true
  return Buffer.compare(encodeUid(run.executionId), stored.uid) === 0
}

function extreme(runs: readonly RunInput[], pick: (a: number, b: number) => number): number {
  return runs.reduce((best, run) => pick(best, run.startedUs), runs[0]?.startedUs ?? 0)
}

/**
 * Tells which runs were counted before though the source has them no more: a backup that was put back, or a copy, brings
 * runs that the retention deleted, and trends must not count them twice. What lies in the time that only trends know of
 * is taken for counted.
 */
export type CountedBefore = (sourceId: number, exceptEpochId: number | null) => (run: RunInput) => boolean

interface Reach {
  tier: Tier
  fromUs: number
  toUs: number
}

/** What is known is looked up when the reading begins: what it counts itself is no reason to leave out a late run. */
export function createCountedBefore(db: Readable): CountedBefore {
  const select = db.prepare<[number, number], Reach>(
    `SELECT st.tier, c.from_us AS fromUs, c.to_us AS toUs
     FROM ${STREAMS} JOIN coverage c ON c.stream_id = st.id
     WHERE e.source_id = ? AND e.id <> ? AND c.kind = 'trends'`,
  )
  return (sourceId, exceptEpochId) => {
    const reaches = select.all(sourceId, exceptEpochId ?? 0)
    return ({ tier, startedUs }) =>
      reaches.some((reach) => reach.tier === tier && startedUs >= reach.fromUs && startedUs <= reach.toUs)
  }
}
