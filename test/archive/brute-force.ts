import { outcomeBit, letterOf } from '@archive/core'
import { hasBit } from '@archive/derived'
import type { Database } from 'better-sqlite3'

/** A run as a test counts it, with nothing of the archive's own shortcuts. */
export interface PlainRun {
  id: number
  stream: number
  targetId: number
  tier: 'app' | 'framework'
  kind: string
  appKey: string
  startedUs: number
  endUs: number
  durationUs: number
  status: number
  flags: number
  errorType: string | null
  message: string | null
}

/** Every run of an archive by one full scan. */
export function allRuns(db: Database): PlainRun[] {
  return db
    .prepare<[], PlainRun>(
      `SELECT r.id, r.id / 1099511627776 AS stream, r.target_id AS targetId, st.tier, t.kind, a.app_key AS appKey,
         r.started_us AS startedUs, r.started_us + r.duration_us AS endUs, r.duration_us AS durationUs, r.status, r.flags,
         et.name AS errorType, f.message
       FROM runs r JOIN streams st ON st.id = r.id / 1099511627776 JOIN targets t ON t.id = r.target_id
       JOIN apps a ON a.id = t.app_id LEFT JOIN failures f ON f.run_id = r.id
       LEFT JOIN error_types et ON et.id = f.error_type_id ORDER BY r.id`,
    )
    .all()
}

/** Merges streams newest first by finish, id as tie-break, keeping the order of ids within each: the definition. */
export function mergedNewestFirst(runs: PlainRun[]): PlainRun[] {
  const streams = groupBy(runs, (run) => run.stream)
  const queues = [...streams.values()].map((queue) => queue.toSorted((a, b) => a.id - b.id))
  const merged: PlainRun[] = []
  for (;;) {
    const heads = queues.filter((queue) => queue.length > 0)
    if (heads.length === 0) return merged
    heads.sort((a, b) => b.at(-1)!.endUs - a.at(-1)!.endUs || b.at(-1)!.id - a.at(-1)!.id)
    merged.push(heads[0]!.pop()!)
  }
}

/** The zone map as it must be. */
export function expectedBlocks(runs: PlainRun[]) {
  return [...groupBy(runs, (run) => Math.floor(run.id / 4096))].map(([block, inside]) => ({
    block,
    n: inside.length,
    min_start_us: Math.min(...inside.map((run) => run.startedUs)),
    max_start_us: Math.max(...inside.map((run) => run.startedUs)),
    min_end_us: Math.min(...inside.map((run) => run.endUs)),
    max_end_us: Math.max(...inside.map((run) => run.endUs)),
    max_duration_us: Math.max(...inside.map((run) => run.durationUs)),
    outcomes: inside.reduce((bits, run) => bits | outcomeBit(run.status, run.flags), 0),
    targets: [...new Set(inside.map((run) => run.targetId))].sort((a, b) => a - b),
  }))
}

/** The zone map as it is, with its bitmaps spelled out. */
export function storedBlocks(db: Database) {
  const rows = db
    .prepare<[], { targets: Uint8Array } & Record<string, number>>(
      `SELECT block, n, min_start_us, max_start_us, min_end_us, max_end_us, max_duration_us, outcomes, targets
       FROM blocks ORDER BY block`,
    )
    .all()
  return rows.map(({ targets, ...row }) => ({
    ...row,
    targets: Array.from({ length: targets.length * 8 }, (_, bit) => bit).filter((bit) => hasBit(targets, bit)),
  }))
}

/** The strips as they must be: newest 50 of each target, oldest first. */
export function expectedRecent(runs: PlainRun[]) {
  return [...groupBy(runs, (run) => run.targetId)]
    .map(([targetId, own]) => {
      const newest = mergedNewestFirst(own).slice(0, 50).reverse()
      return {
        targetId,
        ids: newest.map((run) => run.id),
        ends: newest.map((run) => run.endUs),
        outcomes: newest.map((run) => letterOf(run.status, run.flags)).join(''),
      }
    })
    .sort((a, b) => a.targetId - b.targetId)
}

export function storedRecent(db: Database) {
  return db
    .prepare<[], { targetId: number; ids: Buffer; ends: Buffer; outcomes: string }>(
      'SELECT target_id AS targetId, ids, ends, outcomes FROM target_recent ORDER BY target_id',
    )
    .all()
    .map((row) => ({ ...row, ids: doubles(row.ids), ends: doubles(row.ends) }))
}

function doubles(bytes: Buffer): number[] {
  return Array.from({ length: bytes.length / 8 }, (_, index) => bytes.readDoubleLE(index * 8))
}

/** `Map.groupBy` is not in Node 20. */
export function groupBy<T>(items: readonly T[], keyOf: (item: T) => number): Map<number, T[]> {
  const groups = new Map<number, T[]>()
  for (const item of items) {
    const group = groups.get(keyOf(item))
    if (group) group.push(item)
    else groups.set(keyOf(item), [item])
  }
  return groups
}
