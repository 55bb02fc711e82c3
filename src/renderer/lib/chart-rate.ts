import type { AlertRule } from '@shared/alert-settings'
import { formatCount } from '@shared/format'
import { words } from '@shared/messages'
import type { TrendPoint, TrendSeries } from '@shared/trends'
import uPlot from 'uplot'
import type { ChartColours } from './chart-colours'
import type { ChartOptions } from './chart-frame'
import { countAxis, frameOptions, PLOT_RIGHT, timeAxis } from './chart-frame'
import { clipped, domain } from './chart-outcome'
import type { ChartPoint } from './chart-points'
import { endOfPoint, isForming } from './chart-points'
import { HOUR_US } from '@shared/time'

/** What a rate chart draws: failures of a kind by step, and what is usual. */
export interface RateModel {
  series: TrendSeries
  rule: AlertRule
  /** Failures an hour; null = not known. */
  usualPerHour: number | null
  nowUs: number
}

/** One failure is still seen, CSS pixels. */
const LEAST_BAR = 4

/** The failures of a step that an incident of a rule is about. */
export function rateOf(point: TrendPoint, rule: AlertRule): number {
  return rule === 'failures' ? point.failed + point.timedOut : point.dependencyFailures
}

/** What is usual in a step; null = not known. */
export function usualOf({ usualPerHour, series }: Pick<RateModel, 'usualPerHour' | 'series'>): number | null {
  return usualPerHour === null ? null : (usualPerHour * series.stepUs) / HOUR_US
}

/** The steps in words. */
export function ratePoints({ series, rule, nowUs }: RateModel): ChartPoint[] {
  const label = rule === 'failures' ? words.incident.rateAll : words.incident.rate
  return series.points.map((point, index) => {
    const failures = rateOf(point, rule)
    const shape = rule === 'failures' ? ('failed' as const) : ('dependency' as const)
    return {
      fromUs: point.fromUs,
      toUs: endOfPoint(series, index),
      forming: isForming(series, index, nowUs),
      cells: [{ label, value: formatCount(failures), shape, zero: failures === 0 }],
    }
  })
}

/** Seconds and failures of the steps. */
export function rateData({ series, rule }: RateModel): uPlot.AlignedData {
  return [series.points.map(({ fromUs }) => fromUs / 1e6), series.points.map((point) => rateOf(point, rule))]
}

/** Failures as solid bars, the step that is forming hollow, what is usual as a dashed line with its name. */
export function rateOptions(model: () => RateModel, colours: () => ChartColours): ChartOptions {
  return {
    ...frameOptions(false),
    padding: [12, PLOT_RIGHT, 0, 0],
    scales: { x: { time: true, range: () => domain(model().series) }, y: { range: () => [0, highest(model())] } },
    axes: [timeAxis(colours), countAxis(colours)],
    series: [{}, { show: true, stroke: 'transparent', points: { show: false }, paths: () => null }],
    hooks: {
      draw: [
        (chart) => {
          clipped(chart, () => {
            drawBars(chart, model(), colours())
            drawUsual(chart, usualOf(model()), colours())
          })
        },
      ],
    },
  }
}

function highest(model: RateModel): number {
  const most = Math.max(0, ...model.series.points.map((point) => rateOf(point, model.rule)))
  return Math.max(4, 1.15 * Math.max(most, usualOf(model) ?? 0))
}

function drawBars(chart: uPlot, { series, rule, nowUs }: RateModel, colours: ChartColours): void {
  const { ctx } = chart
  const pixel = uPlot.pxRatio
  const base = chart.valToPos(0, 'y', true)
  series.points.forEach((point, index) => {
    const failures = rateOf(point, rule)
    if (failures === 0) return
    const left = Math.round(chart.valToPos(point.fromUs / 1e6, 'x', true))
    const right = Math.round(chart.valToPos(endOfPoint(series, index) / 1e6, 'x', true))
    const width = Math.max(2 * pixel, right - left - pixel)
    const height = Math.max(LEAST_BAR * pixel, base - chart.valToPos(failures, 'y', true))
    if (isForming(series, index, nowUs)) {
      ctx.strokeStyle = colours.failed
      ctx.lineWidth = pixel
      ctx.setLineDash([3 * pixel, 2 * pixel])
      ctx.strokeRect(left + pixel / 2, base - height + pixel / 2, width - pixel, height)
      ctx.setLineDash([])
    } else {
      ctx.fillStyle = colours.failed
      ctx.fillRect(left, base - height, width, height)
    }
  })
}

function drawUsual(chart: uPlot, usual: number | null, colours: ChartColours): void {
  if (usual === null) return
  const { ctx, bbox } = chart
  const pixel = uPlot.pxRatio
  const y = chart.valToPos(usual, 'y', true)
  ctx.beginPath()
  ctx.moveTo(bbox.left, y)
  ctx.lineTo(bbox.left + bbox.width, y)
  ctx.strokeStyle = colours.main
  ctx.lineWidth = pixel
  ctx.setLineDash([5 * pixel, 4 * pixel])
  ctx.stroke()
  ctx.setLineDash([])
  ctx.font = colours.font.replace('11px', `${11 * pixel}px`)
  ctx.fillStyle = colours.main
  ctx.textBaseline = 'bottom'
  ctx.textAlign = 'left'
  ctx.fillText(words.incident.usualLine, bbox.left + 4 * pixel, y - 2 * pixel)
}
