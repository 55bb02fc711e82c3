import type { HassetteReader } from '@main/sources/hassette-file/reader'
import type { Writable } from '../core/database'
import type { BlockingInput } from '../../batch'
import { encodeUid } from '../core/execution-id'

const BATCH = 500

/** Copies the stalls that are new, a batch a transaction; `breathe` is awaited between batches. */
export interface BlockingEvents {
  copy(sourceId: number, epochId: number, reader: HassetteReader, breathe: () => Promise<void>): Promise<number>
}

export function createBlockingEvents(db: Writable): BlockingEvents {
  const selectLast = db
    .prepare<[number], number>('SELECT coalesce(max(foreign_id), 0) FROM blocking_events WHERE epoch_id = ?')
    .pluck()
  const selectSession = db
    .prepare<[number, number], number>('SELECT id FROM sessions WHERE epoch_id = ? AND foreign_id = ?')
    .pluck()
  // In a backup that was put back the same stall has the same number again.
  const selectEarlier = db
    .prepare<[number, number, number, number], number>(
      `SELECT 1 FROM epochs e JOIN blocking_events b ON b.epoch_id = e.id
       WHERE e.source_id = ? AND e.id < ? AND b.foreign_id = ? AND b.detected_us = ?`,
    )
    .pluck()
  const add = db.prepare<[Record<string, unknown>]>(
    `INSERT INTO blocking_events (epoch_id, foreign_id, session_id, run_uid, app_key, instance_index, detected_us,
       duration_us, detector, primitive, source_location, reason, frames)
     VALUES (@epochId, @foreignId, @sessionId, @uid, @appKey, @instanceIndex, @detectedUs, @durationUs, @detector,
       @primitive, @sourceLocation, @reason, @frames)
     ON CONFLICT (epoch_id, foreign_id) DO NOTHING`,
  )

  const addAll = db.transaction((sourceId: number, epochId: number, events: BlockingInput[]): number => {
    let added = 0
    for (const event of events) {
      const { foreignId, foreignSessionId, executionId, detectedUs } = event
      if (selectEarlier.get(sourceId, epochId, foreignId, detectedUs) !== undefined) continue
      const sessionId = foreignSessionId === null ? null : (selectSession.get(epochId, foreignSessionId) ?? null)
      const uid = executionId === null ? null : encodeUid(executionId)
      added += add.run({ ...event, epochId, sessionId, uid }).changes
    }
    return added
  }).immediate

  return {
    copy: async (sourceId, epochId, reader, breathe) => {
      let added = 0
      for (let after = selectLast.get(epochId) ?? 0; ;) {
        const events = reader.blockingAfter(after, BATCH)
        const last = events.at(-1)
        if (!last) return added
        added += addAll(sourceId, epochId, events)
        after = last.foreignId
        if (events.length < BATCH) return added
        await breathe()
      }
    },
  }
}
