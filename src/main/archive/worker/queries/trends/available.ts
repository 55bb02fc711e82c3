import { DAY_US, HOUR_US, SECOND_US } from '@shared/time'
import type { TierChoice, Span } from '@shared/filter'
import type { Tier } from '@shared/run'
import type { SourceMode } from '@shared/source'
import type { Precision } from '@shared/trends'
import type { Readable } from '../../core/database'
import { STREAMS } from '../../core/ids'
import { createMetaReader, META } from '../../core/meta'
import { RESOLUTION } from '../../derived/rollups/accumulator'
import { ceilTo, floorTo, tileNearest } from './tile-range'
import type { Kept, TiledRange, Piece } from './tile-range'

/**
 * What is left of a source's history. This is what the retention and the writer leave behind, and what the answers rest
 * on:
 *
 * - `coverage`, kind `runs`: every run of the stream that started at or after `from_us` is in `runs`.
 * - `coverage`, kind `trends`, one row a stream, once runs of it were deleted or never kept: runs that started in
 *   [from_us, to_us], both included, are known from trends alone, all of them or some. Who deletes runs, or counts a run
 *   without keeping it, moves `to_us` to its start or beyond in the same transaction. A late run never takes it back.
 * - `meta`, `trends.minute.from` and `trends.hour.from`: rows of `rollups` with that length are whole from this second
 *   on; absent = all are. Who deletes such rows moves it in the same transaction.
 * - `streams.rolled_sequence`: runs beyond it are in no row of `rollups` yet.
 */
export interface Available {
  streams: AvailableStream[]
  kept: Kept
  /** Nothing is known before; null when nothing is known at all. */
  fromUs: number | null
  /** Every run known started at or before it. */
  toUs: number | null
  /** Where an open range ends: now, or the newest moment of a snapshot. */
  endUs: number
}

/** A stream with what is known of it. */
export interface AvailableStream {
  id: number
  tier: Tier
  lastSequence: number
  rolledSequence: number
  fromUs: number
  toUs: number
  /** Where its runs begin to be whole, microseconds; −Infinity when none was ever deleted. */
  runsFromUs: number
  /** Some of its runs are kept. */
  keepsRuns: boolean
}

interface StreamRow {
  id: number
  tier: Tier
  mode: SourceMode
  lastSequence: number
  rolledSequence: number
}

interface CoverageRow {
  streamId: number
  kind: 'runs' | 'trends'
  fromUs: number
  toUs: number
}

/** Reads what is known of the streams of a tier; within the transaction of the rows that rest on it. */
export function createAvailable(db: Readable, nowUs: () => number) {
  const selectStreams = db.prepare<[number], StreamRow>(
    `SELECT st.id, st.tier, s.mode, st.last_sequence AS lastSequence, st.rolled_sequence AS rolledSequence
     FROM sources s JOIN epochs e ON e.source_id = s.id JOIN streams st ON st.epoch_id = e.id
     WHERE s.id = ? ORDER BY st.id`,
  )
  const selectCoverage = db.prepare<[number], CoverageRow>(
    `SELECT c.stream_id AS streamId, c.kind, c.from_us AS fromUs, c.to_us AS toUs
     FROM ${STREAMS} JOIN coverage c ON c.stream_id = st.id
     WHERE e.source_id = ? AND c.kind IN ('runs', 'trends')`,
  )
  const meta = createMetaReader(db)
  const secondFrom = (key: string): number => {
    const second = meta.number(key)
    return second === undefined ? -Infinity : second * SECOND_US
  }

  return (sourceId: number, tier: TierChoice): Available => {
    const coverage = selectCoverage.all(sourceId)
    const rows = selectStreams.all(sourceId)
    const streams = rows
      .filter((stream) => tier === 'all' || stream.tier === tier)
      .flatMap((stream) => {
        const own = coverage.filter((each) => each.streamId === stream.id)
        return own.length === 0 ? [] : [withCoverage(stream, own)]
      })
    const toUs = streams.length === 0 ? null : Math.max(...streams.map((stream) => stream.toUs))
    const isSnapshot = rows[0]?.mode === 'snapshot'
    return {
      streams,
      kept: {
        runsFromUs: Math.max(-Infinity, ...streams.map((stream) => stream.runsFromUs)),
        minutesFromUs: secondFrom(META.minutesFrom),
        hoursFromUs: secondFrom(META.hoursFrom),
      },
      fromUs: streams.length === 0 ? null : Math.min(...streams.map((stream) => stream.fromUs)),
      toUs,
      endUs: isSnapshot && toUs !== null ? toUs : Math.max(nowUs(), toUs ?? 0),
    }
  }
}

