import type { Api } from '@shared/contract'
import type { Span, TierChoice } from '@shared/filter'
import type { Problem, Result } from '@shared/result'
import type { Coverage, Figures, Heatmap, SessionRow, TrendScope, TrendSeries, TrendSummary } from '@shared/trends'
import type { ClosedSpan } from './fake-figures'
import { attentionOf } from './fake-attention'
import { closed, countRuns, inSpan, missedStarts, spanBefore, sumKnown } from './fake-figures'
import type { FakeRun } from './fake-runs'
import { fakeSessions } from './fake-runs'
import type { FakeTarget } from './fake-targets'

type Answer = <T>(work: () => T | Problem, reads?: boolean) => Promise<Result<T>>

/** What trends are made of. Times in microseconds. */
export interface FakeHouse {
  runsOf: (sourceId: number) => readonly FakeRun[]
  targets: () => readonly FakeTarget[]
  /** When the time of a source ends. */
  endUs: (sourceId: number) => number
  mode: (sourceId: number) => string
  /** Sessions before those that have runs. */
  olderSessions: number
}

const MINUTE = 60_000_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
/** Lengths of a step, microseconds: as the archive's. */
const STEPS = [1, 5, 15, 30, 60, 120, 180, 360, 720, 1440, 10_080].map((minutes) => minutes * MINUTE)

/** Trends, sessions and coverage of the invented house, counted from its runs. */
export function fakeTrends(answer: Answer, house: FakeHouse): Pick<Api, 'trends' | 'sessions' | 'coverage'> {
  const runsOf = (sourceId: number, tier: TierChoice): FakeRun[] =>
    house.runsOf(sourceId).filter((run) => tier === 'all' || run.tier === tier)
  const scoped = (scope: TrendScope): FakeRun[] =>
    runsOf(scope.sourceId, scope.targetId === null ? scope.tier : 'all').filter(
      (run) => scope.targetId === null || run.targetId === scope.targetId,
    )

  function summary(scope: TrendScope): TrendSummary {
    const runs = scoped(scope)
    const targets = house
      .targets()
      .filter(({ id, tier }) =>
        scope.targetId === null ? scope.tier === 'all' || tier === scope.tier : id === scope.targetId,
      )
    const figures = (span: Span): Figures => ({
      ...countRuns(runs.filter((run) => inSpan(run, span))),
      missed: sumKnown(targets.map((target) => missedStarts(target, span, house.endUs(scope.sourceId)))),
    })
    const before = spanBefore(scope.span, house.runsOf(scope.sourceId))
    return { figures: figures(scope.span), before: before && figures(before), precision: { kind: 'exact' } }
  }

  function coverage(sourceId: number, tier: TierChoice): Coverage {
    const runs = runsOf(sourceId, tier)
    const first = runs[0]
    const endUs = house.endUs(sourceId)
    if (!first) return { runsFromUs: null, trendsFromUs: null, toUs: null, gaps: [], bound: null }
    const live = house.mode(sourceId) === 'live'
    const dropped = {
      fromUs: endUs - 5 * HOUR,
      toUs: endUs - 5 * HOUR + 6 * MINUTE,
      reason: 'dropped' as const,
      runs: 31,
    }
    return {
      runsFromUs: first.startedUs,
      trendsFromUs: live ? first.startedUs - 104 * DAY : first.startedUs,
      toUs: live ? endUs : (runs.at(-1)?.finishedUs ?? endUs),
      gaps: live ? [dropped] : [],
      bound: live ? 'size' : 'source',
    }
  }

  return {
    trends: {
      summary: (scope) => answer(() => summary(scope)),
      series: (scope) =>
        answer(() => {
          // A target that never ran has a chart of the range like every other.
          const known = closed(scope.span, house.runsOf(scope.sourceId))
          return seriesOf(scoped(scope), scope.span, known, scope)
        }),
      heatmap: (scope) =>
        answer(() =>
          heatmapOf(
            scoped(scope).filter((run) => inSpan(run, scope.span)),
            scope.timeZone,
          ),
        ),
      attention: ({ sourceId, tier, span }) =>
        answer(() =>
          attentionOf(
            house.targets().filter((target) => tier === 'all' || target.tier === tier),
            house.runsOf(sourceId),
            span,
          ),
        ),
    },
    sessions: {
      list: ({ sourceId, span, beforeUs, limit }) =>
        answer(() =>
          sessionsOf(house.runsOf(sourceId), house.endUs(sourceId), house.olderSessions)
            .filter(({ endedUs }) => endedUs === null || span.fromUs === null || endedUs >= span.fromUs)
            .filter(({ startedUs }) => startedUs < (span.toUs ?? Infinity) && startedUs < (beforeUs ?? Infinity))
            .slice(0, limit),
        ),
    },
    coverage: { get: ({ sourceId, tier }) => answer(() => coverage(sourceId, tier)) },
  }
}

