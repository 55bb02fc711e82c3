import type { Readable } from '@archive/core'
import { measure } from './measure'
import type { Timing } from './measure'

/** A summary of all targets in the newest session, three ways that must agree. */
export interface SessionSummary {
  runs: number
  fromTrends: Timing
  /** Milliseconds; once. */
  rawMs: number
  arraysMs: number
}

interface Row {
  targetId: number
  n: number
  failed: number
  maxUs: number
}

const OFTEN = { least: 100, most: 1000, enoughMs: 2000 }

const FROM_TRENDS = `SELECT target_id AS targetId, n, failed, coalesce(max_us, 0) AS maxUs, timed_out, cancelled, skipped,
  di, min_us FROM rollups WHERE resolution = 0 AND bucket = ? AND target_id > 0 ORDER BY target_id`
const RAW = `SELECT target_id AS targetId, count(*) AS n, sum(status = 1) AS failed,
  max(iif(status < 2, duration_us, 0)) AS maxUs, sum(status = 2), sum(status = 3), sum(status = 4), sum(flags & 1),
  min(duration_us) FROM runs WHERE session_id = ? GROUP BY target_id ORDER BY target_id`

/** From the session's own trends, from raw runs, and from arrays of numbers in memory; statements alone, without threads. */
export async function measureSessionSummary(db: Readable): Promise<SessionSummary> {
  const session = db.prepare<[], number>('SELECT max(id) FROM sessions').pluck().get() ?? 0
  const trends = db.prepare<[number], Row>(FROM_TRENDS)
  const fromTrends = await measure(() => trends.all(session), OFTEN)
  const [raw, rawMs] = timed(() => db.prepare<[number], Row>(RAW).all(session))
  const arrays = loadArrays(db, session)
  const [scanned, arraysMs] = timed(() => scan(arrays))
  expectSame(trends.all(session), raw)
  expectSame(trends.all(session), scanned)
  return { runs: arrays.targets.length, fromTrends, rawMs, arraysMs }
}

interface Arrays {
  targets: Uint16Array
  statuses: Uint8Array
  durations: Float64Array
}

function loadArrays(db: Readable, session: number): Arrays {
  const runs = db.prepare<[number], number>('SELECT count(*) FROM runs WHERE session_id = ?').pluck().get(session) ?? 0
  const arrays = {
    targets: new Uint16Array(runs),
    statuses: new Uint8Array(runs),
    durations: new Float64Array(runs),
  }
  const rows = db
    .prepare<[number], [number, number, number]>('SELECT target_id, status, duration_us FROM runs WHERE session_id = ?')
    .raw()
  let at = 0
  for (const [target, status, duration] of rows.iterate(session)) {
    arrays.targets[at] = target
    arrays.statuses[at] = status
    arrays.durations[at] = duration
    at++
  }
  return arrays
}

function scan({ targets, statuses, durations }: Arrays): Row[] {
  const most = targets.reduce((a, b) => Math.max(a, b), 0)
  const [n, failed, maxUs] = [new Float64Array(most + 1), new Float64Array(most + 1), new Float64Array(most + 1)]
  for (let at = 0; at < targets.length; at++) {
    const target = targets[at] ?? 0
    const status = statuses[at] ?? 0
    n[target] = (n[target] ?? 0) + 1
    if (status === 1) failed[target] = (failed[target] ?? 0) + 1
    if (status < 2) maxUs[target] = Math.max(maxUs[target] ?? 0, durations[at] ?? 0)
  }
  return Array.from(n, (count, targetId) => ({
    targetId,
    n: count,
    failed: failed[targetId] ?? 0,
    maxUs: maxUs[targetId] ?? 0,
  })).filter((row) => row.n > 0)
}

function timed<T>(work: () => T): [T, number] {
  const began = performance.now()
  const result = work()
  return [result, performance.now() - began]
}

function expectSame(some: readonly Row[], others: readonly Row[]): void {
  const told = (rows: readonly Row[]): string =>
    rows.map(({ targetId, n, failed, maxUs }) => [targetId, n, failed, maxUs].join(' ')).join('\n')
  if (told(some) !== told(others)) throw new Error('trends and runs do not agree')
}
