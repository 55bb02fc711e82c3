import type { Writable } from '../core/database'
import { createFailureTexts } from './failures'
import type { FailureTexts } from './failures'
import { createRecentRuns } from './recent-runs'
import type { RecentRuns } from './recent-runs'
import { createRollups } from './rollups/rollups'
import type { RollupClocks, Rollups } from './rollups/rollups'
import { createZoneMap } from './zone-map'
import type { ZoneMap } from './zone-map'

/**
 * What the writer's connection keeps in memory of what is in the archive, shared by all that append: streams of one
 * source write the same rows. Other code that writes (deletes runs, removes a source) calls `forget` after its transaction;
 * so does everybody after a rollback.
 */
export interface WriterMemory {
  zones: ZoneMap
  recent: RecentRuns
  texts: FailureTexts
  trends: Rollups
  /** Grows with every `forget`: what an appender keeps of its own source is stale then. */
  version(): number
  /** Forgets everything; it is read again when it is needed. */
  forget(): void
}

export function createWriterMemory(db: Writable, clocks?: RollupClocks): WriterMemory {
  const shared = {
    zones: createZoneMap(db),
    recent: createRecentRuns(db),
    texts: createFailureTexts(db),
    trends: createRollups(db, clocks),
  }
  let version = 0
  return {
    ...shared,
    version: () => version,
    forget: () => {
      version++
      for (const part of Object.values(shared)) part.forget()
    },
  }
}
