import { formatDay, formatMinute } from '@shared/format'
import { words } from '@shared/messages'
import type { TrendSeries } from '@shared/trends'
import { endOfPoint, runsOf } from './chart-points'
import { shortMoment } from './lead'
import { DAY_US, HOUR_US } from '@shared/time'

/** Width of the map and of a failure's tick, CSS pixels. */
export const MAP_WIDTH = 58
const TICK = 8
/** Hours keep this distance, CSS pixels. */
const LABEL_GAP = 44
const LABEL_STEPS = [1, 3, 6, 12, 24, 48, 7 * 24, 14 * 24, 30 * 24].map((hours) => hours * HOUR_US)

/** Newest at the top: where a moment stands, CSS pixels. */
export function yOf(us: number, series: TrendSeries, height: number): number {
  const fromUs = series.points[0]?.fromUs ?? series.endUs
  const share = (series.endUs - us) / Math.max(1, series.endUs - fromUs)
  return Math.min(height, Math.max(0, share * height))
}

/** The moment that stands at a height; the inverse of `yOf`. */
export function momentAt(y: number, series: TrendSeries, height: number): number {
  const fromUs = series.points[0]?.fromUs ?? series.endUs
  const share = Math.min(1, Math.max(0, y / Math.max(1, height)))
  return Math.round(series.endUs - share * (series.endUs - fromUs))
}

/** One path per outcome: runs as pale bars from the right, failures and time-outs as ticks at the right edge. */
export function mapPaths(series: TrendSeries, height: number): { runs: string; failed: string; timed: string } {
  const most = Math.max(1, ...series.points.map(runsOf))
  const bar = (index: number, width: number, least: number): string => {
    const top = yOf(endOfPoint(series, index), series, height)
    const tall = Math.max(least, yOf(series.points[index]?.fromUs ?? 0, series, height) - top - 1)
    return width <= 0
      ? ''
      : `M${(MAP_WIDTH - width).toFixed(1)} ${top.toFixed(1)}h${width.toFixed(1)}v${tall.toFixed(1)}h${(-width).toFixed(1)}z`
  }
  const path = (width: (index: number) => number, least: number): string =>
    series.points.map((_point, index) => bar(index, width(index), least)).join('')
  const room = MAP_WIDTH - 28
  return {
    runs: path((index) => Math.sqrt(runsOf(series.points[index] ?? NOTHING) / most) * room, 1),
    failed: path((index) => ((series.points[index]?.failed ?? 0) > 0 ? TICK : 0), 2),
    timed: path(
      (index) => ((series.points[index]?.failed ?? 0) === 0 && (series.points[index]?.timedOut ?? 0) > 0 ? TICK : 0),
      2,
    ),
  }
}

const NOTHING = {
  ...{ fromUs: 0, ok: 0, failed: 0, dependencyFailures: 0, timedOut: 0, cancelled: 0, skipped: 0 },
  ...{ p50Us: null, p95Us: null, p99Us: null },
}

/** Hours or days along the map, at round local times. */
export function mapLabels(series: TrendSeries, height: number, nowUs: number): { y: number; text: string }[] {
  const fromUs = series.points[0]?.fromUs ?? series.endUs
  const length = series.endUs - fromUs
  if (length <= 0 || height < LABEL_GAP) return []
  const step = LABEL_STEPS.find((one) => (length / one) * LABEL_GAP <= height) ?? length
  const labels: { y: number; text: string }[] = []
  const first = new Date(fromUs / 1000)
  first.setHours(0, 0, 0, 0)
  const end = series.endUs
  for (let us = first.getTime() * 1000; us < end; us = nextLabel(us, step)) {
    const y = yOf(us, series, height)
    if (us < fromUs || y < 12 || y > height - 12) continue
    const midnight = new Date(us / 1000).getHours() === 0
    labels.push({ y, text: midnight ? formatDay(us, nowUs) : formatMinute(us).slice(0, 2) })
  }
  return labels
}

/** Days by the calendar, so that labels stay at midnight where the clock changes. */
function nextLabel(us: number, step: number): number {
  if (step < DAY_US) return us + step
  const date = new Date(us / 1000)
  date.setDate(date.getDate() + Math.max(1, Math.round(step / DAY_US)))
  return date.getTime() * 1000
}

/** The step that holds a moment; the last one for what is newer. */
export function stepAt(series: TrendSeries, us: number): number {
  const index = series.points.findLastIndex((point) => point.fromUs <= us)
  return Math.max(0, index)
}

/** A step of the map in words. */
export function mapWords(series: TrendSeries, index: number, nowUs: number): string {
  const point = series.points[index] ?? NOTHING
  return words.miniMap.at(shortMoment(point.fromUs, nowUs), runsOf(point), point.failed + point.timedOut)
}
