import type { Database } from 'better-sqlite3'
import type { WriteApi } from '../../api'
import { setWalLimit } from '../retention/size'
import { createRetentionLog } from '../retention/retention-log'
import { createRetentionPasses } from '../retention/pass'
import type { RetentionPasses } from '../retention/pass'
import type { Expiry } from '../retention/expiry'
import type { TrustedTime } from '../retention/trusted-time'
import { createSourceChanges } from '../retention/source-changes'
import type { SourceChanges } from '../retention/source-changes'
import type { WriterMemory } from '../derived/writer-memory'

/** What the writer does beside reading sources. */
export type Upkeep = RetentionPasses & SourceChanges & Pick<WriteApi, 'noteWork' | 'setLimits'>

export function createUpkeep(
  db: Database,
  memory: WriterMemory,
  expiry: Pick<Expiry, 'set'>,
  time: TrustedTime,
): Upkeep {
  const log = createRetentionLog(db)
  return {
    ...createRetentionPasses(db, memory, time),
    ...createSourceChanges(db, memory),
    setLimits: ({ limits }) => {
      expiry.set(limits)
      setWalLimit(db, limits.maxSizeMb)
      return null
    },
    noteWork: (note) => {
      log.write({ ...note, bound: null, frameworkRuns: 0, upToUs: null, trendRows: 0, cancelled: false })
      return null
    },
  }
}
