import { SECOND_US } from '@shared/time'
import { RESOLUTION } from '../../derived/rollups/accumulator'

/** Where each kind of knowledge begins, microseconds; −Infinity = it was never cut. Days are kept for ever. */
export interface Kept {
  /** Every run that started from here on is still there. */
  runsFromUs: number
  minutesFromUs: number
  hoursFromUs: number
}

/** Part of a range, counted from the runs themselves or from trends of one length (seconds). */
export interface Piece {
  from: 'runs' | TrendLength
  fromUs: number
  toUs: number
}

/** Lengths of trends, seconds. */
export type TrendLength = Exclude<(typeof RESOLUTION)[keyof typeof RESOLUTION], 0>

/** A piece that is counted from trends. */
export type TrendPiece = Piece & { from: TrendLength }

/** A range that can be counted exactly: its pieces follow each other without holes. */
export interface TiledRange {
  fromUs: number
  toUs: number
  pieces: Piece[]
}
const COARSEST_FIRST: TrendLength[] = [RESOLUTION.day, RESOLUTION.hour, RESOLUTION.minute]

/**
 * The pieces of [fromUs, toUs): days where whole days fit, hours and minutes towards the ends, and the runs themselves for
 * what is left. Null when that cannot be had exactly. `longest` is the longest trend that may be used.
 */
export function tile(fromUs: number, toUs: number, kept: Kept, longest: TrendLength = RESOLUTION.day): Piece[] | null {
  const lengths = COARSEST_FIRST.filter((length) => length <= longest)
  const pieces: Piece[] = []
  const push = (from: Piece['from'], untilUs: number): void => {
    const last = pieces.at(-1)
    if (last?.from === from) last.toUs = untilUs
    else pieces.push({ from, fromUs: atUs, toUs: untilUs })
    atUs = untilUs
  }
  let atUs = fromUs
  while (atUs < toUs) {
    const length = lengths.find((each) => {
      const us = each * SECOND_US
      return floorTo(atUs, us) === atUs && atUs >= keptFrom(kept, each) && atUs + us <= toUs
    })
    if (length === undefined) {
      if (atUs < kept.runsFromUs) return null
      push('runs', Math.min(toUs, nextStart(atUs, kept, lengths)))
    } else {
      // Up to where a longer one may take over, or shorter ones must go on.
      const us = length * SECOND_US
      const longer = lengths[lengths.indexOf(length) - 1]
      const nextUs = longer === undefined ? toUs : floorTo(atUs, longer * SECOND_US) + longer * SECOND_US
      push(length, Math.min(nextUs, floorTo(toUs, us)))
    }
  }
  return pieces
}

/**
 * The range nearest to [fromUs, toUs) that can be counted exactly; itself where possible. Each end moves to a minute, an
 * hour or a day, whichever is near and still told apart. Null when not even that is possible, which is never so with days.
 */
export function tileNearest(
  fromUs: number,
  toUs: number,
  kept: Kept,
  longest: TrendLength = RESOLUTION.day,
): TiledRange | null {
  if (fromUs >= toUs) return { fromUs, toUs, pieces: [] }
  const ends = edges(fromUs).flatMap((from) => edges(toUs).map((to) => ({ from, to })))
  const moved = ({ from, to }: { from: number; to: number }) => Math.abs(from - fromUs) + Math.abs(to - toUs)
  for (const { from, to } of ends.sort((a, b) => moved(a) - moved(b))) {
    // What held something must not be rounded to nothing.
    const pieces = from < to ? tile(from, to, kept, longest) : null
    if (pieces) return { fromUs: from, toUs: to, pieces }
  }
  return null
}

/** Start of the step of this length that a time lies in, counted from 1970; also for times before. */
export function floorTo(us: number, stepUs: number): number {
  return Math.floor(us / stepUs) * stepUs
}

/** The first such start at or after a time. */
export function ceilTo(us: number, stepUs: number): number {
  return Math.ceil(us / stepUs) * stepUs
}

function edges(us: number): number[] {
  const around = COARSEST_FIRST.map((length) => length * SECOND_US).flatMap((step) => [
    floorTo(us, step),
    ceilTo(us, step),
  ])
  return [...new Set([us, ...around])]
}

/** From when on trends of a length are there. */
export function keptFrom(kept: Kept, length: TrendLength): number {
  if (length === RESOLUTION.day) return -Infinity
  return length === RESOLUTION.hour ? kept.hoursFromUs : kept.minutesFromUs
}

/** Where the next trend after a time begins. */
function nextStart(us: number, kept: Kept, lengths: TrendLength[]): number {
  return Math.min(...lengths.map((length) => ceilTo(Math.max(us + 1, keptFrom(kept, length)), length * SECOND_US)))
}
