import type { Database } from 'better-sqlite3'
import { idsOfBlock } from '../core/ids'
import { addToBlock, emptyBlock } from './zone-map'
import type { BlockRow, ZoneRun } from './zone-map'

/** Brings a block of the zone map in step with the runs that are left of it. */
export interface ZoneMending {
  /** Within the transaction that deleted some of its runs. */
  mend(block: number): void
}

export function createZoneMending(db: Database): ZoneMending {
  const selectRuns = db.prepare<[number, number], Omit<ZoneRun, 'bytes'>>(
    `SELECT id, target_id AS targetId, started_us AS startedUs, duration_us AS durationUs, status, flags
     FROM runs WHERE id BETWEEN ? AND ?`,
  )
  const find = db.prepare<[number], { n: number; bytes: number }>('SELECT n, bytes FROM blocks WHERE block = ?')
  const drop = db.prepare<[number]>('DELETE FROM blocks WHERE block = ?')
  const update = db.prepare<[BlockRow]>(
    `UPDATE blocks SET n = @n, min_start_us = @min_start_us, max_start_us = @max_start_us, min_end_us = @min_end_us,
       max_end_us = @max_end_us, max_duration_us = @max_duration_us, outcomes = @outcomes, bytes = @bytes,
       targets = @targets WHERE block = @block`,
  )

  return {
    mend: (block) => {
      const { first, last } = idsOfBlock(block)
      const left = selectRuns.all(first, last)
      if (left.length === 0) {
        drop.run(block)
        return
      }
      const before = find.get(block)
      const row = emptyBlock(block)
      // What hangs on each run is not weighed again: a rough size is all that is wanted.
      const bytes = before ? before.bytes / Math.max(1, before.n) : 0
      for (const run of left) addToBlock(row, { ...run, bytes })
      update.run({ ...row, bytes: Math.round(row.bytes) })
    },
  }
}
