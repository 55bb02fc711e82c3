import type { Database } from 'better-sqlite3'
import type { ReadApi } from '../../api'
import type { Handlers } from '../serve'
import { createStorageInfo } from './storage/info'
import { createStorageLog } from './storage/log'
import { createStoragePreview } from './storage/preview'

/** The queries about the archive itself. `nowUs` gives the time by the clock, microseconds. */
export function createStorageQueries(
  db: Database,
  nowUs: () => number = () => Date.now() * 1000,
): Pick<Handlers<ReadApi>, 'storageInfo' | 'storageLog' | 'storagePreview'> {
  const log = createStorageLog(db)
  return {
    storageInfo: createStorageInfo(db, nowUs),
    storageLog: ({ limit }) => log(limit),
    storagePreview: createStoragePreview(db, nowUs),
  }
}
