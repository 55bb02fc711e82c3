import { DAY_US, HOUR_US, MINUTE_US } from '@shared/time'
import type { Span } from '@shared/filter'
import type { TargetRow } from '@shared/target'
import type { Zone } from '../../core/time-zone'
import { RESOLUTION } from '../../derived/rollups/accumulator'
import type { Available } from './available'
import { ceilTo, floorTo, keptFrom } from './tile-range'
import type { TiledRange } from './tile-range'

/** Round lengths of a chart's steps. */
const STEPS_US = [
  ...[1, 5, 15, 30].map((minutes) => minutes * MINUTE_US),
  ...[1, 3, 6, 12].map((hours) => hours * HOUR_US),
  DAY_US,
  7 * DAY_US,
]
const LONGEST = 7 * DAY_US

/** The steps of a chart. */
export interface Steps {
  stepUs: number
  /** Start of each step and the end of the last: one more than there are steps. */
  bounds: number[]
}

/**
 * The shortest round steps of at least `finestUs` that hold [fromUs, toUs) with at most `points` of them. Those up to
 * 12 hours are equal and begin with the local hour, as far as whole hours of UTC allow; days and weeks (from Monday) are
 * local. If even weeks are too many, the newest are given.
 */
export function stepsOf(fromUs: number, toUs: number, points: number, finestUs: number, zone: Zone): Steps {
  for (const stepUs of STEPS_US) {
    if (stepUs < finestUs && stepUs !== LONGEST) continue
    if ((toUs - fromUs) / stepUs > points + 2 && stepUs !== LONGEST) continue
    const bounds = stepUs < DAY_US ? equalSteps(fromUs, toUs, stepUs, zone) : dayBounds(fromUs, toUs, stepUs, zone)
    if (bounds.length - 1 <= points) return { stepUs, bounds }
    if (stepUs === LONGEST) return { stepUs, bounds: bounds.slice(-(points + 1)) }
  }
  throw new RangeError('there is always a longest step')
}

/** The hour of UTC nearest to a time, the later one of two. */
export function nearestHour(us: number): number {
  return floorTo(us + HOUR_US / 2, HOUR_US)
}

/** Index of the step that a time lies in; −1 before the first, the number of steps after the last. */
export function bucketIndexAt(bounds: number[], us: number): number {
  let low = 0
  let high = bounds.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((bounds[middle] ?? Infinity) <= us) low = middle + 1
    else high = middle
  }
  return low - 1
}

function equalSteps(fromUs: number, toUs: number, stepUs: number, zone: Zone): number[] {
  const offset = zone.offsetUs(fromUs)
  // Hours are counted by hours of UTC, so that every step is exact in zones with half hours, too.
  const shift = stepUs < HOUR_US ? offset : nearestHour(offset)
  const first = floorTo(fromUs + shift, stepUs) - shift
  const count = Math.max(1, ceilTo(toUs - first, stepUs) / stepUs)
  return Array.from({ length: count + 1 }, (_, index) => first + index * stepUs)
}

function dayBounds(fromUs: number, toUs: number, stepUs: number, zone: Zone): number[] {
  const days = stepUs / DAY_US
  const day = zone.dayOf(fromUs)
  const bounds = [days === 7 ? zone.addDays(day, -zone.weekday(day + DAY_US / 2)) : day]
  do bounds.push(zone.addDays(bounds.at(-1) ?? day, days))
  while ((bounds.at(-1) ?? toUs) < toUs)
  return bounds
}

const MOST_STEPS = 30
const STEPS = [
  ...[1, 2, 3, 5, 10, 15, 20, 30].map((n) => ({ stepUs: n * MINUTE_US, from: RESOLUTION.minute })),
  ...[1, 2, 3, 4, 6, 8, 12].map((n) => ({ stepUs: n * HOUR_US, from: RESOLUTION.hour })),
  ...[1, 2, 3, 4, 7, 14, 28, 56, 112, 224, 448, 896, 1792].map((n) => ({ stepUs: n * DAY_US, from: RESOLUTION.day })),
]

/** The steps of the sparklines of a table. */
interface SparkSteps {
  range: TiledRange
  /** Nothing yet, for a row. */
  empty(): TargetRow['spark']
  stepUs: number
  /** Index of the step that a time lies in; outside of them for times that do. */
  at(us: number): number
}

/**
 * About 24 equal steps (30 at most) over a span, in whole trends of one length: the first begins within the span, the last
 * may be forming.
 */
export function sparkSteps(span: Span, known: Available): SparkSteps {
  const toUs = span.toUs ?? known.endUs + 1
  const fromUs = Math.min(Math.max(span.fromUs ?? -Infinity, known.fromUs ?? toUs - 1), toUs - 1)
  const { stepUs, from } = STEPS.find(
    (each) =>
      (toUs - fromUs) / each.stepUs <= MOST_STEPS && ceilTo(fromUs, each.stepUs) >= keptFrom(known.kept, each.from),
  ) ?? { stepUs: 3584 * DAY_US, from: RESOLUTION.day }
  const end = ceilTo(toUs, stepUs)
  const first = Math.min(ceilTo(fromUs, stepUs), end - stepUs)
  const length = (end - first) / stepUs
  const zeros = () => Array.from({ length }, () => 0)
  return {
    range: { fromUs: first, toUs: end, pieces: [{ from, fromUs: first, toUs: end }] },
    empty: () => ({ runs: zeros(), failed: zeros() }),
    stepUs,
    at: (us) => Math.floor((us - first) / stepUs),
  }
}
