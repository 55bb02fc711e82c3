import { createBlocks } from '@main/archive/worker/queries/blocks'
import { createDirectory } from '@main/archive/worker/queries/directory'
import { createRecentLists } from '@main/archive/worker/queries/recent-runs'
import { createRunRows } from '@main/archive/worker/queries/run-rows'
import { createTrendQueries } from '@main/archive/worker/queries/trends/trends'
import type { Database } from 'better-sqlite3'

/** What queries are made from, on any connection. `nowUs` is the time of open ranges. */
export function queryParts(db: Database, nowUs = 0) {
  const directory = createDirectory(db)
  const parts = { blocks: createBlocks(db), directory, recent: createRecentLists(db) }
  const { gather, verbs } = createTrendQueries(db, { ...parts, nowUs: () => nowUs })
  return { ...parts, rowOf: createRunRows(db, directory), gather, verbs }
}
