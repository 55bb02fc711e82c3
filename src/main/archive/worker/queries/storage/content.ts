import type { ContentKind, StorageInfo } from '@shared/storage'
import type { Readable } from '../../core/database'
import { RESOLUTION } from '../../derived/rollups/accumulator'

/** Bytes by content; they add up to the pages in use. */
export type Content = StorageInfo['content']

/** Bytes of a row without its texts: measured on archives of 0.5 and 7 million runs, with what pages waste. */
const ROW = { failure: 25, traceback: 110, log: 70, trend: 33, groupTrend: 20 } as const
/** Number of the newest rows that tell how long texts are. */
const SAMPLE = 200
/** Buckets of trends counted by one statement. */
const BUCKETS = {
  [RESOLUTION.minute]: 360,
  [RESOLUTION.hour]: 720,
  [RESOLUTION.day]: 3650,
  [RESOLUTION.session]: 100,
} as const

/**
 * Weighs what an archive holds without reading all of it: runs by the zone map, trends by their number, failures and log
 * lines by their number and a sample. What is left of the pages in use is `other`.
 */
export function createContent(db: Readable) {
  const statements = prepareAll(db)

  const failures = (): number => {
    const n = statements.failures.get() ?? 0
    const tracebacks = statements.tracebacks.get() ?? 0
    return (
      n * (ROW.failure + (statements.messageBytes.get() ?? 0)) +
      tracebacks * (ROW.traceback + (statements.tracebackBytes.get() ?? 0))
    )
  }

  const logs = (): number => {
    const { first, last } = statements.logs.get() ?? { first: null, last: null }
    if (first === null || last === null) return 0
    return (last - first + 1) * (ROW.log + (statements.logBytes.get() ?? 0))
  }

  /** Trends of one length, some buckets a statement. */
  const rowsOf = async (resolution: keyof typeof BUCKETS, breathe: () => Promise<void>): Promise<number> => {
    const step = BUCKETS[resolution] * Math.max(1, resolution)
    let bytes = 0
    for (let from = statements.nextBucket.get(resolution, 0); from !== undefined;) {
      const counted = statements.trends.get(resolution, from, from + step)
      if (counted) bytes += counted.n * ROW.trend + counted.bytes
      await breathe()
      from = statements.nextBucket.get(resolution, from + step)
    }
    return bytes
  }

  const trends = async (breathe: () => Promise<void>): Promise<number> => {
    let bytes = (statements.groupTrends.get() ?? 0) * ROW.groupTrend
    for (const resolution of [RESOLUTION.minute, RESOLUTION.hour, RESOLUTION.day, RESOLUTION.session])
      bytes += await rowsOf(resolution, breathe)
    return bytes
  }

  return async (usedBytes: number, runBytes: number, breathe: () => Promise<void>): Promise<Content> => {
    const weighed: [ContentKind, number][] = [
      ['runs', runBytes],
      ['failures', failures()],
      ['logs', logs()],
      ['trends', await trends(breathe)],
    ]
    const sum = weighed.reduce((total, [, bytes]) => total + bytes, 0)
    const scale = sum > usedBytes ? usedBytes / sum : 1
    const content: Content = weighed.map(([kind, bytes]) => ({ kind, bytes: Math.floor(bytes * scale) }))
    const rest = usedBytes - content.reduce((total, { bytes }) => total + bytes, 0)
    return [...content, { kind: 'other', bytes: rest }]
  }
}

function prepareAll(db: Readable) {
  const number = (sql: string) => db.prepare<[], number>(sql).pluck()
  return {
    // Failed runs that are still there.
    failures: number('SELECT coalesce(sum(n_total - n_deleted), 0) FROM error_groups'),
    messageBytes: number(
      `SELECT avg(coalesce(octet_length(message), 0)) FROM (SELECT message FROM failures ORDER BY run_id DESC LIMIT ${SAMPLE})`,
    ),
    tracebacks: number('SELECT count(*) FROM tracebacks'),
    tracebackBytes: number(
      `SELECT avg(octet_length(body)) FROM (SELECT body FROM tracebacks ORDER BY id DESC LIMIT ${SAMPLE})`,
    ),
    logs: db.prepare<[], { first: number | null; last: number | null }>(
      'SELECT (SELECT min(id) FROM run_logs) AS first, (SELECT max(id) FROM run_logs) AS last',
    ),
    logBytes: number(
      `SELECT avg(octet_length(logger) + octet_length(message) + coalesce(octet_length(error), 0))
       FROM (SELECT logger, message, error FROM run_logs ORDER BY id DESC LIMIT ${SAMPLE})`,
    ),
    nextBucket: db
      .prepare<[number, number], number>(
        'SELECT bucket FROM rollups WHERE resolution = ? AND bucket >= ? ORDER BY bucket LIMIT 1',
      )
      .pluck(),
    trends: db.prepare<[number, number, number], { n: number; bytes: number }>(
      `SELECT count(*) AS n, coalesce(sum(length(histogram)), 0) AS bytes FROM rollups
       WHERE resolution = ? AND bucket >= ? AND bucket < ?`,
    ),
    groupTrends: number('SELECT count(*) FROM group_rollups'),
  }
}
