import { formatCount, formatDay, formatDuration, formatMinute, sameDay } from '@shared/format'
import { words } from '@shared/messages'
import { STATUS_WORD } from '@shared/names'
import type { RunStatus } from '@shared/run'
import type { Figures, Precision, TrendPoint, TrendSeries } from '@shared/trends'
import { shortMoment } from './lead'
import type { ShapeKind } from './shapes'
import { DAY_US, HOUR_US, MINUTE_US } from '@shared/time'

/** A step of a chart as its words: for the cursor, the table, a screen reader. */
export interface ChartPoint {
  fromUs: number
  toUs: number
  forming: boolean
  cells: { label: string; value: string; shape?: ShapeKind; zero?: boolean }[]
}

/** `per 15 min`, `per hour`, `per 2 h`, `per day`, `per week`. */
export function stepWords(stepUs: number): string {
  const { per, steps } = words.chart
  if (stepUs >= 7 * DAY_US) return per(steps.week)
  if (stepUs >= DAY_US) return per(steps.day)
  if (stepUs > HOUR_US) return per(`${stepUs / HOUR_US} ${steps.hour}`)
  if (stepUs === HOUR_US) return per(steps.oneHour)
  return per(stepUs === MINUTE_US ? steps.oneMinute : `${stepUs / MINUTE_US} ${steps.minute}`)
}

/** All runs of a step. */
export function runsOf(point: TrendPoint): number {
  return point.ok + point.failed + point.timedOut + point.cancelled + point.skipped
}

/** Figures by outcome. */
export function outcomesOf({ runs, failed, timedOut, cancelled, skipped }: Figures): Record<RunStatus, number> {
  const ok = runs - failed - timedOut - cancelled - skipped
  return { ok, failed, timed_out: timedOut, cancelled, skipped }
}

/** Totals of a series by outcome. */
export function totalsOf(series: TrendSeries): Record<RunStatus, number> {
  const sum = (of: (point: TrendPoint) => number): number =>
    series.points.reduce((total, point) => total + of(point), 0)
  return {
    ok: sum((point) => point.ok),
    failed: sum((point) => point.failed),
    timed_out: sum((point) => point.timedOut),
    cancelled: sum((point) => point.cancelled),
    skipped: sum((point) => point.skipped),
  }
}

/** Where a step ends. Days are local: 23 or 25 hours long where the clock changes. */
export function endOfPoint(series: TrendSeries, index: number): number {
  return series.points[index + 1]?.fromUs ?? series.endUs
}

/** Whether the last step is still forming; never for a recording (`nowUs` null). */
export function isForming(series: TrendSeries, index: number, nowUs: number | null): boolean {
  return nowUs !== null && index === series.points.length - 1 && series.endUs > nowUs
}

/** The steps of an outcome chart. */
export function outcomePoints(series: TrendSeries, nowUs: number | null): ChartPoint[] {
  return series.points.map((point, index) => ({
    fromUs: point.fromUs,
    toUs: endOfPoint(series, index),
    forming: isForming(series, index, nowUs),
    cells: [
      count(STATUS_WORD.ok, point.ok, 'ok'),
      count(STATUS_WORD.failed, point.failed, 'failed'),
      count(STATUS_WORD.timed_out, point.timedOut, 'timed_out'),
      count(STATUS_WORD.cancelled, point.cancelled, 'cancelled'),
      count(STATUS_WORD.skipped, point.skipped, 'skipped'),
    ],
  }))
}

/** The steps of a duration chart. */
export function durationPoints(series: TrendSeries, nowUs: number | null): ChartPoint[] {
  const value = (us: number | null): string => (us === null ? '–' : formatDuration(us))
  return series.points.map((point, index) => ({
    fromUs: point.fromUs,
    toUs: endOfPoint(series, index),
    forming: isForming(series, index, nowUs),
    cells: [
      { label: 'p50', value: value(point.p50Us) },
      { label: 'p95', value: value(point.p95Us) },
      { label: 'p99', value: value(point.p99Us) },
      { label: words.chart.total, value: formatCount(runsOf(point)), zero: runsOf(point) === 0 },
    ],
  }))
}

function count(label: string, value: number, shape: ShapeKind): ChartPoint['cells'][number] {
  return { label, value: formatCount(value), shape, zero: value === 0 }
}

/** `14:00 to 14:15`, `22 Nov 14:00 to 15:00`, `22 Nov`. */
export function pointTime({ fromUs, toUs }: Pick<ChartPoint, 'fromUs' | 'toUs'>, nowUs: number): string {
  if (toUs - fromUs >= 23 * HOUR_US && toUs - fromUs <= 25 * HOUR_US) return formatDay(fromUs, nowUs)
  if (toUs - fromUs > 25 * HOUR_US) return words.chart.chosen(formatDay(fromUs, nowUs), formatDay(toUs - 1, nowUs))
  const end = sameDay(fromUs, toUs - 1) ? formatMinute(toUs) : shortMoment(toUs, nowUs)
  return words.chart.chosen(shortMoment(fromUs, nowUs), end)
}

/** A step as one line for a screen reader; zeros are left out. */
export function pointWords(point: ChartPoint, nowUs: number): string {
  const cells = point.cells.filter(({ zero }) => !zero).map(({ label, value }) => `${label} ${value}`)
  const forming = point.forming ? [words.chart.forming] : []
  return `${pointTime(point, nowUs)}: ${[...(cells.length > 0 ? cells : [`${words.chart.total} 0`]), ...forming].join(', ')}`
}

/** How far counts are what was asked, in words; null when they are. */
export function precisionWords(precision: Precision, nowUs: number): string | null {
  if (precision.kind === 'exact') return null
  if (precision.kind === 'approximate') return words.chart.approximate
  return words.chart.counted(shortMoment(precision.fromUs, nowUs), shortMoment(precision.toUs, nowUs))
}
