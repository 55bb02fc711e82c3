import { decodeHistogram, slotOf } from '@archive/core'
import { RUN_STATUSES } from '@shared/run'
import type { Database } from 'better-sqlite3'
import { expect } from 'vitest'
import { allRuns, groupBy } from './brute-force'
import type { PlainRun } from './brute-force'

/** A run with what trends count by. */
export interface CountedRun extends Pick<
  PlainRun,
  'id' | 'stream' | 'targetId' | 'startedUs' | 'endUs' | 'durationUs' | 'status' | 'flags'
> {
  sessionId: number | null
  groupId: number | null
}

/** Every run of an archive with its session and group. */
export function countedRuns(db: Database): CountedRun[] {
  const more = new Map(
    db
      .prepare<[], { id: number; sessionId: number | null; groupId: number | null }>(
        'SELECT id, session_id AS sessionId, group_id AS groupId FROM runs',
      )
      .all()
      .map((row) => [row.id, row]),
  )
  return allRuns(db).map((run) => ({ ...run, ...more.get(run.id)! }))
}

/** One row of `rollups`, with its histogram spelled out. */
export interface TrendRow {
  resolution: number
  bucket: number
  targetId: number
  n: number
  failed: number
  timedOut: number
  cancelled: number
  skipped: number
  di: number
  minUs: number | null
  maxUs: number | null
  /** Slot and count, in turn. */
  slots: number[]
}

const LENGTHS = [60, 3600, 86_400]

/** Rows as they must be: one for every bucket with a run, for its target and for its stream. */
export function expectedTrends(runs: CountedRun[]): TrendRow[] {
  const rows = new Map<string, CountedRun[]>()
  for (const run of runs) {
    const second = Math.floor(run.startedUs / 1_000_000)
    const buckets = LENGTHS.map((length) => `${length}/${Math.floor(second / length) * length}`)
    if (run.sessionId !== null) buckets.push(`0/${run.sessionId}`)
    for (const bucket of buckets) {
      for (const key of [`${bucket}/${run.targetId}`, `${bucket}/${-run.stream}`]) {
        const inside = rows.get(key) ?? []
        rows.set(key, inside)
        inside.push(run)
      }
    }
  }
  return [...rows].map(([key, inside]) => rowOf(key, inside)).sort(inOrder)
}

function rowOf(key: string, runs: CountedRun[]): TrendRow {
  const [resolution = 0, bucket = 0, targetId = 0] = key.split('/').map(Number)
  const of = (status: string) => runs.filter((run) => RUN_STATUSES[run.status] === status)
  const failed = of('failed')
  const timed = [...of('ok'), ...failed]
  const durations = timed.map((run) => run.durationUs)
  return {
    resolution,
    bucket,
    targetId,
    n: runs.length,
    failed: failed.length,
    timedOut: of('timed_out').length,
    cancelled: of('cancelled').length,
    skipped: of('skipped').length,
    di: failed.filter((run) => (run.flags & 1) === 1).length,
    minUs: durations.length === 0 ? null : Math.min(...durations),
    maxUs: durations.length === 0 ? null : Math.max(...durations),
    slots: [...groupBy(durations, slotOf)].sort(([a], [b]) => a - b).flatMap(([slot, inside]) => [slot, inside.length]),
  }
}

/** Rows as they are; those that only say what was expected left out. */
export function storedTrends(db: Database): TrendRow[] {
  return db
    .prepare<[], Omit<TrendRow, 'slots'> & { histogram: Uint8Array | null }>(
      `SELECT resolution, bucket, target_id AS targetId, n, failed, timed_out AS timedOut, cancelled, skipped, di,
         min_us AS minUs, max_us AS maxUs, histogram
       FROM rollups WHERE n > 0`,
    )
    .all()
    .map(({ histogram, ...row }) => ({ ...row, slots: spelledOut(histogram) }))
    .sort(inOrder)
}

function spelledOut(histogram: Uint8Array | null): number[] {
  if (histogram === null) return []
  return [...decodeHistogram(histogram).slots].flatMap((n, slot) => (n > 0 ? [slot, n] : []))
}

function inOrder(a: TrendRow, b: TrendRow): number {
  return a.resolution - b.resolution || a.bucket - b.bucket || a.targetId - b.targetId
}

/** Group trends as they must be. */
export function expectedGroupTrends(runs: CountedRun[]): number[][] {
  const counts = new Map<string, number>()
  for (const run of runs) {
    if (run.groupId === null) continue
    const second = Math.floor(run.startedUs / 1_000_000)
    for (const length of [3600, 86_400]) {
      const key = [length, Math.floor(second / length) * length, run.groupId].join('/')
      counts.set(key, (counts.get(key) ?? 0) + 1)
    }
  }
  return [...counts].map(([key, n]) => [...key.split('/').map(Number), n]).sort(byNumbers)
}

export function storedGroupTrends(db: Database): number[][] {
  const rows = db.prepare<[], number[]>('SELECT resolution, bucket, group_id, n FROM group_rollups').raw().all()
  return rows.sort(byNumbers)
}

function byNumbers(a: number[], b: number[]): number {
  return a.map((value, index) => value - (b[index] ?? 0)).find((difference) => difference !== 0) ?? 0
}

/**
 * Asserts that the stored trends are those of all runs up to each stream's watermark; those of minutes as far back as
 * they are said to be whole.
 */
export function expectTrendsTrue(db: Database, runs: CountedRun[] = countedRuns(db)): void {
  const rolled = new Map(
    db
      .prepare<[], { id: number; rolled: number; last: number }>(
        'SELECT id, rolled_sequence AS rolled, last_sequence AS last FROM streams',
      )
      .all()
      .map((stream) => {
        expect(stream.rolled).toBeLessThanOrEqual(stream.last)
        return [stream.id, stream.rolled]
      }),
  )
  const counted = runs.filter((run) => run.id % 2 ** 40 <= (rolled.get(run.stream) ?? 0))
  const from = db.prepare<[], number>(`SELECT v FROM meta WHERE k = 'trends.minute.from'`).pluck().get() ?? 0
  const whole = (row: TrendRow): boolean => row.resolution !== 60 || row.bucket >= from
  expect(storedTrends(db).filter(whole)).toEqual(expectedTrends(counted).filter(whole))
  expect(storedGroupTrends(db)).toEqual(expectedGroupTrends(counted))
}
