import type { TrendSeries } from '@shared/trends'
import uPlot from 'uplot'
import type { ChartColours } from './chart-colours'
import type { ChartOptions } from './chart-frame'
import { durationAxis, frameOptions, timeAxis } from './chart-frame'
import { clipped, domain } from './chart-outcome'
import { endOfPoint } from './chart-points'

/** A single run that stands out. */
export interface SingleRun {
  startedUs: number
  durationUs: number
}

/** What a duration chart draws. */
export interface DurationModel {
  series: TrendSeries
  /** Runs beyond the p99 of their step. */
  slow: readonly SingleRun[]
  timedOut: readonly SingleRun[]
  /** Starts of Hassette, microseconds. */
  starts: readonly number[]
}

/** Room at the right for the names of the lines, CSS pixels. */
const NAMES = 34
/** Time-outs stand in a row of their own above the plot. */
const ROW = 14

/** Seconds, and the three percentiles in microseconds, at the middle of each step. */
export function durationData({ series }: DurationModel): uPlot.AlignedData {
  const value = (us: number | null): number | null => (us === null ? null : Math.max(1, us))
  return [
    series.points.map(({ fromUs }, index) => (fromUs + endOfPoint(series, index)) / 2e6),
    series.points.map(({ p50Us }) => value(p50Us)),
    series.points.map(({ p95Us }) => value(p95Us)),
    series.points.map(({ p99Us }) => value(p99Us)),
  ]
}

/** Runs that took longer than 99 % of their step's. */
export function slowRuns(series: TrendSeries, runs: readonly (SingleRun & { status: string })[]): SingleRun[] {
  return runs.filter(({ startedUs, durationUs, status }) => {
    const point = series.points.findLast(({ fromUs }) => fromUs <= startedUs)
    return status !== 'timed_out' && durationUs > (point?.p99Us ?? Infinity) * 1.05
  })
}

/** Whole decades around every duration that is drawn, microseconds. */
export function durationRange({ series, slow }: DurationModel): [number, number] {
  const all = [
    ...series.points.flatMap(({ p50Us, p99Us }) => [p50Us, p99Us].filter((us) => us !== null)),
    ...slow.map(({ durationUs }) => durationUs),
  ].map((us) => Math.max(1, us))
  if (all.length === 0) return [1000, 1_000_000]
  const low = Math.floor(Math.log10(Math.min(...all)))
  const high = Math.ceil(Math.log10(Math.max(...all)))
  return [10 ** low, 10 ** Math.max(high, low + 1)]
}

/** p95 strong, p50 thin, p99 dashed, named at their ends; single runs as dots, time-outs as triangles. */
export function durationOptions(model: () => DurationModel, colours: () => ChartColours): ChartOptions {
  const line = (style: Partial<uPlot.Series>): uPlot.Series => ({
    points: { show: true, size: 4, width: 1, filter: (chart, index) => lonely(chart.data[index] ?? []) },
    ...style,
  })
  return {
    ...frameOptions(false),
    padding: [ROW + 4, NAMES, 0, 0],
    scales: {
      x: { time: true, range: () => domain(model().series) },
      y: { distr: 3, log: 10, range: () => durationRange(model()) },
    },
    axes: [timeAxis(colours), durationAxis(colours)],
    series: [
      {},
      line({ stroke: () => colours().second, width: 1 }),
      line({ stroke: () => colours().main, width: 2 }),
      line({ stroke: () => colours().second, width: 1, dash: [4, 3] }),
    ],
    hooks: {
      draw: [
        (chart) => {
          clipped(chart, () => {
            drawStarts(chart, model().starts, colours())
            drawDots(chart, model().slow, colours())
          })
          drawTimeOuts(chart, model().timedOut, colours())
          drawNames(chart, colours())
        },
      ],
    },
  }
}

/** Values without a neighbour: a line cannot show them, so they get a point. */
export function lonely(values: ArrayLike<number | null | undefined>): number[] {
  const has = (index: number): boolean => values[index] !== null && values[index] !== undefined
  return Array.from(values, (_value, index) => index).filter(
    (index) => has(index) && !has(index - 1) && !has(index + 1),
  )
}

function drawStarts(chart: uPlot, starts: readonly number[], colours: ChartColours): void {
  const { ctx, bbox } = chart
  ctx.beginPath()
  for (const us of starts) {
    const x = Math.round(chart.valToPos(us / 1e6, 'x', true))
    ctx.moveTo(x, bbox.top)
    ctx.lineTo(x, bbox.top + bbox.height)
  }
  ctx.strokeStyle = colours.ink
  ctx.lineWidth = uPlot.pxRatio
  ctx.setLineDash([uPlot.pxRatio, 3 * uPlot.pxRatio])
  ctx.stroke()
  ctx.setLineDash([])
}

function drawDots(chart: uPlot, slow: readonly SingleRun[], colours: ChartColours): void {
  chart.ctx.fillStyle = colours.main
  for (const { startedUs, durationUs } of slow) {
    const x = chart.valToPos(startedUs / 1e6, 'x', true)
    const y = chart.valToPos(Math.max(1, durationUs), 'y', true)
    chart.ctx.beginPath()
    chart.ctx.arc(x, y, 1.8 * uPlot.pxRatio, 0, 2 * Math.PI)
    chart.ctx.fill()
  }
}

function drawTimeOuts(chart: uPlot, timedOut: readonly SingleRun[], colours: ChartColours): void {
  const { ctx, bbox } = chart
  const size = 4 * uPlot.pxRatio
  const foot = bbox.top - 4 * uPlot.pxRatio
  ctx.fillStyle = colours.timed
  for (const { startedUs } of timedOut) {
    const x = chart.valToPos(startedUs / 1e6, 'x', true)
    if (x < bbox.left || x > bbox.left + bbox.width) continue
    ctx.beginPath()
    ctx.moveTo(x - size, foot)
    ctx.lineTo(x, foot - 2 * size)
    ctx.lineTo(x + size, foot)
    ctx.fill()
  }
}

/** Names at the ends of the lines, pushed apart where they would meet. */
function drawNames(chart: uPlot, colours: ChartColours): void {
  const { ctx, bbox } = chart
  const names = [
    { name: 'p99', values: chart.data[3], strong: false },
    { name: 'p95', values: chart.data[2], strong: true },
    { name: 'p50', values: chart.data[1], strong: false },
  ].flatMap(({ name, values, strong }) => {
    const last = Array.from(values ?? []).findLast((value) => value !== null && value !== undefined)
    return last === undefined || last === null ? [] : [{ name, strong, y: chart.valToPos(last, 'y', true) }]
  })
  const apart = 12 * uPlot.pxRatio
  ctx.textBaseline = 'middle'
  ctx.textAlign = 'left'
  let lowest = -Infinity
  for (const { name, strong, y } of names) {
    lowest = Math.max(y, lowest + apart)
    ctx.font = (strong ? colours.strongFont : colours.font).replace('11px', `${11 * uPlot.pxRatio}px`)
    ctx.fillStyle = strong ? colours.main : colours.ink
    ctx.fillText(name, bbox.left + bbox.width + 6 * uPlot.pxRatio, lowest)
  }
}