/** Minutes that a zone is ahead of UTC at a moment. */
function offsetUs(us: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-GB', { timeZone, dateStyle: 'short', timeStyle: 'medium' }).format(
    us / 1000,
  )
  const [, day, month, year, hour, minute] = /(\d+)\/(\d+)\/(\d+), (\d+):(\d+)/.exec(parts) ?? []
  const local = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute)) * 1000
  return Math.round((local - us) / (15 * MINUTE)) * 15 * MINUTE
}

/** A series of a span; its steps begin at round local times as of its end (the house knows no daylight saving). */
function seriesOf(
  runs: readonly FakeRun[],
  span: Span,
  known: ClosedSpan | null,
  { points, timeZone }: { points: number; timeZone: string },
): TrendSeries {
  const precision = { kind: 'exact' } as const
  if (!known) return { stepUs: HOUR, points: [], endUs: span.toUs ?? 0, precision }
  const longest = STEPS.at(-1) ?? DAY
  const stepUs = STEPS.find((step) => (known.toUs - known.fromUs) / step <= points - 1) ?? longest
  const offset = offsetUs(known.toUs, timeZone)
  const firstUs = Math.floor((known.fromUs + offset) / stepUs) * stepUs - offset
  const steps = Math.max(1, Math.ceil((known.toUs - firstUs) / stepUs))
  const grouped = Array.from({ length: steps }, (): FakeRun[] => [])
  for (const run of runs.filter((one) => inSpan(one, span))) {
    grouped[Math.floor((run.startedUs - firstUs) / stepUs)]?.push(run)
  }
  const made = grouped.map((own, step) => {
    const { runs: all, ...counted } = countRuns(own)
    const ok = all - counted.failed - counted.timedOut - counted.cancelled - counted.skipped
    return { fromUs: firstUs + step * stepUs, ok, ...counted }
  })
  return { stepUs, points: made, endUs: firstUs + steps * stepUs, precision }
}

/** Runs by local weekday and hour. */
function heatmapOf(runs: readonly FakeRun[], timeZone: string): Heatmap {
  const cells = Array.from({ length: 168 }, () => ({ runs: 0, failed: 0, timedOut: 0 }))
  for (const run of runs) {
    const local = run.startedUs + offsetUs(run.startedUs, timeZone)
    // The first day of 1970 was a Thursday.
    const cell = cells[((Math.floor(local / DAY) + 3) % 7) * 24 + Math.floor((local % DAY) / HOUR)]
    if (!cell) continue
    cell.runs += 1
    if (run.status === 'failed') cell.failed += 1
    if (run.status === 'timed_out') cell.timedOut += 1
  }
  return { cells, precision: { kind: 'exact' } }
}

/** Sessions with their figures, newest first. */
function sessionsOf(runs: readonly FakeRun[], endUs: number, older: number): SessionRow[] {
  if (runs.length === 0) return []
  return fakeSessions(endUs, older)
    .toReversed()
    .map((session) => {
      const {
        runs: all,
        failed,
        dependencyFailures,
        timedOut,
      } = countRuns(runs.filter((run) => run.session?.id === session.id))
      const crashed = session.ending === 'crashed'
      return {
        ...session,
        errorType: crashed ? 'OSError' : null,
        errorMessage: crashed ? '[Errno 28] No space left on device' : null,
        runs: all,
        failed,
        dependencyFailures,
        timedOut,
        dropped: session.id === 41 ? 31 : 0,
        blockingEvents: session.id === 40 ? 3 : 0,
        precision: { kind: 'exact' },
      }
    })
}
