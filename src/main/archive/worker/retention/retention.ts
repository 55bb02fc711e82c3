import { Failure } from '@shared/result'
import type { Database } from 'better-sqlite3'
import type { WriteApi } from '../../api'
import type { Handlers } from '../serve'
import type { WriterMemory } from '../writer-memory'

/** Passes of the retention. */
export type Retention = Pick<Handlers<WriteApi>, 'retain'> & Pick<WriteApi, 'retentionDue'>

export function createRetention(_db: Database, _memory: WriterMemory): Retention {
  const missing = (): never => {
    throw new Failure('internal', 'This is being built.')
  }
  return { retain: missing, retentionDue: missing }
}
