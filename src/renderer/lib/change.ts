import { formatCount, formatDuration, THIN } from '@shared/format'
import { words } from '@shared/messages'

/** A figure against the equal range before. */
export interface Change {
  /** What changed: `+44`, `−18 ms`, `3.0 ×`; empty when nothing did. */
  text: string
  /** What it changed from, in words. */
  from: string
  /** Colour only when it got worse, or clearly better. */
  tone: 'bad' | 'warn' | 'good' | ''
}

/** What more of a figure means: more runs mean nothing, more failures are bad, more time-outs a warning. */
export type Meaning = 'neutral' | 'bad' | 'warn'

/** Twice as long as before is said as a factor; four fifths of it counts as clearly better. */
const MUCH_SLOWER = 2
const SLOWER = 1.5
const CLEARLY_FASTER = 0.8

/** The change of a count. `before` undefined = there is no range before, null = it was not counted then: nothing is said. */
export function countChange(now: number | null, before: number | null | undefined, meaning: Meaning): Change {
  const text = words.change
  if (now === null || before === null || before === undefined) return { text: '', from: '', tone: '' }
  if (now === before) return { text: '', from: now === 0 ? text.none : text.same, tone: '' }
  const from = text.from(formatCount(before))
  if (meaning === 'neutral' && before > 0) return { text: signedShare(now / before - 1), from, tone: '' }
  const worse = now > before
  const better = before >= 4 && now <= before / 2
  const tone = meaning === 'neutral' ? '' : worse ? meaning : better ? 'good' : ''
  return { text: `${sign(now - before)}${formatCount(Math.abs(now - before))}`, from, tone }
}

/** The change of a duration, microseconds. */
export function durationChange(now: number | null, before: number | null | undefined): Change {
  const text = words.change
  if (now === null || before === null || before === undefined) return { text: '', from: '', tone: '' }
  const ratio = now / Math.max(1, before)
  const shown = formatDuration(before)
  if (ratio >= MUCH_SLOWER) return { text: `${ratio.toFixed(1)}${THIN}×`, from: text.of(shown), tone: 'warn' }
  if (formatDuration(now) === shown) return { text: '', from: text.same, tone: '' }
  const tone = ratio >= SLOWER ? 'warn' : ratio <= CLEARLY_FASTER ? 'good' : ''
  const difference = Math.abs(now - before)
  return { text: `${sign(now - before)}${formatDuration(difference).replace('<', '')}`, from: text.from(shown), tone }
}

function sign(difference: number): string {
  return difference < 0 ? '−' : '+'
}

function signedShare(share: number): string {
  const percent = Math.abs(share) * 100
  return `${sign(share)}${percent < 9.95 ? percent.toFixed(1) : formatCount(Math.round(percent))}${THIN}%`
}
