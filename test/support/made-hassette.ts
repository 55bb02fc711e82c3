import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { randomUUID } from 'node:crypto'
import Database from 'better-sqlite3'

type Columns = Record<string, string | number | null>

/** A dependency failure, as Hassette stores one. */
export const DI: Columns = {
  status: 'error',
  error_type: 'DependencyResolutionError',
  error_message: 'no state',
  is_di_failure: 1,
}

/** A small Hassette database (schema 15, WAL) that a test fills row by row. Times are unix seconds. */
export interface MadeHassette {
  db: Database.Database
  add: (table: string, columns: Columns) => number
  session: (startedAt: number, more?: Columns) => number
  handler: (name: string, more?: Columns) => number
  job: (name: string, more?: Columns) => number
  /** One run of a handler or, with `job_id` in `more`, of a job. */
  run: (sessionId: number, at: number, handlerId: number | null, more?: Columns) => number
  close: () => void
}

/** Makes the file, or opens one that was made so. `manifest`: whether it knows the app `house`. */
export function makeHassette(path: string, { manifest = true } = {}): MadeHassette {
  const db = new Database(path)
  if (db.prepare("SELECT count(*) FROM sqlite_schema WHERE name = 'sessions'").pluck().get() === 0) {
    db.pragma('auto_vacuum = INCREMENTAL')
    db.exec(readFileSync(join(import.meta.dirname, 'hassette-schema-15.sql'), 'utf8'))
    db.pragma('user_version = 15')
    db.pragma('journal_mode = WAL')
  }
  const add = (table: string, columns: Columns): number => {
    const names = Object.keys(columns)
    const sql = `INSERT INTO ${table} (${names.map((name) => `"${name}"`).join(', ')}) VALUES (${names.map(() => '?').join(', ')})`
    return Number(db.prepare(sql).run(...Object.values(columns)).lastInsertRowid)
  }
  if (manifest && db.prepare('SELECT count(*) FROM app_manifests').pluck().get() === 0) {
    add('app_manifests', {
      app_key: 'house',
      class_name: 'House',
      display_name: 'House',
      filename: 'house.py',
      enabled: 1,
      autostart: 1,
    })
  }
  const target = (name: string): Columns => ({
    app_key: 'house',
    instance_index: 0,
    handler_method: `House.${name}`,
    source_location: 'house.py:1',
    source_tier: 'app',
  })
  return {
    db,
    add,
    session: (startedAt, more = {}) =>
      add('sessions', { started_at: startedAt, last_heartbeat_at: startedAt, status: 'running', ...more }),
    handler: (name, more = {}) =>
      add('listeners', { ...target(name), name, topic: 'hass.event.state_changed.light.porch', ...more }),
    job: (name, more = {}) =>
      add('scheduled_jobs', {
        ...target(name),
        job_name: name,
        trigger_type: 'interval',
        trigger_label: 'every',
        trigger_detail: '900s',
        mode: 'single',
        schedule_status: 'scheduled',
        ...more,
      }),
    run: (sessionId, at, handlerId, more = {}) =>
      add('executions', {
        kind: handlerId === null ? 'job' : 'handler',
        listener_id: handlerId,
        session_id: sessionId,
        execution_start_ts: at,
        duration_ms: 5,
        status: 'success',
        source_tier: 'app',
        execution_id: randomUUID(),
        is_di_failure: 0,
        ...more,
      }),
    close: () => db.close(),
  }
}
