import type { Database } from 'better-sqlite3'
import { addSlot, clearHistogram, emptyHistogram, encodeHistogram, mergeEncoded } from './histogram'
import type { GroupTally, RowTally } from './open-buckets'
import { emptyTally, mergeTally } from './tally'
import type { Tally } from './tally'

/** Adds counts to the stored rows, whole rows at a time; within a transaction. `expected` stays as it is. */
export interface RowWriter {
  add(row: RowTally): void
  addGroup(row: GroupTally): void
}

interface Stored {
  n: number
  failed: number
  timedOut: number
  cancelled: number
  skipped: number
  di: number
  sumUs: number
  minUs: number | null
  maxUs: number | null
  lastUs: number | null
  failureId: number | null
  histogram: Uint8Array | null
}

export function createRowWriter(db: Database): RowWriter {
  const find = db.prepare<[number, number, number], Stored>(
    `SELECT n, failed, timed_out AS timedOut, cancelled, skipped, di, sum_us AS sumUs, min_us AS minUs, max_us AS maxUs,
       last_us AS lastUs, last_failure_id AS failureId, histogram
     FROM rollups WHERE resolution = ? AND bucket = ? AND target_id = ?`,
  )
  const write = db.prepare<(number | null | Uint8Array)[]>(
    `INSERT INTO rollups (resolution, bucket, target_id, n, failed, timed_out, cancelled, skipped, di, sum_us, min_us,
       max_us, last_us, last_failure_id, histogram) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (resolution, bucket, target_id) DO UPDATE SET n = excluded.n, failed = excluded.failed,
       timed_out = excluded.timed_out, cancelled = excluded.cancelled, skipped = excluded.skipped, di = excluded.di,
       sum_us = excluded.sum_us, min_us = excluded.min_us, max_us = excluded.max_us, last_us = excluded.last_us,
       last_failure_id = excluded.last_failure_id, histogram = excluded.histogram`,
  )
  const addGroup = db.prepare<[number, number, number, number]>(
    `INSERT INTO group_rollups (resolution, bucket, group_id, n) VALUES (?, ?, ?, ?)
     ON CONFLICT (resolution, bucket, group_id) DO UPDATE SET n = n + excluded.n`,
  )
  const endOf = db.prepare<[number], number>('SELECT started_us + duration_us FROM runs WHERE id = ?').pluck()
  const histogram = emptyHistogram()

  /** A stored failure whose run was deleted is older than any that is new. */
  const failureOf = (id: number | null): Tally['failure'] => (id === null ? null : { id, endUs: endOf.get(id) ?? 0 })

  return {
    add: ({ resolution, bucket, targetId, tally: added }) => {
      const stored = find.get(resolution, bucket, targetId)
      let tally = added
      clearHistogram(histogram)
      if (stored) {
        const { failureId, histogram: encoded, ...counts } = stored
        tally = { ...emptyTally(), ...counts }
        // Only where two failures have to be told apart is the older one looked up.
        tally.failure =
          added.failure === null && failureId !== null ? { id: failureId, endUs: 0 } : failureOf(failureId)
        mergeTally(tally, added)
        if (encoded) mergeEncoded(histogram, encoded)
      }
      for (const slot of added.slots) addSlot(histogram, slot)
      write.run(
        resolution,
        bucket,
        targetId,
        tally.n,
        tally.failed,
        tally.timedOut,
        tally.cancelled,
        tally.skipped,
        tally.di,
        tally.sumUs,
        tally.minUs,
        tally.maxUs,
        tally.lastUs,
        tally.failure?.id ?? null,
        histogram.n === 0 ? null : encodeHistogram(histogram),
      )
    },
    addGroup: ({ resolution, bucket, groupId, n }) => {
      addGroup.run(resolution, bucket, groupId, n)
    },
  }
}
