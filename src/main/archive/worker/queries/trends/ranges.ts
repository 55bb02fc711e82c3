import { DAY_US } from '@main/util/time'
import type { Span } from '@shared/filter'
import type { Precision } from '@shared/trends'
import { ceilTo, compose } from './tile-range'
import type { Composed, Piece, TrendLength } from './tile-range'
import { closedSpan } from './available'
import type { Known } from './available'

/** A range that is asked for, as it can be counted. */
export interface CountedRange extends Composed {
  precision: Precision
}

/** What can be counted of a span. */
export function rangeOf(span: Span, known: Known): CountedRange {
  const asked = closedSpan(span, known)
  const composed = compose(asked.fromUs, asked.toUs, known.kept)
  // Days are kept for ever, so this cannot be.
  if (!composed) return { ...asked, pieces: [], precision: { kind: 'approximate' } }
  if (known.toUs !== null && asked.toUs > known.toUs && composed.toUs !== asked.toUs) {
    // Nothing lies beyond: where the hours of the last day are gone, all of it will do.
    const day = { ...asked, toUs: ceilTo(asked.toUs, DAY_US) }
    const whole = compose(day.fromUs, day.toUs, known.kept)
    if (whole?.toUs === day.toUs) return { ...whole, precision: precisionOf(span, day, whole, known) }
  }
  return { ...composed, precision: precisionOf(span, asked, composed, known) }
}

/** Exact where a range is what was asked for; else the range, with ends that did not move as they were asked for. */
export function precisionOf(
  span: Span,
  asked: { fromUs: number; toUs: number },
  range: { fromUs: number; toUs: number },
  known: Known,
): Precision {
  if (range.fromUs === asked.fromUs && range.toUs === asked.toUs) return { kind: 'exact' }
  return {
    kind: 'rounded',
    fromUs: range.fromUs === asked.fromUs ? (span.fromUs ?? asked.fromUs) : range.fromUs,
    toUs: range.toUs === asked.toUs ? (span.toUs ?? known.endUs) : range.toUs,
  }
}

/** The equal span before; null when what is known does not reach back so far, or the span has no beginning. */
export function spanBefore({ fromUs, toUs }: Span, known: Known): { fromUs: number; toUs: number } | null {
  if (fromUs === null || known.fromUs === null) return null
  const lengthUs = (toUs ?? known.endUs) - fromUs
  if (lengthUs <= 0 || fromUs - lengthUs < known.fromUs) return null
  return { fromUs: fromUs - lengthUs, toUs: fromUs }
}

/** Schedules are counted by the hour and the day: how many starts were expected, shorter trends do not know. */
export function knowsExpected({ from }: Piece): boolean {
  return from === HOUR || from === DAY
}

/** Keys of the totals of the streams that have something in a range. */
export function totalsOf(known: Known, { fromUs, toUs }: { fromUs: number; toUs: number }): number[] {
  return known.streams.filter((stream) => stream.fromUs < toUs && stream.toUs >= fromUs).map((stream) => -stream.id)
}

const HOUR: TrendLength = 3600
const DAY: TrendLength = 86_400
