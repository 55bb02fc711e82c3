import { RUN_FLAG, RUN_STATUSES } from '@shared/run'
import type { RunStatus } from '@shared/run'
import { slotOf } from '../../core/histogram'

/** What a row of `rollups` counts, before it is written. Times and durations in microseconds. */
export interface Tally {
  /** All runs, whatever came of them. */
  n: number
  /** Dependency failures are among them. */
  failed: number
  timedOut: number
  cancelled: number
  skipped: number
  di: number
  /** Of the durations of ok and failed runs, as are `minUs`, `maxUs` and `slots`. */
  sumUs: number
  minUs: number | null
  maxUs: number | null
  /** Newest start. */
  lastUs: number | null
  /** The newest failure, by its end. */
  failure: { id: number; endUs: number } | null
  /** The histogram's slot of each duration. */
  slots: number[]
}

/** A run as trends count it. */
export interface TrendRun {
  streamId: number
  /** Its place in the stream; null for a run that is counted and not kept. */
  sequence: number | null
  /** Null for a run that is not kept. */
  id: number | null
  targetId: number
  sessionId: number | null
  startedUs: number
  durationUs: number
  /** Index into `RUN_STATUSES`. */
  status: number
  flags: number
  groupId: number | null
}

const code = (status: RunStatus): number => RUN_STATUSES.indexOf(status)
const OK = code('ok')
const FAILED = code('failed')
const TIMED_OUT = code('timed_out')
const CANCELLED = code('cancelled')
const SKIPPED = code('skipped')

export function emptyTally(): Tally {
  return {
    n: 0,
    failed: 0,
    timedOut: 0,
    cancelled: 0,
    skipped: 0,
    di: 0,
    sumUs: 0,
    minUs: null,
    maxUs: null,
    lastUs: null,
    failure: null,
    slots: [],
  }
}

/** Counts a run. */
export function tallyRun(tally: Tally, run: TrendRun): void {
  const { status, startedUs, durationUs } = run
  tally.n++
  if (tally.lastUs === null || startedUs > tally.lastUs) tally.lastUs = startedUs
  if (status === FAILED) {
    tally.failed++
    if ((run.flags & RUN_FLAG.dependencyFailure) !== 0) tally.di++
    if (run.id !== null) tally.failure = newer(tally.failure, { id: run.id, endUs: startedUs + durationUs })
  } else if (status === TIMED_OUT) tally.timedOut++
  else if (status === CANCELLED) tally.cancelled++
  else if (status === SKIPPED) tally.skipped++
  if (status !== OK && status !== FAILED) return
  tally.sumUs += durationUs
  if (tally.minUs === null || durationUs < tally.minUs) tally.minUs = durationUs
  if (tally.maxUs === null || durationUs > tally.maxUs) tally.maxUs = durationUs
  tally.slots.push(slotOf(durationUs))
}

/** Adds what another one counted, without its slots. */
export function mergeCounts(into: Omit<Tally, 'slots'>, from: Tally): void {
  into.n += from.n
  into.failed += from.failed
  into.timedOut += from.timedOut
  into.cancelled += from.cancelled
  into.skipped += from.skipped
  into.di += from.di
  into.sumUs += from.sumUs
  into.minUs = pick(Math.min, into.minUs, from.minUs)
  into.maxUs = pick(Math.max, into.maxUs, from.maxUs)
  into.lastUs = pick(Math.max, into.lastUs, from.lastUs)
  into.failure = newer(into.failure, from.failure)
}

function pick(of: (a: number, b: number) => number, a: number | null, b: number | null): number | null {
  if (a === null) return b
  return b === null ? a : of(a, b)
}

function newer(a: Tally['failure'], b: Tally['failure']): Tally['failure'] {
  if (!a || !b) return a ?? b
  return b.endUs > a.endUs || (b.endUs === a.endUs && b.id > a.id) ? b : a
}
