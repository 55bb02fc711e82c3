import type { Span } from '@shared/filter'
import type { TargetBefore, TargetRow } from '@shared/target'
import { statusOf } from '../../run-codes'
import type { CallContext } from '../../serve'
import { addRow, addRun, nothingCounted, outcomesOf, percentilesOf } from './figures'
import type { Counted } from './figures'
import type { Gather, Request, Scope } from './gather'
import type { Known } from './known'
import { createMissedCounter } from './missed'
import type { MissedStarts } from './missed'
import { rangeOf, spanBefore } from './ranges'
import type { CountedRange } from './ranges'
import { sparkSteps } from './spark'
import type { OutcomeCounts } from './figures'

/** What the tables say of a target's runs in a span, whatever its tier. */
export interface TargetFigures
  extends OutcomeCounts, Pick<TargetRow, 'p50Us' | 'p95Us' | 'missed' | 'spark' | 'before'> {
  /** Starts that the schedule foresaw; 0 when none can be known. */
  expected: number
  /** Runs with a duration that counts, in the span and before. */
  timed: number
  timedBefore: number
}

/** Figures by target over a span; every id asked for has some. */
export async function targetFigures(
  gather: Gather,
  scope: Scope,
  { span, targetIds }: { span: Span; targetIds: readonly number[] },
  context: CallContext,
): Promise<Map<number, TargetFigures>> {
  const wanted = new Set(targetIds)
  const keys = scope.targetId === null ? 'targets' : [scope.targetId]
  const plan = (known: Known) => {
    const asked = countTargets(rangeOf(span, known), keys, wanted)
    const before = spanBefore(span, known)
    const earlier = before && countTargets(rangeOf(before, known), keys, wanted)
    const steps = sparkSteps(span, known)
    const sparks = new Map([...wanted].map((id) => [id, steps.empty()]))
    const addSpark = (targetId: number, us: number, runs: number, failed: number): void => {
      const spark = sparks.get(targetId)
      if (spark) steps.add(spark, us, runs, failed)
    }
    const spark: Request = {
      range: steps.range,
      keys,
      durations: false,
      row: (row) => addSpark(row.targetId, row.fromUs, row.n, row.failed + row.timedOut),
      run: ({ targetId, startedUs, status }) => addSpark(targetId, startedUs, 1, isFailure(status) ? 1 : 0),
    }
    return {
      requests: [asked.request, ...(earlier ? [earlier.request] : []), spark],
      answer: () =>
        new Map(
          [...wanted].map((id): [number, TargetFigures] => {
            const { counted, missed } = asked.of(id)
            const { p50Us, p95Us } = percentilesOf(counted)
            const past = earlier?.of(id)
            return [
              id,
              {
                ...outcomesOf(counted),
                p50Us,
                p95Us,
                missed: missed?.missed ?? null,
                expected: missed?.expected ?? 0,
                spark: sparks.get(id) ?? steps.empty(),
                before: past ? beforeOf(past) : null,
                timed: counted.durations?.n ?? 0,
                timedBefore: past?.counted.durations?.n ?? 0,
              },
            ]
          }),
        ),
    }
  }
  return gather(scope, plan, context)
}

interface TargetCount {
  counted: Counted
  missed: MissedStarts | null
}

function countTargets(range: CountedRange, keys: Request['keys'], wanted: ReadonlySet<number>) {
  const counts = new Map<number, Counted>()
  const missed = createMissedCounter()
  const countOf = (targetId: number): Counted => {
    const known = counts.get(targetId)
    if (known) return known
    const fresh = nothingCounted()
    counts.set(targetId, fresh)
    return fresh
  }
  const request: Request = {
    range,
    keys,
    durations: true,
    row: (row) => {
      if (!wanted.has(row.targetId)) return
      addRow(countOf(row.targetId), row)
      missed.row(row)
    },
    run: (run) => {
      if (!wanted.has(run.targetId)) return
      addRun(countOf(run.targetId), run)
      missed.run(run)
    },
  }
  const of = (id: number): TargetCount => ({ counted: counts.get(id) ?? nothingCounted(), missed: missed.of(id) })
  return { request, of }
}

function beforeOf({ counted, missed }: TargetCount): TargetBefore {
  const { runs, failed, dependencyFailures, timedOut } = outcomesOf(counted)
  const { p50Us, p95Us } = percentilesOf(counted)
  return { runs, failed, dependencyFailures, timedOut, p50Us, p95Us, missed: missed?.missed ?? null }
}

function isFailure(status: number): boolean {
  const name = statusOf(status)
  return name === 'failed' || name === 'timed_out'
}
