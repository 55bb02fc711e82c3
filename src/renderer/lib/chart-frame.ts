import { formatCount, formatDay, formatMinute, THIN } from '@shared/format'
import type uPlot from 'uplot'
import type { ChartColours } from './chart-colours'

/** Room left of the plot and below it, CSS pixels: what stands under a chart keeps to the same scale. */
export const AXIS_WIDTH = 44
export const AXIS_HEIGHT = 22

/** Everything of a chart but its size. */
export type ChartOptions = Omit<uPlot.Options, 'width' | 'height'>

/** Room at the right for the half of the last label. */
export const PLOT_RIGHT = 18

const LABEL_HALF = 18
const DAY_S = 86_400
const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']

/** A time axis: `14:00`, at midnight `Mon 23`, over weeks `23 Nov`. */
export function timeAxis(colours: () => ChartColours): uPlot.Axis {
  return {
    size: AXIS_HEIGHT,
    gap: 4,
    stroke: () => colours().ink,
    font: colours().font,
    space: 70,
    grid: { show: false },
    ticks: { show: false },
    border: { show: true, stroke: () => colours().base, width: 1 },
    values: (chart, splits, _axis, _space, step) =>
      splits.map((seconds) => (isCut(chart, seconds) ? null : timeLabel(seconds, step))),
  }
}

/** Whether a label would run into the figures at the left. */
function isCut(chart: uPlot, seconds: number): boolean {
  const { min = 0, max = 0 } = chart.scales['x'] ?? {}
  return ((seconds - (min ?? 0)) / ((max ?? 0) - (min ?? 0))) * (chart.width - AXIS_WIDTH) < LABEL_HALF
}

/** A label of the time axis; seconds since 1970. */
export function timeLabel(seconds: number, stepSeconds: number): string {
  const date = new Date(seconds * 1000)
  if (stepSeconds < DAY_S && (date.getHours() !== 0 || date.getMinutes() !== 0)) return formatMinute(seconds * 1e6)
  if (stepSeconds >= 7 * DAY_S) return formatDay(seconds * 1e6, seconds * 1e6)
  return `${WEEKDAYS[date.getDay()] ?? ''} ${date.getDate()}`
}

/** An axis of figures, whole numbers only. */
export function countAxis(colours: () => ChartColours): uPlot.Axis {
  return {
    size: AXIS_WIDTH,
    gap: 6,
    stroke: () => colours().ink,
    font: colours().font,
    space: 36,
    grid: { stroke: () => colours().grid, width: 1 },
    ticks: { show: false },
    incrs: [1, 2, 5]
      .flatMap((digit) => [0, 1, 2, 3, 4, 5, 6, 7].map((zeros) => digit * 10 ** zeros))
      .sort((a, b) => a - b),
    values: (_chart, splits) => splits.map(countLabel),
  }
}

/** `800`, `8 000`, `15.5 k`, `2 M`: short enough for an axis. */
export function countLabel(count: number): string {
  if (count >= 1_000_000) return `${Number((count / 1_000_000).toFixed(1))}${THIN}M`
  return count >= 10_000 ? `${Number((count / 1000).toFixed(1))}${THIN}k` : formatCount(count)
}

/** An axis of durations, microseconds, a label a power of ten. */
export function durationAxis(colours: () => ChartColours): uPlot.Axis {
  return {
    size: AXIS_WIDTH + 10,
    gap: 6,
    stroke: () => colours().ink,
    font: colours().font,
    grid: { stroke: () => colours().grid, width: 1 },
    ticks: { show: false },
    splits: (_chart, _axis, min, max) => decades(min, max),
    // On a log scale uPlot leaves out labels that would stand too close.
    values: (_chart, splits: (number | null)[]) => splits.map((us) => (us === null ? null : decadeLabel(us))),
  }
}

/** Powers of ten from one duration to another, both included where they are powers. */
export function decades(min: number, max: number): number[] {
  const first = Math.ceil(Math.log10(min) - 1e-9)
  const last = Math.floor(Math.log10(max) + 1e-9)
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, nth) => 10 ** (first + nth))
}

/** `100 µs`, `10 ms`, `1 s`, `1 000 s` of a power of ten of microseconds. */
export function decadeLabel(us: number): string {
  if (us < 1000) return `${Math.round(us)}${THIN}µs`
  if (us < 1_000_000) return `${Math.round(us / 1000)}${THIN}ms`
  return `${Math.round(us / 1_000_000)}${THIN}s`
}

/** What every chart of ours shares: no legend, no zoom of its own, a drag along the time. */
export function frameOptions(drag: boolean): Pick<uPlot.Options, 'legend' | 'cursor' | 'select'> {
  return {
    legend: { show: false },
    cursor: {
      y: false,
      points: { show: false },
      drag: { x: drag, y: false, setScale: false, dist: 4 },
      // A double click would set the scales back, which the range in the route decides.
      bind: { dblclick: () => null },
    },
    select: { show: drag, left: 0, top: 0, width: 0, height: 0 },
  }
}
