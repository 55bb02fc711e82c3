import { addDuration, emptyHistogram, percentiles } from '@archive/core'
import type { Precision } from '@shared/trends'
import type { GivenRun } from './made-homes'

/** Figures of runs, one by one. Percentiles by the archive's own histogram: how good that is, its own test says. */
export function figuresOf(runs: readonly GivenRun[]) {
  const of = (status: GivenRun['status']) => runs.filter((run) => run.status === status).length
  const durations = emptyHistogram()
  for (const run of runs) if (run.status === 'ok' || run.status === 'failed') addDuration(durations, run.durationUs)
  return {
    runs: runs.length,
    failed: of('failed'),
    dependencyFailures: runs.filter((run) => run.di).length,
    timedOut: of('timed_out'),
    cancelled: of('cancelled'),
    skipped: of('skipped'),
    p50Us: percentiles(durations, [0.5])[0] ?? null,
    p95Us: percentiles(durations, [0.95])[0] ?? null,
    p99Us: percentiles(durations, [0.99])[0] ?? null,
  }
}

/** Runs that started in [fromUs, toUs). */
export function within(runs: readonly GivenRun[], fromUs: number | null, toUs: number | null): GivenRun[] {
  return runs.filter(({ startedUs }) => (fromUs === null || startedUs >= fromUs) && (toUs === null || startedUs < toUs))
}

/** The range that an answer says it is of. */
export function rangeSaid(
  precision: Precision,
  span: { fromUs: number | null; toUs: number | null },
): { fromUs: number | null; toUs: number | null } {
  if (precision.kind === 'approximate') throw new Error('nothing here is approximate')
  return precision.kind === 'exact' ? span : precision
}

/** What a clock in a zone shows, by other means than the archive's. */
export function localClock(us: number, timeZone: string): { weekday: number; hour: number; minute: number } {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(new Date(us / 1000))
  const part = (type: string) => parts.find((each) => each.type === type)?.value ?? ''
  return {
    weekday: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].indexOf(part('weekday')),
    hour: Number(part('hour')),
    minute: Number(part('minute')),
  }
}
