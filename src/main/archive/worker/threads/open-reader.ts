import { Failure } from '@shared/result'
import type { ReadApi } from '../../api'
import { archiveFailure, openForReading } from '../core/connection'
import { newestSchema } from '../core/migrator'
import { createAlertQueries } from '../queries/alerts'
import { createBlocks } from '../queries/runs/blocks'
import { countByTier, countRuns, countValues } from '../queries/runs/count'
import { createDirectory } from '../queries/directory'
import { createRecentLists } from '../derived/recent-runs'
import { createRunDetail } from '../queries/runs/detail'
import { createRunFind } from '../queries/runs/find'
import { createRunRows, runsPage } from '../queries/runs/page'
import { createSourceQueries } from '../queries/sources'
import { createStorageQueries } from '../queries/storage/info'
import { createTargetQueries } from '../queries/targets'
import { createTrendQueries } from '../queries/trends/trends'
import type { ThreadHandlers } from '../core/serve'

/** The archive, open for reading. */
export interface OpenReader {
  verbs: ThreadHandlers<ReadApi>
  close(): void
}

/** Opens an archive that the writer has opened before. `nowUs` gives the time, microseconds. Throws `archive_unreadable` or `archive_newer`. */
export function openReader(path: string, nowUs: () => number = () => Date.now() * 1000): OpenReader {
  try {
    const db = openForReading(path)
    const version = Number(db.pragma('user_version', { simple: true }))
    if (version !== newestSchema()) {
      db.close()
      throw new Failure('archive_unreadable', `${path} has schema ${version}, not ${newestSchema()}.`)
    }
    const blocks = createBlocks(db)
    const directory = createDirectory(db)
    const recent = createRecentLists(db)
    const parts = { blocks, directory, recent, rowOf: createRunRows(db, directory) }
    const trends = createTrendQueries(db, { ...parts, nowUs })
    const counting = { ...parts, gather: trends.gather }
    const targets = createTargetQueries(db, counting)
    const sources = createSourceQueries(db)
    return {
      verbs: {
        sources: sources.list,
        'runs.page': (input, context) => runsPage(parts, input, context),
        'runs.get': createRunDetail(db, parts),
        'runs.find': createRunFind(db, parts),
        'runs.count': ({ filter }, context) => countRuns(counting, filter, context),
        'runs.countByTier': (input, context) => countByTier(counting, input, context),
        'runs.values': (input, context) => countValues(parts, input, context),
        'targets.list': targets.list,
        'targets.get': targets.get,
        'apps.list': sources.apps,
        ...trends.verbs,
        ...createAlertQueries(db),
        ...createStorageQueries(db),
      },
      close: () => db.close(),
    }
  } catch (error) {
    throw archiveFailure(error, path)
  }
}
