import type { Tier } from '@shared/run'
import type { Limits } from '@shared/storage'
import type { Database } from 'better-sqlite3'
import { termOf } from './aged-streams'
import { PAGE_BYTES } from './archive-size'
import { sizeGoal } from './size'
import type { TrustedTime } from './trusted-time'

/** The limits in force, for whoever writes the archive. */
export interface Terms {
  set(limits: Limits): void
  /**
   * Runs of a source that started before are past their term, microseconds; null where they have none, and while our
   * clock cannot be believed: what is only counted can never be read again.
   */
  keepsFrom(sourceId: number, tier: Tier): number | null
}

/** Before the first `set` everything is kept. */
export function createTerms(db: Database, time: Pick<TrustedTime, 'look'>): Terms {
  const selectLive = db
    .prepare<[number], number>(`SELECT 1 FROM sources WHERE id = ? AND mode = 'live' AND removed_us IS NULL`)
    .pluck()
  let limits: Limits | null = null

  return {
    set: (changed) => {
      limits = changed
      const { walPages } = sizeGoal(changed.maxSizeMb)
      db.pragma(`wal_autocheckpoint = ${walPages}`)
      db.pragma(`journal_size_limit = ${walPages * PAGE_BYTES}`)
    },
    keepsFrom: (sourceId, tier) => {
      if (limits === null || selectLive.get(sourceId) === undefined) return null
      const { nowUs, waits } = time.look()
      return waits === null ? termOf(limits, tier, nowUs) : null
    },
  }
}
