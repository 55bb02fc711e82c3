/** Hassette's database file and its life: created, gone on with, recreated; sessions, registrations, batches of rows. */
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs'
import Database from 'better-sqlite3'
import { makeHome, REMOVED_AT_STOP } from './home.mjs'

const SCHEMA = new URL('../hassette-schema-15.sql', import.meta.url)
const SCHEMA_VERSION = 15

const seconds = () => Date.now() / 1000

/**
 * Opens the file as a starting Hassette does: made when it is missing, deleted and made anew when its version is 0,
 * refused when it is another one than ours (we have no migrations).
 * @param {string} path
 * @returns {{ db: import('better-sqlite3').Database, created: boolean }}
 */
export function openLikeHassette(path) {
  if (existsSync(path) && versionOf(path) === 0) deleteFiles(path)
  const created = !existsSync(path)
  if (created) createFile(path)
  const version = versionOf(path)
  if (version !== SCHEMA_VERSION) throw new Error(`user_version ${version}, this writer knows ${SCHEMA_VERSION} only`)
  const db = new Database(path)
  db.pragma('journal_mode = WAL')
  db.pragma('wal_autocheckpoint = 1000')
  db.pragma('synchronous = NORMAL')
  db.pragma('busy_timeout = 5000')
  db.pragma('foreign_keys = ON')
  db.pragma('auto_vacuum = INCREMENTAL')
  return { db, created }
}

/** Removes the three files, as Hassette does before it begins anew. */
export function deleteFiles(path) {
  for (const end of ['', '-wal', '-shm']) rmSync(`${path}${end}`, { force: true })
}

/** Inode and size, to tell one life of a file from the next. */
export function fileFacts(path) {
  const { ino, size } = statSync(path)
  return { inode: ino, size }
}

function versionOf(path) {
  const db = new Database(path)
  try {
    return db.pragma('user_version', { simple: true })
  } finally {
    db.close()
  }
}

/** What the migrations leave: a file in journal mode `delete` until Hassette itself opens it. */
function createFile(path) {
  const db = new Database(path)
  // Before the first table, else it never takes effect.
  db.pragma('auto_vacuum = INCREMENTAL')
  db.exec(`BEGIN IMMEDIATE;\n${readFileSync(SCHEMA, 'utf8')}\nPRAGMA user_version = ${SCHEMA_VERSION};\nCOMMIT;`)
  db.close()
}

/** Ends what a killed process left: its end is its last heartbeat, which may lie before its own rows. */
function endOrphans(db) {
  db.exec(
    `UPDATE sessions SET status = CASE WHEN status = 'running' THEN 'unknown' ELSE status END,
       stopped_at = last_heartbeat_at WHERE stopped_at IS NULL`,
  )
}

/** A handler that should run once and did goes with its history when the next session starts. */
function deleteSpentHandlers(db) {
  const spent = `SELECT id FROM listeners WHERE once = 1 AND EXISTS (SELECT 1 FROM executions WHERE listener_id = listeners.id)
    AND NOT EXISTS (SELECT 1 FROM executions e JOIN sessions s ON s.id = e.session_id
                    WHERE e.listener_id = listeners.id AND s.stopped_at IS NULL)`
  db.transaction(() => {
    const ids = db.prepare(spent).pluck().all()
    const marks = ids.map(() => '?').join()
    db.prepare(`DELETE FROM executions WHERE listener_id IN (${marks})`).run(ids)
    db.prepare(`DELETE FROM listeners WHERE id IN (${marks})`).run(ids)
  })()
}

/**
 * Starts a session: orphans, its own row, manifests, handlers and jobs, each committed by itself as Hassette does.
 * @param {import('better-sqlite3').Database} db
 * @param {number} ageS the session began so many seconds ago
 */
