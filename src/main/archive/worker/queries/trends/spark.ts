import { DAY_US, HOUR_US, MINUTE_US } from '@main/util/time'
import type { Span } from '@shared/filter'
import type { TargetRow } from '@shared/target'
import { ceilTo } from './tile-range'
import type { Composed } from './tile-range'
import type { Known } from './available'

const MOST_STEPS = 30
const STEPS = [
  ...[1, 2, 3, 5, 10, 15, 20, 30].map((n) => ({ stepUs: n * MINUTE_US, from: 60 as const })),
  ...[1, 2, 3, 4, 6, 8, 12].map((n) => ({ stepUs: n * HOUR_US, from: 3600 as const })),
  ...[1, 2, 3, 4, 7, 14, 28, 56, 112, 224, 448, 896, 1792].map((n) => ({ stepUs: n * DAY_US, from: 86_400 as const })),
]

/** The steps of the sparklines of a table. */
export interface SparkSteps {
  range: Composed
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
export function sparkSteps(span: Span, known: Known): SparkSteps {
  const toUs = span.toUs ?? known.endUs + 1
  const fromUs = Math.min(Math.max(span.fromUs ?? -Infinity, known.fromUs ?? toUs - 1), toUs - 1)
  const keptFrom = { 60: known.kept.minutesFromUs, 3600: known.kept.hoursFromUs, 86400: -Infinity }
  const { stepUs, from } = STEPS.find(
    (each) => (toUs - fromUs) / each.stepUs <= MOST_STEPS && ceilTo(fromUs, each.stepUs) >= keptFrom[each.from],
  ) ?? { stepUs: 3584 * DAY_US, from: 86_400 as const }
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
