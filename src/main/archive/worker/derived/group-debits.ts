import type { Database } from 'better-sqlite3'

/** Keeps n_total = n_deleted + recount while runs go. */
export interface GroupDebits {
  /** Within the transaction that deletes the runs. */
  debit(runs: readonly { groupId: number | null }[]): void
}

export function createGroupDebits(db: Database): GroupDebits {
  // Runs of a group that gave way count in the one that took it in.
  const add = db.prepare<[number, number]>(
    `UPDATE error_groups SET n_deleted = n_deleted + ?
     WHERE id = (SELECT coalesce(merged_into, id) FROM error_groups WHERE id = ?)`,
  )
  return {
    debit: (runs) => {
      const counts = new Map<number, number>()
      for (const { groupId } of runs) if (groupId !== null) counts.set(groupId, (counts.get(groupId) ?? 0) + 1)
      for (const [groupId, n] of counts) add.run(n, groupId)
    },
  }
}
