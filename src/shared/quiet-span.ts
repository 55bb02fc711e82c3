import type { Snooze } from './alert'
import { HOUR_US } from './time'

/** How long to be quiet; `open` = until it recovers, or until somebody resumes. */
export const QUIET_SPANS = ['hour', 'tomorrow', 'open'] as const
export type QuietSpan = (typeof QUIET_SPANS)[number]

const MORNING_HOUR = 8

/** The end of a quiet span that begins now, microseconds since 1970; null = it has no end of its own. */
export function quietEnd(span: QuietSpan, nowUs: number): number | null {
  if (span === 'open') return null
  if (span === 'hour') return nowUs + HOUR_US
  // By the local calendar, so that a change of the clock in between moves it along.
  const morning = new Date(nowUs / 1000)
  morning.setDate(morning.getDate() + 1)
  morning.setHours(MORNING_HOUR, 0, 0, 0)
  return morning.getTime() * 1000
}

/** The snooze that a span means when it begins now. */
export function snoozeFor(span: QuietSpan, nowUs: number): Snooze {
  const us = quietEnd(span, nowUs)
  return us === null ? { kind: 'recovery' } : { kind: 'until', us }
}
