import type { Input, Output } from '@shared/contract'
import type { Database } from 'better-sqlite3'
import type { ReadApi } from '../../../api'
import type { CallContext, ThreadHandlers } from '../../core/serve'
import type { Blocks } from '../runs/blocks'
import type { Directory } from '../directory'
import type { RecentLists } from '../../derived/recent-runs'
import { createAttention } from './attention'
import { createCoverage } from './coverage'
import { createAggregate } from './aggregate'
import type { Aggregate } from './aggregate'
import { heatmapOf } from './heatmap'
import { createAvailable } from './available'
import { seriesOf } from './series'
import { createSessions } from './sessions'
import { summarize } from './summary'
import { createTrendRows } from './trend-rows'

type TrendVerbs = Pick<
  ThreadHandlers<ReadApi>,
  'trendsSummary' | 'trendsSeries' | 'trendsHeatmap' | 'attention' | 'sessionsList' | 'coverage'
>

interface Parts {
  blocks: Blocks
  directory: Directory
  recent: RecentLists
  /** Now, microseconds. */
  nowUs: () => number
}

/** The queries about trends, and what others count with. */
export function createTrendQueries(db: Database, parts: Parts): { verbs: TrendVerbs; gather: Aggregate } {
  const known = createAvailable(db, parts.nowUs)
  const gather = createAggregate(db, { blocks: parts.blocks, rows: createTrendRows(db), known })
  const all = { ...parts, gather }
  return {
    gather,
    verbs: {
      trendsSummary: (input: Input<'trends.summary'>, context: CallContext): Promise<Output<'trends.summary'>> =>
        summarize(all, input, context),
      trendsSeries: (input, context) => seriesOf(all, input, context),
      trendsHeatmap: (input, context) => heatmapOf(all, input, context),
      attention: createAttention(db, all),
      sessionsList: createSessions(db, gather),
      coverage: createCoverage(db, known),
    },
  }
}
