import { Failure } from '@shared/result'
import type { Database } from 'better-sqlite3'
import type { ReadApi } from '../../api'
import type { Handlers } from '../serve'

/** The queries about the archive itself. */
export function createStorageQueries(
  _db: Database,
): Pick<Handlers<ReadApi>, 'storageInfo' | 'storageLog' | 'storagePreview'> {
  const missing = (): never => {
    throw new Failure('internal', 'This answer is being built.')
  }
  return { storageInfo: missing, storageLog: missing, storagePreview: missing }
}
