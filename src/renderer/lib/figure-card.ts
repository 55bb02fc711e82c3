import { formatCount, formatDuration } from '@shared/format'
import { words } from '@shared/messages'
import type { TargetBefore, TargetRow } from '@shared/target'
import type { Change } from './change'
import { countChange, durationChange } from './change'

/** Figures of a row that can be compared with the range before. */
export const CARD_KEYS = ['runs', 'failed', 'dependency', 'missed', 'timed', 'p50', 'p95'] as const
export type CardKey = (typeof CARD_KEYS)[number]

/** A line of the card that compares a row with the range before. */
export interface CardLine {
  key: CardKey
  label: string
  now: string
  before: string
  change: Change
}

/** What belongs together: a figure never stands alone. */
const GROUPS: readonly (readonly CardKey[])[] = [
  ['p50', 'p95', 'runs'],
  ['runs', 'failed', 'dependency', 'timed'],
  ['missed', 'runs'],
]

/** Whether a column has such a figure. */
export function isCardKey(key: string | undefined): key is CardKey {
  return CARD_KEYS.some((known) => known === key)
}

/** The figure and what belongs to it, against the range before; empty when the archive does not reach back to it. */
export function cardLines(row: TargetRow, key: CardKey): CardLine[] {
  const { before } = row
  if (!before) return []
  const group = key === 'missed' ? GROUPS[2] : key === 'p50' || key === 'p95' ? GROUPS[0] : GROUPS[1]
  return (group ?? []).map((one) => line(one, row, before))
}

function line(key: CardKey, row: TargetRow, before: TargetBefore): CardLine {
  const now = valueOf(key, row)
  const then = valueOf(key, before)
  const long = key === 'p50' || key === 'p95'
  const show = (value: number | null): string => {
    if (value === null) return '–'
    return long ? formatDuration(value) : formatCount(value)
  }
  const meaning = key === 'runs' ? 'neutral' : key === 'failed' || key === 'dependency' ? 'bad' : 'warn'
  const change = long ? durationChange(now, then) : countChange(now, then, meaning)
  return { key, label: labelOf(key), now: show(now), before: show(then), change }
}

function labelOf(key: CardKey): string {
  const text = words.overview
  const { p50, p95 } = words.columns
  return {
    runs: text.runs,
    failed: text.failed,
    dependency: text.dependency,
    missed: text.missedOne,
    timed: text.timed,
    p50,
    p95,
  }[key]
}

function valueOf(key: CardKey, of: TargetBefore): number | null {
  const { runs, failed, dependencyFailures, missed, timedOut, p50Us, p95Us } = of
  return { runs, failed, dependency: dependencyFailures, missed, timed: timedOut, p50: p50Us, p95: p95Us }[key]
}

/** The figure against the range before as one line, for a screen reader. */
export function cardWords(row: TargetRow, key: CardKey): string {
  const own = cardLines(row, key).find((one) => one.key === key)
  if (!own) return words.change.unknown
  return `${own.label}: ${own.now}, ${words.columns.before} ${own.before}`
}
