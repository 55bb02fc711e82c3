import { PASS_PERIODS_US } from '@shared/storage'
import type { Bound, PassReason } from '@shared/storage'

/** So long after the start, and after the machine slept, only what cannot wait is done, milliseconds. */
const GRACE_MS = 20_000
/** An import that lasts longer than this does not hold up the passes any more, microseconds. */
const PATIENCE_US = PASS_PERIODS_US.time
/** Beyond this the archive does not wait for the daily pass: a pass and what comes meanwhile keep below 105 %. */
const GROWTH = 1.03

/** What the schedule looks at. */
export interface Moment {
  /** The clock, microseconds; it may be set. */
  nowUs: number
  /** Since the app started, or the machine woke up, milliseconds. */
  awakeMs: number
  /** When passes are due by the archive, microseconds; null = there was none yet. `timeWaits`: not before the clock is proven. */
  due: { timeUs: number | null; sizeUs: number | null; timeWaits: boolean }
  /** A source is being read to its end. */
  importing: boolean
  /** The pass at the start was done. */
  started: boolean
  /** Limits were changed since the last pass. */
  limitsChanged: boolean
  /** File, WAL and SHM together, bytes. */
  bytes: number
  limitBytes: number
  /** Bytes that the last pass left if it could not get under the limit; null when it could. */
  floorBytes: number | null
}

/** The pass to run now; null for none. */
export function nextPass(moment: Moment): { reason: PassReason; rules: Bound[] } | null {
  const { nowUs, due, bytes, limitBytes } = moment
  if (!moment.started) return { reason: 'start', rules: ['size'] }
  if (moment.limitsChanged) return { reason: 'limits_changed', rules: ['time', 'size'] }
  if (bytes > GROWTH * Math.max(limitBytes, moment.floorBytes ?? 0)) {
    return { reason: 'growth', rules: ['size'] }
  }
  if (moment.awakeMs < GRACE_MS) return null
  const [time, size] = [!due.timeWaits && isDue(due.timeUs, 'time', nowUs), isDue(due.sizeUs, 'size', nowUs)]
  const waits = moment.importing && nowUs - (due.timeUs ?? nowUs) < PATIENCE_US
  if (waits || (!time && !size)) return null
  if (!size) return { reason: 'hourly', rules: ['time'] }
  return { reason: 'daily', rules: time ? ['time', 'size'] : ['size'] }
}

/** A due time further away than a period is none of ours: the clock was set back since. */
function isDue(dueUs: number | null, rule: Bound, nowUs: number): boolean {
  return dueUs === null || dueUs <= nowUs || dueUs - nowUs > PASS_PERIODS_US[rule]
}
