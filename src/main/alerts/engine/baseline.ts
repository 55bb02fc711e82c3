import { DAY_US, HOUR_US, MINUTE_US } from '@shared/time'
import type { SeenTime } from './coverage'
import { coveredHoursUs, coveredUs } from './coverage'
import { BASELINE_US } from './time'

/** Failures of a source by minute, as far back as the usual is learnt from; only minutes with failures. */
export interface Baseline {
  /** Minutes since 1970, rising. */
  minutes: number[]
  counts: number[]
}

/** What is usual in a window: mean and variance of the number of failures, and the rate behind them. */
export interface Expected {
  mean: number
  variance: number
  /** Failures an hour, over the whole baseline. */
  perHour: number
}

/** Half a failure in 12 hours, before anything is known. */
const PRIOR_FAILURES = 0.5
const PRIOR_US = 12 * HOUR_US
/** The same for one hour of the day. */
const PRIOR_HOUR_US = HOUR_US
const MINUTES_A_DAY = DAY_US / MINUTE_US
const MINUTES_AN_HOUR = HOUR_US / MINUTE_US
/** Number of minutes that are forgotten at once, instead of one by one. */
const SLACK_MINUTES = MINUTES_A_DAY

export function createBaseline(): Baseline {
  return { minutes: [], counts: [] }
}

/** Counts failures at a moment (negative: takes them back); never falls below zero. */
export function countFailures({ minutes, counts }: Baseline, atUs: number, failures: number): void {
  const minute = Math.floor(atUs / MINUTE_US)
  const at = firstFrom(minutes, minute)
  if (minutes[at] === minute) {
    counts[at] = Math.max(0, (counts[at] ?? 0) + failures)
  } else if (failures > 0) {
    minutes.splice(at, 0, minute)
    counts.splice(at, 0, failures)
  }
  const oldest = (minutes.at(-1) ?? 0) - BASELINE_US / MINUTE_US
  if ((minutes[0] ?? oldest) >= oldest - SLACK_MINUTES) return
  const gone = firstFrom(minutes, oldest)
  minutes.splice(0, gone)
  counts.splice(0, gone)
}

/**
 * What is usual in a window of this length that ends at `atUs`, learnt from the seven days before it, less the last hour
 * (or the window, if longer): with n failures in T of covered time, λ = (0.5 + n) / (12 h + T), or the rate within an
 * hour of this time of day, (0.5 + n_h) / (1 h + T_h), if higher; mean = window · λ. The variance is φ · mean +
 * mean² / (0.5 + n), where φ ≥ 1 is variance over mean of the counts by window.
 */
export function expectedAt(baseline: Baseline, coverage: SeenTime, atUs: number, windowUs: number): Expected {
  const from = atUs - BASELINE_US
  const to = atUs - Math.max(windowUs, HOUR_US)
  const covered = coveredUs(coverage, from, to)
  const { failures, nearHour, dispersion } = learn(baseline, atUs, to, windowUs, covered)
  const rate = (PRIOR_FAILURES + failures) / (PRIOR_US + covered)
  const hourRate = (PRIOR_FAILURES + nearHour) / (PRIOR_HOUR_US + coveredHoursUs(coverage, atUs, to))
  const mean = windowUs * Math.max(rate, hourRate)
  const variance = dispersion * mean + (mean * mean) / (PRIOR_FAILURES + failures)
  return { mean, variance, perHour: rate * HOUR_US }
}

/** One walk over the minutes: all failures, those near this hour of the day, and how unevenly they fall. */
function learn(
  { minutes, counts }: Baseline,
  atUs: number,
  toUs: number,
  windowUs: number,
  coveredTime: number,
): { failures: number; nearHour: number; dispersion: number } {
  const last = Math.floor(toUs / MINUTE_US) - 1
  const minuteOfDay = Math.floor(atUs / MINUTE_US) % MINUTES_A_DAY
  const binMinutes = windowUs / MINUTE_US
  let failures = 0
  let nearHour = 0
  let squares = 0
  let bin = -1
  let inBin = 0
  for (let i = firstFrom(minutes, Math.ceil((atUs - BASELINE_US) / MINUTE_US)); i < minutes.length; i++) {
    const minute = minutes[i] ?? 0
    if (minute > last) break
    const count = counts[i] ?? 0
    failures += count
    const apart = Math.abs((minute % MINUTES_A_DAY) - minuteOfDay)
    if (Math.min(apart, MINUTES_A_DAY - apart) <= MINUTES_AN_HOUR) nearHour += count
    const binOfMinute = Math.floor(minute / binMinutes)
    if (binOfMinute !== bin) {
      squares += inBin * inBin
      bin = binOfMinute
      inBin = 0
    }
    inBin += count
  }
  squares += inBin * inBin
  const bins = Math.max(1, coveredTime / windowUs)
  const meanOfBins = failures / bins
  const dispersion = failures > 1 ? Math.max(1, (squares / bins - meanOfBins * meanOfBins) / meanOfBins) : 1
  return { failures, nearHour, dispersion }
}

/** The index of the first minute at or after this one. */
function firstFrom(minutes: number[], minute: number): number {
  let low = 0
  let high = minutes.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((minutes[middle] ?? 0) < minute) low = middle + 1
    else high = middle
  }
  return low
}
