import type { Database } from 'better-sqlite3'
import type { TrendPiece } from './compose'

/** What rows of `rollups` count. */
export interface TrendCounts {
  /** A target, or −stream for the total of a stream. */
  targetId: number
  n: number
  failed: number
  timedOut: number
  cancelled: number
  skipped: number
  di: number
}

/** One row. */
export interface TrendRow extends TrendCounts {
  /** Start of its bucket, microseconds. */
  fromUs: number
  lengthUs: number
  /** Starts that the schedule foresaw; null when it cannot be known, or not yet. */
  expected: number | null
  /** Null unless asked for, and where no run has a duration that counts. */
  histogram: Uint8Array | null
}

/** Rows of one target added up. Their histograms are told in one text, which costs less than a buffer each. */
export interface TrendSum extends TrendCounts {
  /** In hexadecimal digits, one after the other. */
  histograms: string | null
  /** Lengths of the histograms in bytes, with commas between. */
  lengths: string | null
}

/** Runs of a target in a step. */
export interface TrendStep {
  targetId: number
  /** Counted from 0. */
  step: number
  n: number
  /** Timed out ones are among them. */
  failed: number
}

/** Rows of a piece of a range; within a transaction, in statements that last some milliseconds. */
export interface TrendRows {
  /** Rows of these targets or totals, in order of time. */
  of(piece: TrendPiece, keys: readonly number[], durations: boolean, take: (row: TrendRow) => void): void
  /** Rows of every target of every source, added up by target; a target may come several times. */
  sums(piece: TrendPiece, take: (sum: TrendSum) => void): void
  /** The same by target and step of so many microseconds from the piece's start on. */
  steps(piece: TrendPiece, stepUs: number, take: (step: TrendStep) => void): void
}

type Stored = Omit<TrendRow, 'fromUs' | 'lengthUs'> & { bucket: number }
interface Buckets {
  length: number
  from: number
  to: number
}

const SECOND_US = 1_000_000
/** A statement looks up so many rows, or reads so many buckets. */
const MOST_LOOKUPS = 4096
const MOST_BUCKETS = 48

const COUNTS = `r.target_id AS targetId, r.n, r.failed, r.timed_out AS timedOut, r.cancelled, r.skipped, r.di`
const SUMS = `r.target_id AS targetId, sum(r.n) AS n, sum(r.failed) AS failed, sum(r.timed_out) AS timedOut,
  sum(r.cancelled) AS cancelled, sum(r.skipped) AS skipped, sum(r.di) AS di`
const OF_TARGETS = `FROM rollups r
  WHERE r.resolution = @length AND r.bucket >= @from AND r.bucket < @to AND r.target_id > 0`
// The bucket comes first in the key: without every part of it a whole length would be read.
const OF_KEYS = `FROM json_each(@buckets) b CROSS JOIN json_each(@keys) k
  CROSS JOIN rollups r ON r.resolution = @length AND r.bucket = b.value AND r.target_id = k.value`

export function createTrendRows(db: Database): TrendRows {
  const ofKeys = (histogram: string) =>
    db.prepare<[{ length: number; buckets: string; keys: string }], Stored>(
      `SELECT r.bucket, ${COUNTS}, r.expected, ${histogram} AS histogram ${OF_KEYS}`,
    )
  const statements = {
    keys: { plain: ofKeys('NULL'), durations: ofKeys('r.histogram') },
    steps: db.prepare<[Buckets & { start: number; step: number }], TrendStep>(
      `SELECT r.target_id AS targetId, CAST((r.bucket - @start) / @step AS INTEGER) AS step, sum(r.n) AS n,
         sum(r.failed + r.timed_out) AS failed ${OF_TARGETS} GROUP BY r.target_id, 2`,
    ),
    sums: db.prepare<[Buckets], TrendSum>(
      `SELECT ${SUMS}, group_concat(hex(r.histogram), '') AS histograms, group_concat(length(r.histogram)) AS lengths
       ${OF_TARGETS} GROUP BY r.target_id`,
    ),
  }

  return {
    of: (piece, keys, durations, take) => {
      const statement = durations ? statements.keys.durations : statements.keys.plain
      const most = Math.max(1, Math.floor(MOST_LOOKUPS / Math.max(1, keys.length)))
      const inJson = JSON.stringify(keys)
      for (const { length, from, to } of split(piece, most)) {
        const buckets = Array.from({ length: (to - from) / length }, (_, index) => from + index * length)
        for (const row of statement.all({ length, buckets: JSON.stringify(buckets), keys: inJson })) {
          take(rowOf(row, length))
        }
      }
    },
    sums: (piece, take) => {
      for (const buckets of split(piece, MOST_BUCKETS)) for (const sum of statements.sums.all(buckets)) take(sum)
    },
    steps: (piece, stepUs, take) => {
      const asked = { start: piece.fromUs / SECOND_US, step: stepUs / SECOND_US }
      for (const buckets of split(piece, MOST_BUCKETS)) {
        for (const step of statements.steps.all({ ...buckets, ...asked })) take(step)
      }
    },
  }
}

/** Stretches of at most so many buckets. */
function split({ from: length, fromUs, toUs }: TrendPiece, most: number): Buckets[] {
  const [first, end] = [fromUs / SECOND_US, toUs / SECOND_US]
  return Array.from({ length: Math.ceil((end - first) / length / most) }, (_, index) => {
    const from = first + index * most * length
    return { length, from, to: Math.min(end, from + most * length) }
  })
}

/** Named one by one, which takes a fifth of the time of spreading. */
function rowOf(row: Stored, length: number): TrendRow {
  const { targetId, n, failed, timedOut, cancelled, skipped, di, expected, histogram } = row
  const [fromUs, lengthUs] = [row.bucket * SECOND_US, length * SECOND_US]
  return { fromUs, lengthUs, targetId, n, failed, timedOut, cancelled, skipped, di, expected, histogram }
}