/**
 * A range with both its ends. Nothing lies beyond what is known, so that a beginning there may be any; the end is no
 * earlier than the time itself, since starts that were expected are known until then.
 */
export function closedSpan(
  { fromUs, toUs }: { fromUs: number | null; toUs: number | null },
  known: Available,
): { fromUs: number; toUs: number } {
  if (known.fromUs === null || known.toUs === null) return { fromUs: 0, toUs: 0 }
  const first = floorTo(known.fromUs, DAY_US)
  const newestUs = Math.max(known.toUs, known.endUs)
  const from = fromUs === null || fromUs < known.fromUs ? first : fromUs
  const to = toUs === null || toUs > newestUs ? ceilTo(newestUs + 1, HOUR_US) : toUs
  return { fromUs: from, toUs: Math.max(from, to) }
}

function withCoverage({ id, tier, lastSequence, rolledSequence }: StreamRow, own: CoverageRow[]): AvailableStream {
  const runs = own.filter((each) => each.kind === 'runs').map((each) => each.fromUs)
  const trends = own.filter((each) => each.kind === 'trends').map((each) => each.toUs + 1)
  return {
    id,
    tier,
    lastSequence,
    rolledSequence,
    fromUs: Math.min(...own.map((each) => each.fromUs)),
    toUs: Math.max(...own.map((each) => each.toUs)),
    runsFromUs: trends.length === 0 ? -Infinity : Math.max(...trends, ...runs),
    keepsRuns: runs.length > 0,
  }
}

/** A range that is asked for, as it can be counted. */
export interface CountedRange extends TiledRange {
  precision: Precision
}

/** What can be counted of a span. */
export function countableRange(span: Span, known: Available): CountedRange {
  const asked = closedSpan(span, known)
  const composed = tileNearest(asked.fromUs, asked.toUs, known.kept)
  // Days are kept for ever, so this cannot be.
  if (!composed) return { ...asked, pieces: [], precision: { kind: 'approximate' } }
  if (known.toUs !== null && asked.toUs > known.toUs && composed.toUs !== asked.toUs) {
    // Nothing lies beyond: where the hours of the last day are gone, all of it will do.
    const day = { ...asked, toUs: ceilTo(asked.toUs, DAY_US) }
    const whole = tileNearest(day.fromUs, day.toUs, known.kept)
    if (whole?.toUs === day.toUs) return { ...whole, precision: precisionOf(span, day, whole, known) }
  }
  return { ...composed, precision: precisionOf(span, asked, composed, known) }
}

/** Exact where a range is what was asked for; else the range, with ends that did not move as they were asked for. */
export function precisionOf(
  span: Span,
  asked: { fromUs: number; toUs: number },
  range: { fromUs: number; toUs: number },
  known: Available,
): Precision {
  if (range.fromUs === asked.fromUs && range.toUs === asked.toUs) return { kind: 'exact' }
  return {
    kind: 'rounded',
    fromUs: range.fromUs === asked.fromUs ? (span.fromUs ?? asked.fromUs) : range.fromUs,
    toUs: range.toUs === asked.toUs ? (span.toUs ?? known.endUs) : range.toUs,
  }
}

/** The equal span before; null when what is known does not reach back so far, or the span has no beginning. */
export function spanBefore({ fromUs, toUs }: Span, known: Available): { fromUs: number; toUs: number } | null {
  if (fromUs === null || known.fromUs === null) return null
  const lengthUs = (toUs ?? known.endUs) - fromUs
  if (lengthUs <= 0 || fromUs - lengthUs < known.fromUs) return null
  return { fromUs: fromUs - lengthUs, toUs: fromUs }
}

/** Schedules are counted by the hour and the day: how many starts were expected, shorter trends do not know. */
export function knowsExpected({ from }: Piece): boolean {
  return from === RESOLUTION.hour || from === RESOLUTION.day
}

/** Keys of the totals of the streams that have something in a range. */
export function totalKeysOf(known: Available, { fromUs, toUs }: { fromUs: number; toUs: number }): number[] {
  return known.streams.filter((stream) => stream.fromUs < toUs && stream.toUs >= fromUs).map((stream) => -stream.id)
}
