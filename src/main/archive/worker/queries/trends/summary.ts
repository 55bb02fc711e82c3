import type { Figures, TrendScope, TrendSummary } from '@shared/trends'
import type { CallContext } from '../../core/serve'
import type { Directory } from '../directory'
import type { TiledRange } from './tile-range'
import { addRow, addRun, nothingCounted, outcomeCountsOf, percentilesOf } from './figures'
import type { Aggregate, Request } from './aggregate'
import type { Available } from './available'
import { createMissedCounter } from './missed'
import { knowsExpected, countableRange, spanBefore, totalKeysOf } from './available'
import { scopeOf } from './aggregate'

/** Figures of a range and of the equal one before it. */
export async function summarize(
  { gather, directory }: { gather: Aggregate; directory: Directory },
  { span, ...input }: TrendScope,
  context: CallContext,
): Promise<TrendSummary> {
  const scope = scopeOf(input, directory)
  const jobs = directory
    .targetsOf(scope.sourceId)
    .filter(({ kind, tier }) => kind === 'job' && (scope.tier === 'all' || scope.tier === tier))
    .map(({ id }) => id)
    .filter((id) => scope.targetId === null || scope.targetId === id)
  const plan = (known: Available) => {
    const range = countableRange(span, known)
    const before = spanBefore(span, known)
    const asked = count(range, known, scope.targetId, jobs)
    const earlier = before && count(countableRange(before, known), known, scope.targetId, jobs)
    return {
      requests: [...asked.requests, ...(earlier?.requests ?? [])],
      answer: () => ({
        figures: asked.figures(),
        before: earlier?.figures() ?? null,
        precision: range.precision,
      }),
    }
  }
  return gather(scope, plan, context)
}

function count(range: TiledRange, known: Available, targetId: number | null, jobs: number[]) {
  const counted = nothingCounted()
  const missed = createMissedCounter()
  const keys = targetId === null ? totalKeysOf(known, range) : [targetId]
  const runs: Request = {
    range,
    trends: (piece, rows) => rows.of(piece, keys, true, (row) => addRow(counted, row)),
    run: (run) => addRun(counted, run),
  }
  const starts: Request = {
    range: { ...range, pieces: range.pieces.filter(knowsExpected) },
    trends: (piece, rows) => rows.starts(piece, jobs, missed.row),
    run: missed.run,
  }
  return {
    requests: jobs.length === 0 ? [runs] : [runs, starts],
    figures: (): Figures => ({ ...outcomeCountsOf(counted), missed: missed.total(), ...percentilesOf(counted) }),
  }
}
