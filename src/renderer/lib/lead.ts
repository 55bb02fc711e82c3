import { formatDay, formatMinute, sameDay } from '@shared/format'
import { words } from '@shared/messages'
import type { Attention, AttentionReason, AttentionRow, Figures } from '@shared/trends'
import { targetLabel } from './condition-words'
import type { ShapeKind } from './shapes'

/** The sentence of the overview: the culprit's name, if there is one, what is true of it, and the rest below. */
export interface Lead {
  shape: ShapeKind
  target: AttentionRow | null
  /** Goes on after the target's name, or stands alone. */
  text: string
  rest: string
}

/** A moment as short as it can be: `14:02`, or `22 Nov 14:02` on another day. */
export function shortMoment(us: number, nowUs: number): string {
  return sameDay(us, nowUs) ? formatMinute(us) : `${formatDay(us, nowUs)} ${formatMinute(us)}`
}

/** What stands against "all fine" beside the figures: a source that is not watched, an open incident. */
export interface Trouble extends Pick<Lead, 'shape' | 'text' | 'rest'> {
  /** Nothing is seen, so that nothing can be called fine. */
  blind: boolean
}

/**
 * Is the home all right? `range` = the range in words ("in the last 24 h"); `figures` may still be on their way.
 * `trouble` is said where nothing worse is: while there is any, not all is fine.
 */
export function leadOf(
  attention: Attention,
  figures: Figures | null,
  range: string,
  nowUs: number,
  trouble: Trouble | null = null,
): Lead {
  const { handlers, jobs, total, rows } = attention
  const text = words.lead
  const worst = rows[0]
  const reason = worst?.reasons[0]
  if (worst && reason) {
    const others = text.others(total - 1, Math.max(0, handlers + jobs - total), handlers, jobs)
    const streak = reason.kind === 'failing' && reason.runs > 1 ? text.streak(reason.runs) : ''
    return {
      shape: reasonShape(reason, worst.strip),
      target: worst,
      text: leadWords(reason, nowUs),
      rest: [streak, trouble?.blind ? `${trouble.text}.` : others].filter(Boolean).join(' '),
    }
  }
  if (trouble) return { shape: trouble.shape, target: null, text: trouble.text, rest: trouble.rest }
  if (handlers + jobs === 0) return { shape: 'skipped', target: null, text: text.nothing, rest: text.nothingHint }
  if (figures?.runs === 0) return { shape: 'skipped', target: null, text: text.idle(range), rest: text.idleHint }
  const failed = figures ? figures.failed + figures.timedOut : 0
  const rest = figures ? (failed === 0 ? text.clean(figures.runs) : text.recovered(figures.runs, failed)) : ''
  return { shape: 'ok', target: null, text: text.healthy(handlers, jobs, range), rest }
}

/** A target as the overview names it. */
export function attentionName(row: AttentionRow): string {
  return targetLabel(row)
}

function leadWords(reason: AttentionReason, nowUs: number): string {
  const text = words.lead
  switch (reason.kind) {
    case 'failing':
      return text.failing(reason.runs, shortMoment(reason.sinceUs, nowUs))
    case 'new_group':
      return text.newGroup(shortMoment(reason.firstUs, nowUs))
    case 'slower':
      return text.slower((reason.p95Us / reason.beforeUs).toFixed(1))
    case 'never_ran':
      return text.neverRan(shortMoment(reason.sinceUs, nowUs))
    case 'missed':
      return text.missed(reason.runs, reason.expected)
  }
}

/** A reason in a few words, for a row. */
export function reasonWords(reason: AttentionReason, nowUs: number): string {
  const text = words.reason
  switch (reason.kind) {
    case 'failing':
      return text.failing(reason.runs)
    case 'new_group':
      return text.newGroup(reason.title)
    case 'slower':
      return text.slower(reason.p95Us, reason.beforeUs)
    case 'never_ran':
      return text.neverRan(shortMoment(reason.sinceUs, nowUs))
    case 'missed':
      return text.missed(reason.runs, reason.expected)
  }
}

/** The shape before a reason: what failed as its newest run, what is late as a time-out, what never ran as a ring. */
export function reasonShape(reason: AttentionReason, strip: string): ShapeKind {
  if (reason.kind === 'failing') return strip.endsWith('d') ? 'dependency' : 'failed'
  if (reason.kind === 'new_group') return 'failed'
  return reason.kind === 'never_ran' ? 'skipped' : 'timed_out'
}
