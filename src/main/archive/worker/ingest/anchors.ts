import type { Database } from 'better-sqlite3'
import type { Anchor } from '../../batch'
import { encodeUid } from '../core/execution-id'

/**
 * Anchors kept of each kind in an epoch. Hassette deletes the oldest rows first and those of the framework before those
 * of apps, so that a run at the cursor is nearly always there; where none of these is, sessions are.
 */
export const ANCHORS_KEPT = 32

/** An anchor as the archive has it. */
export interface StoredAnchor extends Omit<Anchor, 'uid'> {
  uid: Uint8Array | null
}

/** By what the file of an epoch is known again: its newest rows of each kind that were read, without a hole. */
export interface Anchors {
  /** Adds rows of an epoch, given in order, and drops the oldest beyond `ANCHORS_KEPT`; within a transaction. */
  add(epochId: number, anchors: readonly Anchor[]): void
  /** The run of an id; null when none is kept. */
  run(epochId: number, foreignId: number): StoredAnchor | null
  /** Those of a kind, newest first. */
  of(epochId: number, kind: Anchor['kind']): StoredAnchor[]
}

export function createAnchors(db: Database): Anchors {
  const add = db.prepare<[number, string, number, Uint8Array | null, number]>(
    'INSERT OR IGNORE INTO anchors (epoch_id, kind, foreign_id, uid, started_us) VALUES (?, ?, ?, ?, ?)',
  )
  const trim = db.prepare<[{ epochId: number; kind: string }]>(
    `DELETE FROM anchors WHERE epoch_id = @epochId AND kind = @kind AND foreign_id <=
       (SELECT foreign_id FROM anchors WHERE epoch_id = @epochId AND kind = @kind
        ORDER BY foreign_id DESC LIMIT 1 OFFSET ${ANCHORS_KEPT})`,
  )
  const select = db.prepare<[number, string], StoredAnchor>(
    `SELECT kind, foreign_id AS foreignId, uid, started_us AS startedUs FROM anchors
     WHERE epoch_id = ? AND kind = ? ORDER BY foreign_id DESC`,
  )

  const selectRun = db.prepare<[number, number], StoredAnchor>(
    `SELECT kind, foreign_id AS foreignId, uid, started_us AS startedUs FROM anchors
     WHERE epoch_id = ? AND kind IN ('app', 'framework') AND foreign_id = ?`,
  )

  return {
    add: (epochId, anchors) => {
      for (const kind of ['app', 'framework', 'session'] as const) {
        const newest = anchors.filter((anchor) => anchor.kind === kind).slice(-ANCHORS_KEPT)
        for (const { foreignId, uid, startedUs } of newest) {
          add.run(epochId, kind, foreignId, uid === null ? null : encodeUid(uid), startedUs)
        }
        if (newest.length > 0) trim.run({ epochId, kind })
      }
    },
    run: (epochId, foreignId) => selectRun.get(epochId, foreignId) ?? null,
    of: (epochId, kind) => select.all(epochId, kind),
  }
}

/** Whether a row of the file is the one that was read under its number. */
export function isAnchor(row: Anchor, stored: StoredAnchor): boolean {
  if (row.startedUs !== stored.startedUs) return false
  if (row.uid === null || stored.uid === null) return row.uid === stored.uid
  return Buffer.compare(encodeUid(row.uid), stored.uid) === 0
}
