import type { Span } from '@shared/filter'
import type { TargetBefore, TargetRow } from '@shared/target'
import { statusOf } from '../../core/run-codes'
import type { CallContext } from '../../core/serve'
import { addRow, addRun, addSum, nothingCounted, outcomeCountsOf, percentilesOf } from './figures'
import type { Counted, OutcomeCounts } from './figures'
import type { Aggregate, Request, Scope } from './aggregate'
import type { Available, CountedRange } from './available'
import { createMissedCounter } from './missed'
import type { MissedStarts } from './missed'
import { knowsExpected, countableRange, spanBefore } from './available'
import { sparkSteps } from './chart-buckets'

/** What the tables say of a target's runs in a span, whatever its tier. */
export interface TargetFigures
  extends OutcomeCounts, Pick<TargetRow, 'p50Us' | 'p95Us' | 'missed' | 'spark' | 'before'> {
  /** Starts that the schedule foresaw; 0 when none can be known. */
  expected: number
  /** Runs with a duration that counts, in the span and before. */
  timed: number
  timedBefore: number
}

/** What is asked of targets. */
export interface TargetQuestion {
  span: Span
  targetIds: readonly number[]
  /** Which of them are jobs, whose starts can be missed. */
  jobs: readonly number[]
  /** Without them they stay empty. */
  sparks: boolean
}

/** Figures by target over a span; every id asked for has some. */
export async function targetFigures(
  gather: Aggregate,
  scope: Scope,
  { span, targetIds, jobs, sparks: wantsSparks }: TargetQuestion,
  context: CallContext,
): Promise<Map<number, TargetFigures>> {
  const wanted = new Set(targetIds)
  const plan = (known: Available) => {
    const asked = countTargets(countableRange(span, known), { scope, jobs, wanted })
    const before = spanBefore(span, known)
    const earlier = before && countTargets(countableRange(before, known), { scope, jobs, wanted })
    const steps = sparkSteps(span, known)
    const sparks = new Map(wantsSparks ? [...wanted].map((id) => [id, steps.empty()]) : [])
    const addSpark = (targetId: number, step: number, runs: number, failed: number): void => {
      const spark = sparks.get(targetId)
      if (!spark || step < 0 || step >= spark.runs.length) return
      spark.runs[step] = (spark.runs[step] ?? 0) + runs
      spark.failed[step] = (spark.failed[step] ?? 0) + failed
    }
    const spark: Request = {
      range: steps.range,
      trends: (piece, rows) => {
        if (scope.targetId === null) {
          rows.steps(piece, steps.stepUs, ({ targetId, step, n, failed }) => addSpark(targetId, step, n, failed))
          return
        }
        rows.of(piece, [scope.targetId], false, ({ targetId, fromUs, n, failed, timedOut }) =>
          addSpark(targetId, steps.at(fromUs), n, failed + timedOut),
        )
      },
      run: ({ targetId, startedUs, status }) => addSpark(targetId, steps.at(startedUs), 1, isFailure(status) ? 1 : 0),
    }
    return {
      requests: [asked.request, ...(earlier ? [earlier.request] : []), ...(wantsSparks ? [spark] : [])],
      answer: () =>
        new Map(
          [...wanted].map((id): [number, TargetFigures] => {
            const { counted, missed } = asked.of(id)
            const { p50Us, p95Us } = percentilesOf(counted)
            const past = earlier?.of(id)
            return [
              id,
              {
                ...outcomeCountsOf(counted),
                p50Us,
                p95Us,
                missed: missed?.missed ?? null,
                expected: missed?.expected ?? 0,
                spark: sparks.get(id) ?? { runs: [], failed: [] },
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

interface Counting {
  scope: Scope
  jobs: readonly number[]
  wanted: ReadonlySet<number>
}

function countTargets(range: CountedRange, { scope, jobs, wanted }: Counting) {
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
    trends: (piece, rows) => {
      if (scope.targetId !== null) {
        rows.of(piece, [scope.targetId], true, (row) => addRow(countOf(row.targetId), row))
      } else {
        rows.sums(piece, (sum) => {
          if (wanted.has(sum.targetId)) addSum(countOf(sum.targetId), sum)
        })
      }
      if (jobs.length > 0 && knowsExpected(piece)) rows.starts(piece, jobs, missed.row)
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
  const { runs, failed, dependencyFailures, timedOut } = outcomeCountsOf(counted)
  const { p50Us, p95Us } = percentilesOf(counted)
  return { runs, failed, dependencyFailures, timedOut, p50Us, p95Us, missed: missed?.missed ?? null }
}

function isFailure(status: number): boolean {
  const name = statusOf(status)
  return name === 'failed' || name === 'timed_out'
}
