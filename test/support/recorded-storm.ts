import Database from 'better-sqlite3'
import type { Columns } from './hassette-writer'
import { openFixture } from './fixtures'

/** A failure as a real Hassette stored it; `afterS` its start, seconds after that of the first. */
export interface RecordedFailure {
  afterS: number
  columns: Columns
}

/** Dependency failures of one handler in a recording of a real Hassette, in order. */
export function recordedStorm(appKey: string, name: string, count: number): RecordedFailure[] {
  const db = new Database(openFixture('live-0.60'), { readonly: true })
  const rows = db
    .prepare<[string, string, number], Columns & { startS: number }>(
      `SELECT e.execution_start_ts AS startS, e.duration_ms, e.status, e.is_di_failure, e.error_type, e.error_message,
         e.error_traceback
       FROM executions e JOIN listeners l ON l.id = e.listener_id
       WHERE e.is_di_failure = 1 AND l.app_key = ? AND l.name = ? ORDER BY e.execution_start_ts LIMIT ?`,
    )
    .all(appKey, name, count)
  db.close()
  return rows.map(({ startS, ...columns }) => ({ afterS: startS - (rows[0]?.startS ?? 0), columns }))
}
