import { formatCount, formatShare, plural } from '@shared/format'
import { words } from '@shared/messages'
import type { Heatmap } from '@shared/trends'

/** What the cells of a heat map count. */
export type HeatSubject = 'failures' | 'runs'

/** Colours of a heat map beside the empty one. */
export const HEAT_LEVELS = 5

/** From when on a pair of hours is worth naming: of a few, or of many that are spread, none is. */
const STANDS_OUT = { least: 3, share: 0.1 }

/** A cell of a heat map. */
export interface HeatCell {
  day: number
  hour: number
  count: number
  /** 0 = empty, 1–5. */
  level: number
}

/** Cells by day and hour with their levels: the darkest is the fullest, and what is not empty has at least the palest. */
export function heatCells(heat: Heatmap, subject: HeatSubject): HeatCell[] {
  const counts = heat.cells.map((cell) => (subject === 'runs' ? cell.runs : cell.failed + cell.timedOut))
  const most = Math.max(...counts, 0)
  return counts.map((count, nth) => ({
    day: Math.floor(nth / 24),
    hour: nth % 24,
    count,
    level: count === 0 ? 0 : Math.max(1, Math.ceil((count / most) * HEAT_LEVELS)),
  }))
}

/** What the map shows, in a sentence: its fullest pair of hours. */
export function heatSentence(cells: readonly HeatCell[], subject: HeatSubject): string {
  const text = words.chart
  const all = cells.reduce((sum, cell) => sum + cell.count, 0)
  if (all === 0) return subject === 'runs' ? text.heatNoRuns : text.heatNone
  const what = (subject === 'runs' ? text.heatAll : text.heatFailures).toLowerCase()
  const pairs = cells
    .filter(({ hour }) => hour < 23)
    .map((cell) => ({ cell, sum: cell.count + (cells[cell.day * 24 + cell.hour + 1]?.count ?? 0) }))
  const best = pairs.reduce((fullest, pair) => (pair.sum > fullest.sum ? pair : fullest))
  if (best.sum < STANDS_OUT.least || best.sum / all < STANDS_OUT.share) {
    return text.heatSpread(
      plural(all, subject === 'runs' ? 'run' : 'failure'),
      plural(cells.filter(({ count }) => count > 0).length, 'hour'),
    )
  }
  const { day, hour } = best.cell
  const between = `${clock(hour)} and ${clock(hour + 2)}`
  return text.heatSentence(
    what,
    text.weekdays[day] ?? '',
    between,
    formatCount(best.sum),
    formatShare(best.sum, all) ?? '',
  )
}

/** A cell in words: `Mon 06:00: 4`. */
export function heatWords({ day, hour, count }: HeatCell): string {
  return words.chart.heatCell(words.chart.weekdays[day] ?? '', clock(hour), formatCount(count))
}

function clock(hour: number): string {
  return `${String(hour % 24).padStart(2, '0')}:00`
}
