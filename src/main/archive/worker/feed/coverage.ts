import type { HassetteReader } from '@main/sources/hassette-file/reader'
import type { Database } from 'better-sqlite3'
import type { Epoch } from './epochs'
import type { Overlap } from './overlap'

/**
 * Gaps: rows that the source deleted before we read them (its retention, its size failsafe, while we were away). Rows
 * deleted after we read them are none, nor are holes between rows that are there.
 */
export interface Gaps {
  /** Notes a gap between the epoch's cursor and the rows that are left; answers the cursor to go on from. */
  note(sourceId: number, epoch: Epoch, reader: HassetteReader, nowUs: number): number
}

export function createGaps(db: Database, overlap: Overlap): Gaps {
  const selectEnd = db
    .prepare<[number], number | null>(
      `SELECT max(c.to_us) FROM epochs e JOIN streams st ON st.epoch_id = e.id JOIN coverage c ON c.stream_id = st.id
       WHERE e.source_id = ? AND c.kind = 'runs'`,
    )
    .pluck()
  const selectStreams = db
    .prepare<[number, number], number>(
      `SELECT st.id FROM streams st JOIN epochs e ON e.id = st.epoch_id
       WHERE e.source_id = ? AND st.role = 'live' AND e.id = (SELECT max(s2.epoch_id) FROM streams s2
         JOIN epochs e2 ON e2.id = s2.epoch_id WHERE e2.source_id = ? AND s2.role = 'live')`,
    )
    .pluck()
  const addGap = db.prepare<[number, number, number, string]>(
    `INSERT INTO coverage (stream_id, kind, from_us, to_us, reason) VALUES (?, 'gap', ?, ?, ?)
     ON CONFLICT (stream_id, kind, from_us) DO UPDATE SET to_us = max(to_us, excluded.to_us), reason = excluded.reason`,
  )
  const skip = db.prepare<[number, number]>('UPDATE epochs SET last_foreign_id = ? WHERE id = ?')

  const add = db.transaction((sourceId: number, epoch: Epoch, toUs: number, lost: number, cursor: number | null) => {
    const fromUs = selectEnd.get(sourceId) ?? null
    if (fromUs !== null) {
      for (const stream of selectStreams.all(sourceId, sourceId)) {
        addGap.run(stream, fromUs, Math.max(fromUs, toUs), `deleted:${lost}`)
      }
    }
    if (cursor !== null) skip.run(cursor, epoch.id)
  }).immediate

  return {
    note: (sourceId, epoch, reader, nowUs) => {
      const { lastForeignId, reason } = epoch
      // What was there before the first look was never ours.
      if (lastForeignId === 0 && reason === 'first') return 0
      const ids = reader.ids()
      if (!ids) {
        const given = reader.sequence()
        if (given > lastForeignId) add(sourceId, epoch, nowUs, given - lastForeignId, given)
        return Math.max(given, lastForeignId)
      }
      const lost = ids.oldest - lastForeignId - 1
      if (lost > 0) {
        const first = reader.runsAfter(ids.oldest - 1, 1)[0]
        // A backup that was put back may begin anywhere in what we know.
        if (lastForeignId === 0 && first && overlap.of(sourceId, [first]).size > 0) return 0
        // The cursor moves with it, so that a reading that is cut here does not find the gap again.
        add(sourceId, epoch, first?.startedUs ?? nowUs, lost, ids.oldest - 1)
        return ids.oldest - 1
      }
      return lastForeignId
    },
  }
}
