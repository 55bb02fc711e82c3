import type { Span } from '@shared/filter'
import type { Figures } from '@shared/trends'
import type { FakeRun } from './fake-runs'
import type { FakeTarget } from './fake-targets'

const MINUTE = 60_000_000

/** Whether a run started in a span. */
export function inSpan(run: { startedUs: number }, span: Span): boolean {
  return (span.fromUs === null || run.startedUs >= span.fromUs) && (span.toUs === null || run.startedUs < span.toUs)
}

/** A span with both its ends, microseconds. */
export interface ClosedSpan {
  fromUs: number
  toUs: number
}

/** The span as far as it is known: open ends are those of the runs. Null without runs. */
export function closed(span: Span, runs: readonly FakeRun[]): ClosedSpan | null {
  const first = runs[0]
  const last = runs.at(-1)
  if (!first || !last) return null
  const toUs = span.toUs ?? last.finishedUs + 1
  return { fromUs: Math.min(span.fromUs ?? first.startedUs, toUs), toUs }
}

/** The equal span before; null when the runs do not reach back so far. */
export function spanBefore(span: Span, runs: readonly FakeRun[]): ClosedSpan | null {
  const now = closed(span, runs)
  if (!now || span.fromUs === null) return null
  const before = { fromUs: now.fromUs - (now.toUs - now.fromUs), toUs: now.fromUs }
  return before.fromUs < (runs[0]?.startedUs ?? 0) ? null : before
}

/** Counts and durations of runs; percentiles by nearest rank over ok and failed runs. */
export function countRuns(runs: readonly FakeRun[]): Omit<Figures, 'missed'> {
  const count = (test: (run: FakeRun) => boolean): number => runs.filter(test).length
  const durations = runs
    .filter(({ status }) => status === 'ok' || status === 'failed')
    .map(({ durationUs }) => durationUs)
    .sort((a, b) => a - b)
  const rank = (share: number): number | null => durations[Math.ceil(share * durations.length) - 1] ?? null
  return {
    runs: runs.length,
    failed: count((run) => run.status === 'failed'),
    dependencyFailures: count((run) => run.dependencyFailure),
    timedOut: count((run) => run.status === 'timed_out'),
    cancelled: count((run) => run.status === 'cancelled'),
    skipped: count((run) => run.status === 'skipped'),
    p50Us: rank(0.5),
    p95Us: rank(0.95),
    p99Us: rank(0.99),
  }
}

/** Starts that a job missed in a span: the garage door's check failed to start twice lately. Null = no schedule to read. */
export function missedStarts(target: FakeTarget, span: Span, endUs: number): number | null {
  if (target.schedule === null || target.name === 'scan') return null
  if (target.name !== 'check_closed') return 0
  return [37, 22].filter((minutes) => inSpan({ startedUs: endUs - minutes * MINUTE }, span)).length
}

/** Sums figures that may be unknown; null when none is known. */
export function sumKnown(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0)
}
