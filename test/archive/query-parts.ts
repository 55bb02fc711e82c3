import { createRecentLists } from '@archive/derived'
import { createBlocks, createDirectory, createRunRows, createTrendQueries } from '@archive/queries'
import type { Database } from 'better-sqlite3'

/** What queries are made from, on any connection. `nowUs` is the time of open ranges. */
export function queryParts(db: Database, nowUs = 0) {
  const directory = createDirectory(db)
  const parts = { blocks: createBlocks(db), directory, recent: createRecentLists(db) }
  const { gather, verbs } = createTrendQueries(db, { ...parts, nowUs: () => nowUs })
  return { ...parts, rowOf: createRunRows(db, directory), gather, verbs }
}
