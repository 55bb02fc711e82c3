import type { Figures } from '@shared/trends'
import { RUN_FLAG } from '@shared/run'
import { statusOf } from '../../core/run-codes'
import { addDuration, emptyHistogram, mergeEncoded, percentiles } from '../../core/histogram'
import type { Histogram } from '../../core/histogram'
import type { TrendCounts, TrendRow, TrendSum } from './trend-rows'

/** How runs ended. */
export interface OutcomeCounts {
  runs: number
  failed: number
  /** Also among `failed`. */
  dependencyFailures: number
  timedOut: number
  cancelled: number
  skipped: number
}

/** Runs counted together. */
export interface Counted extends OutcomeCounts {
  /** Durations of ok and failed runs; null while there is none. */
  durations: Histogram | null
}

/** Median, 95th and 99th percentile. */
const SHARES = [0.5, 0.95, 0.99]

type Percentiles = Pick<Figures, 'p50Us' | 'p95Us' | 'p99Us'>

export function nothingCounted(): Counted {
  return { runs: 0, failed: 0, dependencyFailures: 0, timedOut: 0, cancelled: 0, skipped: 0, durations: null }
}

/** Adds a row of trends. */
export function addRow(to: Counted, row: TrendCounts & Pick<TrendRow, 'histogram'>): void {
  addCounts(to, row)
  if (row.histogram) mergeEncoded((to.durations ??= emptyHistogram()), row.histogram)
}

/** Adds rows that were added up. */
export function addSum(to: Counted, sum: TrendSum): void {
  addCounts(to, sum)
  if (sum.histograms === null || sum.lengths === null) return
  const durations = (to.durations ??= emptyHistogram())
  const bytes = Buffer.from(sum.histograms, 'hex')
  let at = 0
  for (const length of sum.lengths.split(',')) {
    const end = at + Number(length)
    mergeEncoded(durations, bytes.subarray(at, end))
    at = end
  }
}

function addCounts(to: Counted, row: TrendCounts): void {
  to.runs += row.n
  to.failed += row.failed
  to.dependencyFailures += row.di
  to.timedOut += row.timedOut
  to.cancelled += row.cancelled
  to.skipped += row.skipped
}

/** Adds a run that no trend holds, or whose trend reaches beyond the range. */
export function addRun(to: Counted, run: { status: number; flags: number; durationUs: number }): void {
  to.runs++
  const status = statusOf(run.status)
  if (status === 'failed') {
    to.failed++
    if ((run.flags & RUN_FLAG.dependencyFailure) !== 0) to.dependencyFailures++
  }
  if (status === 'timed_out') to.timedOut++
  if (status === 'cancelled') to.cancelled++
  if (status === 'skipped') to.skipped++
  if (status === 'ok' || status === 'failed') addDuration((to.durations ??= emptyHistogram()), run.durationUs)
}

/** The counts without the durations. */
export function outcomeCountsOf(counted: Counted): OutcomeCounts {
  const { runs, failed, dependencyFailures, timedOut, cancelled, skipped } = counted
  return { runs, failed, dependencyFailures, timedOut, cancelled, skipped }
}

/** Percentiles of the durations, microseconds; null without any. */
export function percentilesOf({ durations }: Counted): Percentiles {
  const [p50Us = null, p95Us = null, p99Us = null] = durations === null ? [] : percentiles(durations, SHARES)
  return { p50Us, p95Us, p99Us }
}

/** How many runs ended ok. */
export function okOf({ runs, failed, timedOut, cancelled, skipped }: OutcomeCounts): number {
  return runs - failed - timedOut - cancelled - skipped
}
