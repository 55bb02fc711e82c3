import type { HassetteReader } from '@main/sources/hassette-file/reader'
import type { Database } from 'better-sqlite3'

/** One life of a source's file, and the place up to which it was read. */
export interface Epoch {
  id: number
  reason: 'first' | 'recreated' | 'attached'
  lastForeignId: number
  anchorId: number | null
  anchorUid: string | null
  anchorStartedUs: number | null
  /** Runs with ids up to this one may be known from an earlier epoch: a backup that was put back. */
  maybeKnownUpTo: number
}

export interface Epochs {
  newest(sourceId: number): Epoch | null
  /** The epoch that the file is in; a new one when the file was made anew or put back. */
  of(sourceId: number, reader: HassetteReader, nowUs: number): Epoch
}

export function createEpochs(db: Database): Epochs {
  const select = db.prepare<[number], Epoch>(
    `SELECT id, reason, last_foreign_id AS lastForeignId, anchor_id AS anchorId, anchor_uid AS anchorUid,
       anchor_started_us AS anchorStartedUs,
       (SELECT coalesce(max(earlier.last_foreign_id), 0) FROM epochs earlier
        WHERE earlier.source_id = e.source_id AND earlier.id < e.id) AS maybeKnownUpTo
     FROM epochs e WHERE source_id = ? ORDER BY id DESC LIMIT 1`,
  )
  // Lines of before are fetched with their runs; see run-logs.ts.
  const add = db.prepare<[number, number, string, number]>(
    'INSERT INTO epochs (source_id, first_seen_us, reason, last_log_id) VALUES (?, ?, ?, ?)',
  )

  const newest = (sourceId: number): Epoch | null => select.get(sourceId) ?? null
  return {
    newest,
    of: (sourceId, reader, nowUs) => {
      const known = newest(sourceId)
      if (known && isSameEpoch(known, reader)) return known
      add.run(sourceId, nowUs, known ? 'recreated' : 'first', reader.newestLogId())
      const made = newest(sourceId)
      if (!made) throw new Error('an epoch that was just added is not there')
      return made
    },
  }
}

/**
 * A Hassette file is a new one if the row at our cursor is another than the one we read, or if it never gave out so
 * high a number. That the row is missing says nothing: Hassette's own retention deletes rows.
 */
export function isSameEpoch(epoch: Epoch, reader: HassetteReader): boolean {
  if (epoch.anchorId === null) return reader.sequence() >= epoch.lastForeignId
  const row = reader.cursorAt(epoch.anchorId)
  if (row && (row.uid !== epoch.anchorUid || row.startedUs !== epoch.anchorStartedUs)) return false
  return reader.sequence() >= epoch.lastForeignId
}
