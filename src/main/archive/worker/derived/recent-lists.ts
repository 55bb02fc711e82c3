import type { Database } from 'better-sqlite3'
import type { RecentRun } from './recent-runs'
import { RECENT, unpackRecent } from './recent-runs'

/** The newest runs of a target as the archive keeps them at hand. */
export interface KnownRecent {
  /** Oldest first. */
  runs: RecentRun[]
  /** The target has no other run. */
  complete: boolean
}

export interface RecentLists {
  of(targetId: number): KnownRecent
  /** Lists of every target of a source. */
  ofSource(sourceId: number): Map<number, KnownRecent>
}

interface StoredList {
  targetId: number
  ids: Uint8Array
  ends: Uint8Array
  outcomes: string
}

export function createRecentLists(db: Database): RecentLists {
  const one = db.prepare<[number], StoredList>(
    'SELECT target_id AS targetId, ids, ends, outcomes FROM target_recent WHERE target_id = ?',
  )
  const all = db.prepare<[number], StoredList>(
    `SELECT tr.target_id AS targetId, tr.ids, tr.ends, tr.outcomes FROM apps a JOIN targets t ON t.app_id = a.id
     JOIN target_recent tr ON tr.target_id = t.id WHERE a.source_id = ?`,
  )
  const known = (row: StoredList): KnownRecent => {
    const runs = unpackRecent(row)
    return { runs, complete: runs.length < RECENT }
  }
  return {
    of: (targetId) => {
      const row = one.get(targetId)
      return row ? known(row) : { runs: [], complete: true }
    },
    ofSource: (sourceId) => new Map(all.all(sourceId).map((row) => [row.targetId, known(row)])),
  }
}
