import { Failure } from '@shared/result'
import type { Database } from 'better-sqlite3'
import type { WriteApi } from '../api'
import type { Handlers } from './serve'
import type { WriterMemory } from './writer-memory'

/** Changes of a source itself. */
export type SourceUpkeep = Pick<WriteApi, 'renameSource' | 'setSourceMode'> & Pick<Handlers<WriteApi>, 'removeSource'>

export function createSourceUpkeep(_db: Database, _memory: WriterMemory): SourceUpkeep {
  const missing = (): never => {
    throw new Failure('internal', 'This is being built.')
  }
  return { renameSource: missing, setSourceMode: missing, removeSource: missing }
}
