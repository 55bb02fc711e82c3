import { Failure } from '@shared/result'
import type { Database } from 'better-sqlite3'
import type { WriteApi } from '../api'
import type { Handlers } from './serve'

/** What the writer does beside reading sources. */
export type Upkeep = Pick<WriteApi, 'renameSource' | 'setSourceMode' | 'retentionDue'> &
  Pick<Handlers<WriteApi>, 'removeSource' | 'retain'>

export function createUpkeep(_db: Database): Upkeep {
  const missing = (): never => {
    throw new Failure('internal', 'This is being built.')
  }
  return {
    renameSource: missing,
    setSourceMode: missing,
    removeSource: missing,
    retain: missing,
    retentionDue: missing,
  }
}
