import type { Tier } from '@shared/run'
import type { Database } from 'better-sqlite3'
import type { RunInput } from '../../batch'

/**
 * Tells which runs were counted before though the source has them no more: a backup that was put back, or a copy, brings
 * runs that the retention deleted, and trends must not count them twice. What lies in the time that only trends know of
 * is taken for counted.
 */
export type Counted = (sourceId: number, exceptEpochId: number | null) => (run: RunInput) => boolean

interface Reach {
  tier: Tier
  fromUs: number
  toUs: number
}

/** What is known is looked up when the reading begins: what it counts itself is no reason to leave out a late run. */
export function createCounted(db: Database): Counted {
  const select = db.prepare<[number, number], Reach>(
    `SELECT st.tier, c.from_us AS fromUs, c.to_us AS toUs
     FROM epochs e JOIN streams st ON st.epoch_id = e.id JOIN coverage c ON c.stream_id = st.id
     WHERE e.source_id = ? AND e.id <> ? AND c.kind = 'trends'`,
  )
  return (sourceId, exceptEpochId) => {
    const reaches = select.all(sourceId, exceptEpochId ?? 0)
    return ({ tier, startedUs }) =>
      reaches.some((reach) => reach.tier === tier && startedUs >= reach.fromUs && startedUs <= reach.toUs)
  }
}
