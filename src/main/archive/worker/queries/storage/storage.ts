import type { Database } from 'better-sqlite3'
import type { ReadApi } from '../../../api'
import type { Handlers } from '../../core/serve'
import { createStorageInfo } from './info'
import { createRetentionLogReader } from '../../retention/retention-log'
import { createStoragePreview } from './preview'

/** The queries about the archive itself. `clockUs` gives the time by the clock, right or wrong, microseconds. */
export function createStorageQueries(
  db: Database,
  clockUs: () => number = () => Date.now() * 1000,
): Pick<Handlers<ReadApi>, 'storageInfo' | 'storageLog' | 'storagePreview'> {
  const log = createRetentionLogReader(db)
  return {
    storageInfo: createStorageInfo(db, clockUs),
    storageLog: ({ limit }) => log(limit),
    storagePreview: createStoragePreview(db, clockUs),
  }
}
