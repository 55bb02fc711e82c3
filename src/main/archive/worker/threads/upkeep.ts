import type { Database } from 'better-sqlite3'
import type { WriteApi } from '../../api'
import { createLedger } from '../retention/retention-log'
import { createRetention } from '../retention/retention'
import type { Retention } from '../retention/retention'
import type { Terms } from '../retention/terms'
import type { TrustedTime } from '../retention/trusted-time'
import { createSourceUpkeep } from '../retention/source-changes'
import type { SourceUpkeep } from '../retention/source-changes'
import type { WriterMemory } from '../derived/writer-memory'

/** What the writer does beside reading sources. */
export type Upkeep = Retention & SourceUpkeep & Pick<WriteApi, 'noteWork' | 'setLimits'>

export function createUpkeep(db: Database, memory: WriterMemory, terms: Pick<Terms, 'set'>, time: TrustedTime): Upkeep {
  const ledger = createLedger(db)
  return {
    ...createRetention(db, memory, time),
    ...createSourceUpkeep(db, memory),
    setLimits: ({ limits }) => {
      terms.set(limits)
      return null
    },
    noteWork: (note) => {
      ledger.write({ ...note, bound: null, frameworkRuns: 0, upToUs: null, trendRows: 0, cancelled: false })
      return null
    },
  }
}
