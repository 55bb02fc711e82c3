import { DAY_US, HOUR_US, MINUTE_US } from '@shared/time'
import type { Input, Output } from '@shared/contract'
import type { Precision, TrendPoint } from '@shared/trends'
import type { CallContext } from '../../core/serve'
import type { Blocks } from '../runs/blocks'
import type { Directory } from '../directory'
import { anyRun } from '../runs/filter'
import { tile, floorTo } from './tile-range'
import type { Piece } from './tile-range'
import { addRow, addRun, nothingCounted, okOf, outcomeCountsOf, percentilesOf } from './figures'
import type { Counted } from './figures'
import type { Aggregate, Request } from './aggregate'
import type { Available } from './available'
import { totalKeysOf } from './available'
import { scopeOf } from './aggregate'
import { nearestHour, bucketIndexAt, stepsOf } from './chart-buckets'
import type { Steps } from './chart-buckets'
import { zoneOf } from '../../core/time-zone'
import type { Zone } from '../../core/time-zone'
/** Most runs that are read for a chart whose range has no minutes any more; a chart of hours is drawn instead of more. */
const MOST_RUNS = 100_000

interface Parts {
  gather: Aggregate
  directory: Directory
  blocks: Blocks
}

/** How a chart is counted: its steps, and where they are counted from. */
interface Chart extends Steps {
  /** Where each step is counted from; another place than its start where only longer trends are left. */
  counted: number[]
  pieces: Piece[]
  precision: Precision
}

/** A chart over a span: whole steps, so that the first begins before the span and the last is forming. */
export async function seriesOf(
  { gather, directory, blocks }: Parts,
  { span, points, timeZone, ...input }: Input<'trends.series'>,
  context: CallContext,
): Promise<Output<'trends.series'>> {
  const scope = scopeOf(input, directory)
  const zone = zoneOf(timeZone)
  const plan = (known: Available) => {
    const toUs = span.toUs ?? known.endUs + 1
    const fromUs = Math.min(span.fromUs ?? known.fromUs ?? toUs - 1, toUs - 1)
    const chart = chartOf({ fromUs, toUs, points, zone, known, runs: (pieces) => runsIn(pieces, known, blocks) })
    const steps = Array.from({ length: chart.bounds.length - 1 }, nothingCounted)
    const at = (us: number): Counted | undefined => steps[bucketIndexAt(chart.counted, us)]
    const range = { fromUs: chart.counted[0] ?? 0, toUs: chart.counted.at(-1) ?? 0, pieces: chart.pieces }
    const keys = scope.targetId === null ? totalKeysOf(known, range) : [scope.targetId]
    const request: Request = {
      range,
      trends: (piece, rows) => rows.of(piece, keys, true, (row) => addTo(at(row.fromUs), (step) => addRow(step, row))),
      run: (run) => addTo(at(run.startedUs), (step) => addRun(step, run)),
    }
    return {
      requests: [request],
      answer: () => ({
        stepUs: chart.stepUs,
        points: steps.map((step, index) => pointOf(chart.bounds[index] ?? 0, step)),
        endUs: chart.bounds.at(-1) ?? toUs,
        precision: chart.precision,
      }),
    }
  }
  return gather(scope, plan, context)
}

interface Asked {
  fromUs: number
  toUs: number
  points: number
  zone: Zone
  known: Available
  /** About how many runs the pieces would have to be read of. */
  runs: (pieces: Piece[]) => number
}

/** The finest steps that what is left can tell apart. */
function chartOf({ fromUs, toUs, points, zone, known, runs }: Asked): Chart {
  for (const finestUs of [MINUTE_US, HOUR_US]) {
    const chart = chartOfSteps(stepsOf(fromUs, toUs, points, finestUs, zone), known)
    if (chart.precision.kind !== 'approximate' && runs(chart.pieces) <= MOST_RUNS) return chart
  }
  return chartOfSteps(stepsOf(fromUs, toUs, points, DAY_US, zone), known)
}

function chartOfSteps(steps: Steps, known: Available): Chart {
  const { stepUs, bounds } = steps
  const counted = stepUs < DAY_US ? bounds : bounds.map((bound) => countedFrom(bound, known))
  const pieces: Piece[] = []
  let complete = true
  for (let index = 1; index < counted.length; index++) {
    const covered = tile(counted[index - 1] ?? 0, counted[index] ?? 0, known.kept)
    complete &&= covered !== null
    for (const piece of covered ?? []) {
      const last = pieces.at(-1)
      if (last?.from === piece.from && last.toUs === piece.fromUs) last.toUs = piece.toUs
      else pieces.push(piece)
    }
  }
  const moved = counted.some((us, index) => us !== bounds[index])
  const rounded = { kind: 'rounded', fromUs: counted[0] ?? 0, toUs: counted.at(-1) ?? 0 } as const
  return {
    ...steps,
    counted,
    pieces,
    precision: complete ? (moved ? rounded : { kind: 'exact' }) : { kind: 'approximate' },
  }
}

/** Days of zones with half hours are counted from the nearest hour, and those that have no hours from the nearest day. */
function countedFrom(us: number, { kept }: Available): number {
  const hour = nearestHour(us)
  return floorTo(hour, DAY_US) >= kept.hoursFromUs ? hour : floorTo(us + DAY_US / 2, DAY_US)
}

function runsIn(pieces: Piece[], known: Available, blocks: Blocks): number {
  let runs = 0
  for (const piece of pieces) {
    if (piece.from !== 'runs') continue
    const wanted = anyRun({ ...piece, targetId: null })
    for (const { id, lastSequence } of known.streams) {
      for (const { n } of blocks.candidates({ stream: id, from: 1, to: lastSequence }, wanted, 'ascending')) {
        runs += n
        if (runs > MOST_RUNS) return runs
      }
    }
  }
  return runs
}

function addTo(step: Counted | undefined, add: (step: Counted) => void): void {
  if (step) add(step)
}

function pointOf(fromUs: number, counted: Counted): TrendPoint {
  const { failed, dependencyFailures, timedOut, cancelled, skipped } = outcomeCountsOf(counted)
  const ok = okOf(counted)
  return { fromUs, ok, failed, dependencyFailures, timedOut, cancelled, skipped, ...percentilesOf(counted) }
}
