import { randomUUID } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'

const SCHEMA = readFileSync(join(import.meta.dirname, 'hassette-schema-15.sql'), 'utf8')

/** A Hassette database written row by row, without a process of its own. Times in seconds since 1970. */
export interface SmallHassette {
  db: Database.Database
  /** Starts a session as Hassette does: what still runs was killed. Returns its number. */
  session(startedAt: number, more?: { stoppedAt?: number; status?: string }): number
  /** Registers a handler, or finds it. */
  handler(name: string, tier?: 'app' | 'framework'): number
  /** Writes one run of a handler. Returns its execution id. */
  run(session: number, startedAt: number, handler?: string, tier?: 'app' | 'framework'): string
  /** Deletes what Hassette's retention would: runs that started before, then old sessions that nothing refers to. */
  retention(before: { app: number; framework: number; sessions: number }): void
  close(): void
}

/** Makes the file anew, whatever lies there. */
export function makeHassette(path: string): SmallHassette {
  for (const end of ['-wal', '-shm', '']) rmSync(`${path}${end}`, { force: true })
  const db = new Database(path)
  db.pragma('synchronous = OFF')
  db.exec(SCHEMA)
  db.pragma('user_version = 15')
  db.exec(`INSERT INTO app_manifests (app_key, class_name, display_name, filename, enabled, autostart)
    VALUES ('house', 'House', 'House', 'house.py', 1, 1)`)
  return openHassette(db)
}

/** Goes on with a file that is there. */
export function goOnWith(path: string): SmallHassette {
  return openHassette(new Database(path, { fileMustExist: true }))
}

function openHassette(db: Database.Database): SmallHassette {
  db.pragma('synchronous = OFF')
  const addSession = db.prepare(
    'INSERT INTO sessions (started_at, stopped_at, last_heartbeat_at, status) VALUES (?, ?, ?, ?)',
  )
  const findHandler = db.prepare<[string], number>('SELECT id FROM listeners WHERE name = ?').pluck()
  const addHandler = db.prepare(
    `INSERT INTO listeners (app_key, instance_index, name, handler_method, topic, source_location, source_tier)
     VALUES (?, 0, ?, 'handle', 'topic', 'house.py:1', ?)`,
  )
  const addRun = db.prepare(
    `INSERT INTO executions (kind, listener_id, session_id, execution_start_ts, duration_ms, status, source_tier, execution_id)
     VALUES ('handler', ?, ?, ?, 5, 'success', ?, ?)`,
  )
  const handler: SmallHassette['handler'] = (name, tier = 'app') =>
    findHandler.get(name) ??
    Number(addHandler.run(tier === 'app' ? 'house' : '__hassette__.core', name, tier).lastInsertRowid)

  return {
    db,
    session: (startedAt, { stoppedAt, status = stoppedAt === undefined ? 'running' : 'success' } = {}) => {
      db.exec(`UPDATE sessions SET status = 'unknown', stopped_at = last_heartbeat_at WHERE status = 'running'`)
      return Number(addSession.run(startedAt, stoppedAt ?? null, stoppedAt ?? startedAt, status).lastInsertRowid)
    },
    handler,
    run: (session, startedAt, name = 'bell', tier = 'app') => {
      const id = randomUUID()
      addRun.run(handler(name, tier), session, startedAt, tier, id)
      return id
    },
    retention: (before) => {
      db.prepare(`DELETE FROM executions WHERE source_tier = 'app' AND execution_start_ts < ?`).run(before.app)
      db.prepare(`DELETE FROM executions WHERE source_tier = 'framework' AND execution_start_ts < ?`).run(
        before.framework,
      )
      db.prepare(
        `DELETE FROM sessions WHERE stopped_at < ? AND id NOT IN (SELECT session_id FROM executions WHERE session_id IS NOT NULL)`,
      ).run(before.sessions)
    },
    close: () => db.close(),
  }
}
