import type { Statement } from 'better-sqlite3'
import type { Writable } from '../../core/database'
import { addSlot, clearHistogram, emptyHistogram, encodeHistogram, mergeEncoded } from '../../core/histogram'
import { RESOLUTION, emptyTally, mergeCounts } from './accumulator'
import type { GroupTally, RowTally, Tally } from './accumulator'

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
  minUs: number | null
  maxUs: number | null
  histogram: Uint8Array | null
}

type Row = [
  n: number,
  failed: number,
  timedOut: number,
  cancelled: number,
  skipped: number,
  di: number,
  minUs: number | null,
  maxUs: number | null,
  histogram: Uint8Array | null,
  resolution: number,
  bucket: number,
  targetId: number,
]

export function createRowWriter(db: Writable): RowWriter {
  const find = db.prepare<[number, number, number], Stored>(
    `SELECT n, failed, timed_out AS timedOut, cancelled, skipped, di, min_us AS minUs, max_us AS maxUs, histogram
     FROM rollups WHERE resolution = ? AND bucket = ? AND target_id = ?`,
  )
  const INSERT = `INSERT INTO rollups (n, failed, timed_out, cancelled, skipped, di, min_us, max_us, histogram,
       resolution, bucket, target_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
  const insert = db.prepare<Row>(`${INSERT} ON CONFLICT DO NOTHING`)
  const replace = db.prepare<Row>(
    `${INSERT} ON CONFLICT (resolution, bucket, target_id) DO UPDATE SET n = excluded.n, failed = excluded.failed,
       timed_out = excluded.timed_out, cancelled = excluded.cancelled, skipped = excluded.skipped, di = excluded.di,
       min_us = excluded.min_us, max_us = excluded.max_us, histogram = excluded.histogram`,
  )
  const addGroup = db.prepare<[number, number, number, number]>(
    `INSERT INTO group_rollups (resolution, bucket, group_id, n) VALUES (?, ?, ?, ?)
     ON CONFLICT (resolution, bucket, group_id) DO UPDATE SET n = n + excluded.n`,
  )
  const histogram = emptyHistogram()

  /** The parts together with what is stored, if anything is; the histogram is left in `histogram`. */
  const sum = (parts: Tally[], stored: Stored | undefined): Omit<Tally, 'slots'> => {
    clearHistogram(histogram)
    const total = emptyTally()
    for (const part of parts) {
      mergeCounts(total, part)
      for (const slot of part.slots) addSlot(histogram, slot)
    }
    if (!stored) return total
    const { histogram: encoded, ...counts } = stored
    mergeCounts(total, { ...counts, slots: [] })
    if (encoded) mergeEncoded(histogram, encoded)
    return total
  }

  const write = (statement: Statement<Row>, { resolution, bucket, targetId }: RowTally, total: Omit<Tally, 'slots'>) =>
    statement.run(
      total.n,
      total.failed,
      total.timedOut,
      total.cancelled,
      total.skipped,
      total.di,
      total.minUs,
      total.maxUs,
      histogram.n === 0 ? null : encodeHistogram(histogram),
      resolution,
      bucket,
      targetId,
    )

  return {
    add: (row) => {
      // Most minutes are new, above all while a history is read.
      if (row.resolution === RESOLUTION.minute && write(insert, row, sum(row.parts, undefined)).changes === 1) return
      const stored = find.get(row.resolution, row.bucket, row.targetId)
      write(replace, row, sum(row.parts, stored))
    },
    addGroup: ({ resolution, bucket, groupId, n }) => {
      addGroup.run(resolution, bucket, groupId, n)
    },
  }
}
