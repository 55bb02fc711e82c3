import { SECOND_US } from '@shared/time'
import type { Readable } from '../../core/database'
import type { TrendPiece } from './tile-range'

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
  /** Null unless asked for, and where no run has a duration that counts. */
  histogram: Uint8Array | null
}

/** The starts of a job in a bucket of which it is known how many its schedule foresaw. */
export interface StartsRow extends Pick<TrendRow, 'targetId' | 'fromUs' | 'lengthUs' | 'n'> {
  expected: number
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
  /** Rows of these jobs that know of expected starts, in order of time: none but those of hours and days do. */
  starts(piece: TrendPiece, jobs: readonly number[], take: (row: StartsRow) => void): void
  /** Rows of every target of every source, added up by target; a target may come several times. */
  sums(piece: TrendPiece, take: (sum: TrendSum) => void): void
  /** The same by target and step of so many microseconds from the piece's start on. */
  steps(piece: TrendPiece, stepUs: number, take: (step: TrendStep) => void): void
}

type Stored = Omit<TrendRow, 'fromUs' | 'lengthUs'> & { bucket: number }
type StoredStarts = Omit<StartsRow, 'fromUs' | 'lengthUs'> & { bucket: number }
interface Lookups {
  length: number
  /** In JSON, as the next one. */
  buckets: string
  keys: string
}
interface Buckets {
  length: number
  from: number
  to: number
}
/** Most rows that a statement looks up, and most buckets that it reads. */
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

export function createTrendRows(db: Readable): TrendRows {
  const ofKeys = (histogram: string) =>
    db.prepare<[Lookups], Stored>(`SELECT r.bucket, ${COUNTS}, ${histogram} AS histogram ${OF_KEYS}`)
  const statements = {
    keys: { plain: ofKeys('NULL'), durations: ofKeys('r.histogram') },
    starts: db.prepare<[Lookups], StoredStarts>(
      `SELECT r.bucket, r.target_id AS targetId, r.n, r.expected ${OF_KEYS} WHERE r.expected IS NOT NULL`,
    ),
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
      for (const lookups of lookupsOf(piece, keys)) {
        for (const row of statement.all(lookups)) take(rowOf(row, lookups.length))
      }
    },
    starts: (piece, jobs, take) => {
      for (const lookups of lookupsOf(piece, jobs)) {
        const lengthUs = lookups.length * SECOND_US
        for (const { bucket, targetId, n, expected } of statements.starts.all(lookups)) {
          take({ targetId, fromUs: bucket * SECOND_US, lengthUs, n, expected })
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

/** What a statement looks up at once: these keys in some buckets of a piece. */
function lookupsOf(piece: TrendPiece, keys: readonly number[]): Lookups[] {
  const most = Math.max(1, Math.floor(MOST_LOOKUPS / Math.max(1, keys.length)))
  return split(piece, most).map(({ length, from, to }) => {
    const buckets = Array.from({ length: (to - from) / length }, (_, index) => from + index * length)
    return { length, buckets: JSON.stringify(buckets), keys: JSON.stringify(keys) }
  })
}

/** Stretches of at most `most` buckets. */
function split({ from: length, fromUs, toUs }: TrendPiece, most: number): Buckets[] {
  const [first, end] = [fromUs / SECOND_US, toUs / SECOND_US]
  return Array.from({ length: Math.ceil((end - first) / length / most) }, (_, index) => {
    const from = first + index * most * length
    return { length, from, to: Math.min(end, from + most * length) }
  })
}

/** Named one by one, which takes a fifth of the time of spreading. */
function rowOf(row: Stored, length: number): TrendRow {
  const { targetId, n, failed, timedOut, cancelled, skipped, di, histogram } = row
  const [fromUs, lengthUs] = [row.bucket * SECOND_US, length * SECOND_US]
  return { fromUs, lengthUs, targetId, n, failed, timedOut, cancelled, skipped, di, histogram }
}
