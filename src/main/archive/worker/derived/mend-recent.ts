import type { Database } from 'better-sqlite3'
import { newestFirst, packRecent, RECENT, recountRecent, unpackRecent } from './recent-runs'

/**
 * Takes deleted runs out of the strips of their targets, within the transaction that deleted them. A strip that was full
 * may leave out runs that are still there, so it is made anew. Answers whether any strip changed.
 */
export function mendRecent(db: Database, deleted: readonly { id: number; targetId: number }[]): boolean {
  const find = db.prepare<[number], { ids: Uint8Array; ends: Uint8Array; outcomes: string }>(
    'SELECT ids, ends, outcomes FROM target_recent WHERE target_id = ?',
  )
  const write = db.prepare<[Uint8Array, Uint8Array, string, number]>(
    'UPDATE target_recent SET ids = ?, ends = ?, outcomes = ? WHERE target_id = ?',
  )
  const drop = db.prepare<[number]>('DELETE FROM target_recent WHERE target_id = ?')
  const gone = new Set(deleted.map((run) => run.id))
  let changed = false
  for (const targetId of new Set(deleted.map((run) => run.targetId))) {
    const row = find.get(targetId)
    if (!row) continue
    const list = unpackRecent(row)
    const kept = list.filter((run) => !gone.has(run.id))
    if (kept.length === list.length) continue
    changed = true
    // Streams are merged by what is newest of each, so a run that goes may change the order of those that stay.
    const left = list.length < RECENT ? newestFirst(kept, RECENT).reverse() : recountRecent(db, targetId)
    const packed = packRecent(left)
    if (left.length === 0) drop.run(targetId)
    else write.run(packed.ids, packed.ends, packed.outcomes, targetId)
  }
  return changed
}
