import type { Database } from 'better-sqlite3'

/**
 * Deletes the runs of ids from `first` to `last` with their failures, log lines and tracebacks; answers how many runs
 * there were. Within a transaction. Zone map, strips, groups and trends are the caller's.
 */
export type RunErasure = (first: number, last: number) => number

export function createRunErasure(db: Database): RunErasure {
  const tracebacks = db.prepare<[number, number], { tracebackId: number; n: number }>(
    `SELECT traceback_id AS tracebackId, count(*) AS n FROM failures
     WHERE run_id BETWEEN ? AND ? AND traceback_id IS NOT NULL GROUP BY traceback_id`,
  )
  const releaseTraceback = db.prepare<[number, number]>('UPDATE tracebacks SET refs = refs - ? WHERE id = ?')
  const dropTraceback = db.prepare<[number]>('DELETE FROM tracebacks WHERE id = ? AND refs <= 0')
  const deleteFailures = db.prepare<[number, number]>('DELETE FROM failures WHERE run_id BETWEEN ? AND ?')
  const deleteLogs = db.prepare<[number, number]>('DELETE FROM run_logs WHERE run_id BETWEEN ? AND ?')
  const deleteRuns = db.prepare<[number, number]>('DELETE FROM runs WHERE id BETWEEN ? AND ?')

  return (first, last) => {
    for (const { tracebackId, n } of tracebacks.all(first, last)) {
      releaseTraceback.run(n, tracebackId)
      dropTraceback.run(tracebackId)
    }
    deleteFailures.run(first, last)
    deleteLogs.run(first, last)
    return deleteRuns.run(first, last).changes
  }
}
