import type { Writable } from '../core/database'
import { blockOf, idsOfBlock } from '../core/ids'
import { outcomeBit } from '../core/run-codes'

/** What a block holds, as the zone map knows it. Times in microseconds. */
export interface BlockRow {
  block: number
  n: number
  min_start_us: number
  max_start_us: number
  min_end_us: number
  max_end_us: number
  max_duration_us: number
  outcomes: number
  bytes: number
  /** Bit t of byte t/8: target t has a run in the block. */
  targets: Uint8Array
}

interface ZoneRun {
  id: number
  targetId: number
  startedUs: number
  durationUs: number
  status: number
  flags: number
  /** Rough size on disk with what belongs to it. */
  bytes: number
}

/** What writes the zone map: takes runs, writes the touched blocks with the batch. */
export interface ZoneMap {
  add(run: ZoneRun): void
  /** Writes what was added; within the transaction of the batch. */
  flush(): void
  /** Brings a block in step with the runs that are left of it; within the transaction that deleted some of them. */
  rebuild(block: number): void
  /** Forgets everything kept in memory; after a rollback. */
  forget(): void
}

const COLUMNS =
  'block, n, min_start_us, max_start_us, min_end_us, max_end_us, max_duration_us, outcomes, bytes, targets'

export function createZoneMap(db: Writable): ZoneMap {
  const find = db.prepare<[number], BlockRow>(`SELECT ${COLUMNS} FROM blocks WHERE block = ?`)
  const write = db.prepare(
    `INSERT OR REPLACE INTO blocks (${COLUMNS}) VALUES (@block, @n, @min_start_us, @max_start_us, @min_end_us, @max_end_us, @max_duration_us, @outcomes, @bytes, @targets)`,
  )
  const selectRuns = db.prepare<[number, number], Omit<ZoneRun, 'bytes'>>(
    `SELECT id, target_id AS targetId, started_us AS startedUs, duration_us AS durationUs, status, flags
     FROM runs WHERE id BETWEEN ? AND ?`,
  )
  const drop = db.prepare<[number]>('DELETE FROM blocks WHERE block = ?')
  const touched = new Map<number, BlockRow>()
  // The block at the end of each stream is touched by every batch: kept between batches.
  const kept = new Map<number, BlockRow>()

  const blockFor = (id: number): BlockRow => {
    const block = blockOf(id)
    const known = touched.get(block)
    if (known) return known
    const row = kept.get(block) ?? find.get(block) ?? emptyBlock(block)
    touched.set(block, row)
    return row
  }

  return {
    add: (run) => addToBlock(blockFor(run.id), run),
    flush: () => {
      kept.clear()
      for (const row of touched.values()) {
        write.run(row)
        kept.set(row.block, row)
      }
      touched.clear()
    },
    rebuild: (block) => {
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
      write.run({ ...row, bytes: Math.round(row.bytes) })
    },
    forget: () => {
      touched.clear()
      kept.clear()
    },
  }
}

export function emptyBlock(block: number): BlockRow {
  return {
    block,
    n: 0,
    min_start_us: Number.MAX_SAFE_INTEGER,
    max_start_us: 0,
    min_end_us: Number.MAX_SAFE_INTEGER,
    max_end_us: 0,
    max_duration_us: 0,
    outcomes: 0,
    bytes: 0,
    targets: Buffer.alloc(0),
  }
}

export function addToBlock(row: BlockRow, run: ZoneRun): void {
  const endUs = run.startedUs + run.durationUs
  row.n++
  row.min_start_us = Math.min(row.min_start_us, run.startedUs)
  row.max_start_us = Math.max(row.max_start_us, run.startedUs)
  row.min_end_us = Math.min(row.min_end_us, endUs)
  row.max_end_us = Math.max(row.max_end_us, endUs)
  row.max_duration_us = Math.max(row.max_duration_us, run.durationUs)
  row.outcomes |= outcomeBit(run.status, run.flags)
  row.bytes += run.bytes
  row.targets = withBit(row.targets, run.targetId)
}

export function hasBit(bitmap: Uint8Array, bit: number): boolean {
  return (((bitmap[bit >> 3] ?? 0) >> (bit & 7)) & 1) === 1
}

function withBit(bitmap: Uint8Array, bit: number): Uint8Array {
  const index = bit >> 3
  let bytes = bitmap
  if (index >= bytes.length) {
    bytes = Buffer.alloc(index + 1)
    bytes.set(bitmap)
  }
  bytes[index] = (bytes[index] ?? 0) | (1 << (bit & 7))
  return bytes
}
