import { createHash } from 'node:crypto'
import type { Writable } from '../core/database'
import type { FailureInput } from '../../batch'

/** Writes what failed runs say: classes interned, equal tracebacks kept once and counted. */
export interface FailureTexts {
  /** Id of an error's class; made if need be. */
  typeOf(name: string | null): number | null
  write(failed: { runId: number; errorTypeId: number | null; failure: FailureInput }): void
  /** Forgets everything kept in memory; after a rollback. */
  forget(): void
}

export function createFailureTexts(db: Writable): FailureTexts {
  const addType = db
    .prepare<[string], number>(
      'INSERT INTO error_types (name) VALUES (?) ON CONFLICT (name) DO UPDATE SET name = name RETURNING id',
    )
    .pluck()
  const addTraceback = db
    .prepare<[Uint8Array, string], number>(
      `INSERT INTO tracebacks (hash, body, refs) VALUES (?, ?, 1)
       ON CONFLICT (hash) DO UPDATE SET refs = refs + 1 RETURNING id`,
    )
    .pluck()
  const addFailure = db.prepare<[number, number | null, string | null, number | null]>(
    'INSERT INTO failures (run_id, error_type_id, message, traceback_id) VALUES (?, ?, ?, ?)',
  )
  const types = new Map<string, number>()

  const typeOf = (name: string | null): number | null => {
    if (name === null) return null
    const known = types.get(name)
    if (known !== undefined) return known
    const id = addType.get(name) ?? 0
    types.set(name, id)
    return id
  }

  return {
    typeOf,
    write: ({ runId, errorTypeId, failure }) => {
      const traceback = failure.traceback
      addFailure.run(
        runId,
        errorTypeId,
        failure.message,
        traceback === null ? null : (addTraceback.get(createHash('sha256').update(traceback).digest(), traceback) ?? 0),
      )
    },
    forget: () => types.clear(),
  }
}

/**
 * Deletes the runs of ids from `first` to `last` with their failures, log lines and tracebacks; returns how many runs
 * there were. Within a transaction. Zone map, strips, groups and trends are the caller's.
 */
type RunErasure = (first: number, last: number) => number

export function createRunErasure(db: Writable): RunErasure {
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
