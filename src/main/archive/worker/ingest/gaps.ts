import type { HassetteReader } from '@main/sources/hassette-file/reader'
import type { StoredGapReason } from '@shared/trends'
import type { Writable } from '../core/database'
import { STREAMS, SESSIONS } from '../core/ids'
import type { Epoch } from './epochs'
import type { KnownRuns } from './known-runs'

/**
 * What is gone with a file that was made anew or put back is no gap if it is shorter, microseconds: Hassette writes a
 * run up to 5 s after its end, and a file is looked at every 2 s.
 */
const LEAST_LOST_US = 10_000_000

/**
 * Gaps: rows that the source deleted before we read them (its retention, its size failsafe, while we were away), and
 * those that went with its file. Rows deleted after we read them are none, nor are holes between rows that are there.
 */
export interface Gaps {
  /** Notes a gap between the epoch's cursor and the rows that are left; returns the cursor to go on from. */
  note(sourceId: number, epoch: Epoch, reader: HassetteReader, nowUs: number): number
  /**
   * Notes what was lost when another file took the place of the one that was read, and moves the cursor of its epoch to
   * the first row that is left; within a transaction. `seenUs`: when the old one was last seen to hold nothing new, by
   * our clock; null when nobody looked.
   */
  noteRecreated(sourceId: number, epochId: number, reader: HassetteReader, seenUs: number | null, nowUs: number): void
}

export function createGaps(db: Writable, knownRuns: KnownRuns): Gaps {
  const selectEnd = db
    .prepare<[number], number | null>(
      `SELECT max(c.to_us) FROM ${STREAMS} JOIN coverage c ON c.stream_id = st.id
       WHERE e.source_id = ? AND c.kind = 'runs'`,
    )
    .pluck()
  const selectLife = db
    .prepare<[number], number | null>(
      `SELECT max(max(coalesce(x.heartbeat_us, 0), coalesce(x.ended_us, 0)))
       FROM ${SESSIONS} WHERE e.source_id = ?`,
    )
    .pluck()
  const selectSession = db
    .prepare<[number, number, number], number>(
      `SELECT x.id FROM ${SESSIONS}
       WHERE e.source_id = ? AND x.foreign_id = ? AND x.started_us = ?`,
    )
    .pluck()
  const selectStreams = db
    .prepare<[number, number], number>(
      `SELECT st.id FROM streams st JOIN epochs e ON e.id = st.epoch_id
       WHERE e.source_id = ? AND st.role = 'live' AND e.id = (SELECT max(s2.epoch_id) FROM streams s2
         JOIN epochs e2 ON e2.id = s2.epoch_id WHERE e2.source_id = ? AND s2.role = 'live')`,
    )
    .pluck()
  const addGap = db.prepare<[number, number, number, StoredGapReason, number | null]>(
    `INSERT INTO coverage (stream_id, kind, from_us, to_us, reason, lost) VALUES (?, 'gap', ?, ?, ?, ?)
     ON CONFLICT (stream_id, kind, from_us) DO UPDATE SET to_us = max(to_us, excluded.to_us), reason = excluded.reason,
       lost = excluded.lost`,
  )
  const skip = db.prepare<[number, number]>('UPDATE epochs SET last_foreign_id = ? WHERE id = ?')

  /** From when on all can be read that a file holds and that was not known; null when there is nothing of the kind. */
  const readableFrom = (sourceId: number, reader: HassetteReader, afterUs: number, nowUs: number): number | null => {
    const { sessions } = reader.parents()
    const unknown = sessions.filter(
      ({ foreignId, startedUs }) => selectSession.get(sourceId, foreignId, startedUs) === undefined,
    )
    const starts = unknown.map(({ startedUs }) => startedUs)
    const ids = reader.ids()
    const run = ids && reader.runsAfter(ids.oldest - 1, 1)[0]
    if (run) {
      if (knownRuns.of(sourceId, [run]).size === 0) {
        // What it gave out before that one was deleted, whatever its sessions say.
        if (ids.oldest > 1) starts.length = 0
        starts.push(run.startedUs)
      }
    } else if (sessions.length === 0 || (unknown.length > 0 && reader.sequence() > 0)) return nowUs
    const later = starts.filter((startUs) => startUs > afterUs)
    return later.length === 0 ? null : Math.min(...later)
  }

  const add = db.transaction((sourceId: number, epoch: Epoch, toUs: number, lost: number, cursor: number | null) => {
    const fromUs = selectEnd.get(sourceId) ?? null
    if (fromUs !== null) {
      for (const stream of selectStreams.all(sourceId, sourceId)) {
        addGap.run(stream, fromUs, Math.max(fromUs, toUs), 'deleted', lost)
      }
    }
    if (cursor !== null) skip.run(cursor, epoch.id)
  }).immediate

  return {
    noteRecreated: (sourceId, epochId, reader, seenUs, nowUs) => {
      // How many rows of it are missing is not known: it may be the same file with nothing left to know it by.
      const ids = reader.ids()
      skip.run(ids ? ids.oldest - 1 : reader.sequence(), epochId)
      const endUs = selectEnd.get(sourceId) ?? null
      if (endUs === null) return
      const fromUs = Math.min(nowUs, Math.max(endUs, selectLife.get(sourceId) ?? 0, seenUs ?? 0))
      const toUs = readableFrom(sourceId, reader, fromUs, nowUs)
      if (toUs === null || toUs - fromUs < LEAST_LOST_US) return
      for (const stream of selectStreams.all(sourceId, sourceId)) addGap.run(stream, fromUs, toUs, 'recreated', null)
    },
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
        if (lastForeignId === 0 && first && knownRuns.of(sourceId, [first]).size > 0) return 0
        // The cursor moves with it, so that a reading that is cut here does not find the gap again.
        add(sourceId, epoch, first?.startedUs ?? nowUs, lost, ids.oldest - 1)
        return ids.oldest - 1
      }
      return lastForeignId
    },
  }
}
