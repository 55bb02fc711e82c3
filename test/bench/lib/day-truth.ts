import type { RunInput } from '@main/archive/batch'
import type { Database } from 'better-sqlite3'

/** What a target did on one day, by its foreign id; durations of ok and failed runs, microseconds. */
export interface DayRow {
  target: number
  n: number
  failed: number
  timedOut: number
  cancelled: number
  skipped: number
  minUs: number | null
  maxUs: number | null
}

const DAY_S = 86_400
const US = 1_000_000

/** Counts the runs of one day while they are made, apart from the archive. */
export function createDayTruth(dayUs: number): { add(run: RunInput): void; rows(): DayRow[] } {
  const rows = new Map<number, DayRow>()
  return {
    add: ({ foreignTargetId: target, startedUs, durationUs, status }) => {
      if (startedUs < dayUs || startedUs >= dayUs + DAY_S * US) return
      const row = rows.get(target) ?? { target, ...NOTHING }
      rows.set(target, row)
      row.n++
      const outcome = ([null, 'failed', 'timedOut', 'cancelled', 'skipped'] as const)[status]
      if (outcome) row[outcome]++
      if (status > 1) return
      row.minUs = Math.min(row.minUs ?? Infinity, durationUs)
      row.maxUs = Math.max(row.maxUs ?? 0, durationUs)
    },
    rows: () => [...rows.values()].sort((a, b) => a.target - b.target),
  }
}

/** The same from the archive's trends of that day. */
export function storedDay(db: Database, dayUs: number): DayRow[] {
  return db
    .prepare<[number], DayRow>(
      `SELECT t.foreign_id AS target, r.n, r.failed, r.timed_out AS timedOut, r.cancelled, r.skipped,
         r.min_us AS minUs, r.max_us AS maxUs
       FROM rollups r JOIN targets t ON t.id = r.target_id
       WHERE r.resolution = ${DAY_S} AND r.bucket = ? AND r.target_id > 0 ORDER BY t.foreign_id`,
    )
    .all(dayUs / US)
}

/** The histograms of that day, by the archive's target ids; percentiles rest on them. */
export function histogramsOf(db: Database, dayUs: number): string {
  return db
    .prepare<[number], string>(
      `SELECT target_id || ' ' || hex(histogram) FROM rollups
       WHERE resolution = ${DAY_S} AND bucket = ? ORDER BY target_id`,
    )
    .pluck()
    .all(dayUs / US)
    .join('\n')
}

const NOTHING = { n: 0, failed: 0, timedOut: 0, cancelled: 0, skipped: 0, minUs: null, maxUs: null }
