import { randomUUID } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'

type Columns = Record<string, string | number | null>

/** A dependency failure, as Hassette stores one. */
export const DI: Columns = {
  status: 'error',
  error_type: 'DependencyResolutionError',
  error_message: 'no state',
  is_di_failure: 1,
}

/**
 * A small Hassette database (schema 15) that a test fills row by row, without a process of its own. Times are seconds
 * since 1970. `more` names columns and their values. Each verb that adds a row returns its number.
 */
export interface MadeHassette {
  db: Database.Database
  /** Starts a session as Hassette does: what still runs was killed. It runs itself, unless `more` says that it ended. */
  session: (startedAt: number, more?: Columns) => number
  /** Registers a handler, or finds the one of that name. */
  handler: (name: string, more?: Columns) => number
  job: (name: string, more?: Columns) => number
  /** One run of a handler, by number or by name, or with null and `job_id` in `more` of a job. */
  run: (sessionId: number, at: number, handler?: number | string | null, more?: Columns) => number
  /** Deletes what Hassette's retention would: runs that started before, then old sessions that nothing refers to. */
  retention: (before: { app: number; framework: number; sessions: number }) => void
  close: () => void
}

/**
 * Makes the file anew, whatever lies there.
 * @param manifest whether it knows the app `house`
 * @param journal as Hassette keeps it, or so that the file is whole by itself and can be copied at any time
 */
export function makeHassette(
  path: string,
  { manifest = true, journal = 'wal' }: { manifest?: boolean; journal?: 'wal' | 'delete' } = {},
): MadeHassette {
  for (const end of ['-wal', '-shm', '']) rmSync(`${path}${end}`, { force: true })
  const db = new Database(path)
  db.pragma('synchronous = OFF')
  db.pragma('auto_vacuum = INCREMENTAL')
  db.exec(readFileSync(join(import.meta.dirname, 'hassette-schema-15.sql'), 'utf8'))
  db.pragma('user_version = 15')
  db.pragma(`journal_mode = ${journal}`)
  if (manifest) {
    db.exec(`INSERT INTO app_manifests (app_key, class_name, display_name, filename, enabled, autostart)
      VALUES ('house', 'House', 'House', 'house.py', 1, 1)`)
  }
  return verbsOn(db)
}

/** Goes on with a file that was made so. */
export function goOnWith(path: string): MadeHassette {
  const db = new Database(path, { fileMustExist: true })
  db.pragma('synchronous = OFF')
  return verbsOn(db)
}

function verbsOn(db: Database.Database): MadeHassette {
  const statements = new Map<string, Database.Statement>()
  const prepared = (sql: string): Database.Statement => {
    const statement = statements.get(sql) ?? db.prepare(sql)
    statements.set(sql, statement)
    return statement
  }
  const add = (table: string, columns: Columns): number => {
    const names = Object.keys(columns)
    const sql = `INSERT INTO ${table} (${names.map((name) => `"${name}"`).join(', ')}) VALUES (${names.map(() => '?').join(', ')})`
    return Number(prepared(sql).run(...Object.values(columns)).lastInsertRowid)
  }
  const findHandler = db.prepare<[string], number>('SELECT id FROM listeners WHERE name = ?').pluck()
  const target = (name: string, tier: unknown): Columns => ({
    app_key: tier === 'framework' ? '__hassette__.core' : 'house',
    instance_index: 0,
    handler_method: `House.${name}`,
    source_location: 'house.py:1',
    source_tier: 'app',
  })
  const handler: MadeHassette['handler'] = (name, more = {}) =>
    findHandler.get(name) ??
    add('listeners', {
      ...target(name, more['source_tier']),
      name,
      topic: 'hass.event.state_changed.light.porch',
      ...more,
    })
  return {
    db,
    session: (startedAt, more = {}) => {
      db.exec("UPDATE sessions SET status = 'unknown', stopped_at = last_heartbeat_at WHERE status = 'running'")
      const stoppedAt = more['stopped_at'] ?? null
      return add('sessions', {
        started_at: startedAt,
        last_heartbeat_at: stoppedAt ?? startedAt,
        status: stoppedAt === null ? 'running' : 'success',
        ...more,
      })
    },
    handler,
    job: (name, more = {}) =>
      add('scheduled_jobs', {
        ...target(name, more['source_tier']),
        job_name: name,
        trigger_type: 'interval',
        trigger_label: 'every',
        trigger_detail: '900s',
        mode: 'single',
        schedule_status: 'scheduled',
        ...more,
      }),
    run: (sessionId, at, ran = 'bell', more = {}) => {
      const tier = more['source_tier'] ?? 'app'
      return add('executions', {
        kind: ran === null ? 'job' : 'handler',
        listener_id: typeof ran === 'string' ? handler(ran, { source_tier: tier }) : ran,
        session_id: sessionId,
        execution_start_ts: at,
        duration_ms: 5,
        status: 'success',
        source_tier: tier,
        execution_id: randomUUID(),
        is_di_failure: 0,
        ...more,
      })
    },
    retention: (before) => {
      for (const tier of ['app', 'framework'] as const)
        prepared('DELETE FROM executions WHERE source_tier = ? AND execution_start_ts < ?').run(tier, before[tier])
      prepared(
        'DELETE FROM sessions WHERE stopped_at < ? AND id NOT IN (SELECT session_id FROM executions WHERE session_id IS NOT NULL)',
      ).run(before.sessions)
    },
    close: () => db.close(),
  }
}
