import type { Input, Output } from '@shared/contract'
import type { Figures, TrendScope, TrendSummary } from '@shared/trends'
import type { Readable } from '../../core/database'
import type { ReadApi } from '../../../api'
import type { CallContext, ThreadHandlers } from '../../core/serve'
import type { RecentLists } from '../../derived/recent-runs'
import type { Directory } from '../directory'
import type { Blocks } from '../runs/blocks'
import { createAggregate, scopeOf } from './aggregate'
import type { Aggregate, Request } from './aggregate'
import { createAttention } from './attention'
import { createAvailable, knowsExpected, countableRange, spanBefore, totalKeysOf } from './available'
import type { Available } from './available'
import { createCoverage } from './coverage'
import { addRow, addRun, nothingCounted, outcomeCountsOf, percentilesOf } from './figures'
import { heatmapOf } from './heatmap'
import { createMissedCounter } from './missed'
import { seriesOf } from './series'
import { createSessions } from './sessions'
import type { TiledRange } from './tile-range'
import { createTrendRows } from './trend-rows'

type TrendVerbs = Pick<
  ThreadHandlers<ReadApi>,
  'trends.summary' | 'trends.series' | 'trends.heatmap' | 'trends.attention' | 'sessions.list' | 'coverage.get'
>

interface Parts {
  blocks: Blocks
  directory: Directory
  recent: RecentLists
  /** Now, microseconds. */
  nowUs: () => number
}

/** The queries about trends, and what others count with. */
export function createTrendQueries(db: Readable, parts: Parts): { verbs: TrendVerbs; gather: Aggregate } {
  const known = createAvailable(db, parts.nowUs)
  const gather = createAggregate(db, { blocks: parts.blocks, rows: createTrendRows(db), known })
  const all = { ...parts, gather }
  return {
    gather,
    verbs: {
      'trends.summary': (input: Input<'trends.summary'>, context: CallContext): Promise<Output<'trends.summary'>> =>
        summarize(all, input, context),
      'trends.series': (input, context) => seriesOf(all, input, context),
      'trends.heatmap': (input, context) => heatmapOf(all, input, context),
      'trends.attention': createAttention(db, all),
      'sessions.list': createSessions(db, gather),
      'coverage.get': createCoverage(db, known),
    },
  }
}

/** Figures of a range and of the equal one before it. */
async function summarize(
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