export function startSession(db, ageS = 0) {
  endOrphans(db)
  const now = seconds()
  const id = Number(
    db
      .prepare(`INSERT INTO sessions (started_at, last_heartbeat_at, status) VALUES (?, ?, 'running')`)
      .run(now - ageS, now).lastInsertRowid,
  )
  deleteSpentHandlers(db)
  const home = makeHome()
  const manifest = db.prepare(
    `INSERT INTO app_manifests (app_key, class_name, display_name, filename, enabled, autostart)
     VALUES (@app_key, @class_name, @display_name, @filename, @enabled, @autostart)
     ON CONFLICT (app_key) DO UPDATE SET class_name = excluded.class_name, display_name = excluded.display_name,
       filename = excluded.filename, enabled = excluded.enabled, autostart = excluded.autostart,
       updated_at = strftime('%Y-%m-%dT%H:%M:%f', 'now')`,
  )
  for (const each of home.manifests) manifest.run(each)
  const targets = [
    ...home.handlers.map((each) => register(db, 'handler', each)),
    ...home.jobs.map((each) => register(db, 'job', each)),
  ]
  return { id, targets }
}

/** What a registration leaves as it was although it changed: upstream's update does not name these. */
const STALE = { handler: ['handler_method', 'once', 'human_description'], job: [] }
const NATURAL_KEY = {
  handler: ['app_key', 'instance_index', 'name', 'topic'],
  job: ['app_key', 'instance_index', 'job_name'],
}

/**
 * Registers a handler or a job; a known one keeps its id.
 * @param {import('better-sqlite3').Database} db
 * @param {'handler' | 'job'} kind
 * @param {{ row: Record<string, unknown>, weight: number, meanMs: number }} target
 */
export function register(db, kind, { row, weight, meanMs }) {
  const columns = Object.keys(row)
  const key = NATURAL_KEY[kind]
  const mutable = columns.filter((column) => !key.includes(column) && !STALE[kind].includes(column))
  const id = db
    .prepare(
      `INSERT INTO ${kind === 'handler' ? 'listeners' : 'scheduled_jobs'} (${columns.map(quoted).join(', ')})
       VALUES (${columns.map((column) => `@${column}`).join(', ')})
       ON CONFLICT (${key.join(', ')}) DO UPDATE SET
         ${mutable.map((column) => `${quoted(column)} = excluded.${quoted(column)}`).join(', ')},
         retired_at = NULL, removed_at = NULL
       RETURNING id`,
    )
    .pluck()
    .get(row)
  return { kind, id, tier: row.source_tier, weight, meanMs, row }
}

function quoted(column) {
  return `"${column}"`
}

/** A clean stop: the session's end first, then what is removed with it. Jobs that are retired keep that alone. */
export function stopSession(db, id, droppedOverflow) {
  const now = seconds()
  db.prepare(
    `UPDATE sessions SET status = 'success', stopped_at = ?, last_heartbeat_at = ?, dropped_overflow = ? WHERE id = ?`,
  ).run(now, now, droppedOverflow, id)
  db.prepare('UPDATE scheduled_jobs SET removed_at = ? WHERE retired_at IS NULL AND removed_at IS NULL').run(seconds())
  db.prepare('UPDATE listeners SET removed_at = ? WHERE app_key = ? AND removed_at IS NULL').run(
    seconds(),
    REMOVED_AT_STOP,
  )
}

/**
 * Writes rows in one transaction, as a batch of Hassette's.
 * @param {import('better-sqlite3').Database} db
 * @param {'executions' | 'log_records' | 'blocking_events'} table
 * @param {Record<string, unknown>[]} rows
 * @returns {number[]} their ids
 */
export function insertBatch(db, table, rows) {
  db.exec('BEGIN')
  try {
    const ids = insertRows(db, table, rows)
    db.exec('COMMIT')
    return ids
  } catch (error) {
    if (db.inTransaction) db.exec('ROLLBACK')
    throw error
  }
}

const statements = new WeakMap()

/** Inserts into the transaction that is open. */
export function insertRows(db, table, rows) {
  const prepared = statements.get(db) ?? statements.set(db, new Map()).get(db)
  return rows.map((row) => {
    const columns = Object.keys(row)
    const sql = `INSERT INTO ${table} (${columns.map(quoted).join(', ')}) VALUES (${columns.map((each) => `@${each}`).join(', ')})`
    if (!prepared.has(sql)) prepared.set(sql, db.prepare(sql))
    return Number(prepared.get(sql).run(row).lastInsertRowid)
  })
}
