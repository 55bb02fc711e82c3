import { Failure } from '@shared/result'
import type { Database } from 'better-sqlite3'
import type { ReadApi } from '../../api'
import type { Handlers } from '../serve'
import type { Blocks } from './blocks'
import type { Directory } from './directory'

type TrendVerbs = Pick<
  Handlers<ReadApi>,
  'trendsSummary' | 'trendsSeries' | 'trendsHeatmap' | 'attention' | 'sessionsList' | 'coverage'
>

/** The queries about trends. */
export function createTrendQueries(_db: Database, _parts: { blocks: Blocks; directory: Directory }): TrendVerbs {
  const missing = (): never => {
    throw new Failure('internal', 'This answer is being built.')
  }
  return {
    trendsSummary: missing,
    trendsSeries: missing,
    trendsHeatmap: missing,
    attention: missing,
    sessionsList: missing,
    coverage: missing,
  }
}
