import type { TrendSeries } from '@shared/trends'
import uPlot from 'uplot'
import type { ChartColours } from './chart-colours'
import type { ChartOptions } from './chart-frame'
import { countAxis, frameOptions, PLOT_RIGHT, timeAxis } from './chart-frame'
import { endOfPoint, isForming, runsOf } from './chart-points'

/** What an outcome chart draws; `nowUs` null = a recording, nothing is forming. */
export interface OutcomeModel {
  series: TrendSeries
  nowUs: number | null
}

/** One failure among many runs is still seen, CSS pixels. */
const LEAST_BAR = 4

/** Seconds and runs of the whole steps, the end of the last one added so that its step is drawn. */
export function outcomeData({ series, nowUs }: OutcomeModel): uPlot.AlignedData {
  const whole = series.points.filter((_point, index) => !isForming(series, index, nowUs))
  const last = whole.at(-1)
  const ends = last ? [endOfPoint(series, whole.length - 1) / 1e6] : []
  return [
    [...whole.map(({ fromUs }) => fromUs / 1e6), ...ends],
    [...whole.map(runsOf), ...(last ? [runsOf(last)] : [])],
  ]
}

/** All runs as a stepped line over a pale area, failures as bars from the base line, what is forming dashed. */
export function outcomeOptions(model: () => OutcomeModel, colours: () => ChartColours): ChartOptions {
  return {
    ...frameOptions(true),
    padding: [10, PLOT_RIGHT, 0, 0],
    scales: {
      x: { time: true, range: () => domain(model().series) },
      y: { range: () => [0, Math.max(4, 1.12 * Math.max(0, ...model().series.points.map(runsOf)))] },
    },
    axes: [timeAxis(colours), countAxis(colours)],
    series: [
      {},
      {
        stroke: () => colours().ok,
        fill: () => colours().okArea,
        width: 1.5,
        points: { show: false },
        paths: uPlot.paths.stepped?.({ align: 1 }) ?? null,
      } as uPlot.Series,
    ],
    hooks: {
      draw: [
        (chart) => {
          clipped(chart, () => {
            drawForming(chart, model(), colours())
            drawBars(chart, model().series, colours())
          })
        },
      ],
    },
  }
}

/** First to last moment of a series, seconds. */
export function domain(series: TrendSeries): [number, number] {
  return [(series.points[0]?.fromUs ?? series.endUs - 1) / 1e6, series.endUs / 1e6]
}

/** Draws inside the plot only. */
export function clipped(chart: uPlot, draw: () => void): void {
  const { ctx, bbox } = chart
  ctx.save()
  ctx.beginPath()
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height)
  ctx.clip()
  draw()
  ctx.restore()
}

function drawForming(chart: uPlot, { series, nowUs }: OutcomeModel, colours: ChartColours): void {
  const index = series.points.length - 1
  const point = series.points[index]
  if (!point || !isForming(series, index, nowUs)) return
  const before = series.points[index - 1]
  const { ctx } = chart
  const x = (us: number): number => chart.valToPos(us / 1e6, 'x', true)
  const y = (runs: number): number => chart.valToPos(runs, 'y', true)
  const right = x(series.endUs) - uPlot.pxRatio
  ctx.beginPath()
  ctx.moveTo(x(point.fromUs), y(before ? runsOf(before) : 0))
  ctx.lineTo(x(point.fromUs), y(runsOf(point)))
  ctx.lineTo(right, y(runsOf(point)))
  ctx.lineTo(right, y(0))
  ctx.strokeStyle = colours.ok
  ctx.lineWidth = uPlot.pxRatio
  ctx.setLineDash([3 * uPlot.pxRatio, 2 * uPlot.pxRatio])
  ctx.stroke()
  ctx.setLineDash([])
}

/** Failures solid, time-outs striped, cancelled ones hollow: told apart without colour. */
function drawBars(chart: uPlot, series: TrendSeries, colours: ChartColours): void {
  const base = chart.valToPos(0, 'y', true)
  const pixel = uPlot.pxRatio
  series.points.forEach((point, index) => {
    const left = Math.round(chart.valToPos(point.fromUs / 1e6, 'x', true))
    const right = Math.round(chart.valToPos(endOfPoint(series, index) / 1e6, 'x', true))
    const width = Math.max(2 * pixel, right - left - pixel)
    let foot = base
    const bar = (runs: number, draw: (x: number, y: number, w: number, h: number) => void): void => {
      if (runs === 0) return
      const height = Math.max(LEAST_BAR * pixel, base - chart.valToPos(runs, 'y', true))
      draw(left, foot - height, width, height)
      foot -= height + pixel
    }
    bar(point.failed, (...box) => {
      chart.ctx.fillStyle = colours.failed
      chart.ctx.fillRect(...box)
    })
    bar(point.timedOut, (...box) => stripes(chart.ctx, box, colours))
    bar(point.cancelled, (x, y, w, h) => {
      chart.ctx.strokeStyle = colours.cancelled
      chart.ctx.lineWidth = 1.5 * pixel
      chart.ctx.strokeRect(x + 0.75 * pixel, y + 0.75 * pixel, Math.max(pixel, w - 1.5 * pixel), h - 1.5 * pixel)
    })
  })
}

function stripes(
  ctx: CanvasRenderingContext2D,
  [x, y, w, h]: [number, number, number, number],
  colours: ChartColours,
): void {
  const pixel = uPlot.pxRatio
  ctx.save()
  ctx.beginPath()
  ctx.rect(x, y, w, h)
  ctx.clip()
  ctx.fillStyle = colours.timed
  ctx.fillRect(x, y, w, h)
  ctx.beginPath()
  for (let at = x - h; at < x + w; at += 4 * pixel) {
    ctx.moveTo(at, y + h)
    ctx.lineTo(at + h, y)
  }
  ctx.strokeStyle = colours.plane
  ctx.lineWidth = pixel
  ctx.stroke()
  ctx.restore()
}
