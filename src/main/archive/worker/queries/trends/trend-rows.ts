import type { Database } from 'better-sqlite3'
import type { Piece, TrendLength } from './compose'

/** A row of `rollups`. */
export interface TrendRow {
  /** Start of its bucket, microseconds. */
  fromUs: number
  lengthUs: number
  /** A target, or −stream for the total of a stream. */
  targetId: number
  n: number
  failed: number
  timedOut: number
  cancelled: number
  skipped: number
  di: number
  /** Starts that the schedule foresaw; null when it cannot be known, or not yet. */
  expected: number | null
  /** Null unless asked for, and where no run has a duration that counts. */
  histogram: Uint8Array | null
}

/** Whose rows: every target's of every source, or these (a target, or −stream for a stream's total). */
export type TrendKeys = 'targets' | number[]

export interface TrendRows {
  /** Rows of a piece in order of time. Within a transaction, in statements of a bounded number of buckets. */
  read(piece: Piece & { from: TrendLength }, keys: TrendKeys, durations: boolean, take: (row: TrendRow) => void): void
}

type Stored = Omit<TrendRow, 'fromUs' | 'lengthUs'> & { bucket: number }

const SECOND_US = 1_000_000
/** A statement reads so many rows at most, or as many as one bucket holds: some milliseconds. */
const MOST_LOOKUPS = 4096
const MOST_BUCKETS = 32

export function createTrendRows(db: Database): TrendRows {
  const columns = (durations: boolean) =>
    `r.bucket, r.target_id AS targetId, r.n, r.failed, r.timed_out AS timedOut, r.cancelled, r.skipped, r.di, r.expected,
     ${durations ? 'r.histogram' : 'NULL AS histogram'}`
  const ofAll = (durations: boolean) =>
    db.prepare<[{ length: number; from: number; to: number }], Stored>(
      `SELECT ${columns(durations)} FROM rollups r
       WHERE r.resolution = @length AND r.bucket >= @from AND r.bucket < @to AND r.target_id > 0`,
    )
  // The bucket is first in the key: without every part of it a whole length would be read.
  const ofKeys = (durations: boolean) =>
    db.prepare<[{ length: number; buckets: string; keys: string }], Stored>(
      `SELECT ${columns(durations)} FROM json_each(@buckets) b CROSS JOIN json_each(@keys) k
       CROSS JOIN rollups r ON r.resolution = @length AND r.bucket = b.value AND r.target_id = k.value`,
    )
  const statements = {
    all: { plain: ofAll(false), durations: ofAll(true) },
    keys: { plain: ofKeys(false), durations: ofKeys(true) },
  }

  return {
    read: ({ from: length, fromUs, toUs }, keys, durations, take) => {
      const kind = durations ? 'durations' : 'plain'
      const lengthUs = length * SECOND_US
      const takeAll = (rows: Stored[]): void => {
        for (const row of rows) {
          take({
            fromUs: row.bucket * SECOND_US,
            lengthUs,
            targetId: row.targetId,
            n: row.n,
            failed: row.failed,
            timedOut: row.timedOut,
            cancelled: row.cancelled,
            skipped: row.skipped,
            di: row.di,
            expected: row.expected,
            histogram: row.histogram,
          })
        }
      }
      const end = toUs / SECOND_US
      const most = keys === 'targets' ? MOST_BUCKETS : Math.max(1, Math.floor(MOST_LOOKUPS / Math.max(1, keys.length)))
      for (let from = fromUs / SECOND_US; from < end; from += most * length) {
        const to = Math.min(end, from + most * length)
        if (keys === 'targets') takeAll(statements.all[kind].all({ length, from, to }))
        else {
          const buckets = Array.from({ length: Math.round((to - from) / length) }, (_, index) => from + index * length)
          takeAll(statements.keys[kind].all({ length, buckets: JSON.stringify(buckets), keys: JSON.stringify(keys) }))
        }
      }
    },
  }
}
