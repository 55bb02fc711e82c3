/** What Hassette does to its file besides adding rows: retention, the size failsafe, checkpoints, snapshots. */

const BATCH_ROWS = 1000
const VACUUM_PAGES = 2000

/** In the order in which the failsafe gives them up; log records are exempt from it. */
const TIERS = [
  ['executions', 'execution_start_ts', "source_tier = 'framework'"],
  ['blocking_events', 'detected_ts', 'TRUE'],
  ['executions', 'execution_start_ts', "source_tier = 'app'"],
]

/**
 * The size failsafe of 0.60: the oldest rows go, cheapest tier first, until the live pages fit or the budget is spent;
 * then free pages are returned and the WAL is truncated.
 * @param {import('better-sqlite3').Database} db
 * @param {{ limitMb?: number, batches?: number }} options without a limit the whole budget is spent
 */
export function failsafe(db, { limitMb = 0, batches = 10 }) {
  const deleted = { executions: 0, blocking_events: 0 }
  let left = batches
  for (const [table, time, where] of TIERS) {
    const remove = db.prepare(
      `DELETE FROM ${table} WHERE id IN (SELECT id FROM ${table} WHERE ${where} ORDER BY ${time} ASC LIMIT ${BATCH_ROWS})`,
    )
    while (left > 0 && liveMb(db) > limitMb) {
      const { changes } = remove.run()
      if (changes === 0) break
      deleted[table] += changes
      left--
    }
  }
  const freed = returnFreePages(db)
  return { deleted, freed, checkpoint: checkpoint(db) }
}

function liveMb(db) {
  const pages = db.pragma('page_count', { simple: true }) - db.pragma('freelist_count', { simple: true })
  return (pages * db.pragma('page_size', { simple: true })) / 2 ** 20
}

/** Gives free pages back to the file system; the file is smaller after the next checkpoint. */
function returnFreePages(db) {
  const free = () => db.pragma('freelist_count', { simple: true })
  const before = free()
  for (let last = Infinity; free() > 0 && free() < last;) {
    last = free()
    // Not a prepared `run()`: the pragma frees one page a step, and that steps once.
    db.pragma(`incremental_vacuum(${VACUUM_PAGES})`)
  }
  return before - free()
}

/**
 * `PRAGMA wal_checkpoint(TRUNCATE)`; `busy` is 1 when somebody was in the way.
 * @returns {{ busy: number, log: number, checkpointed: number }}
 */
export function checkpoint(db) {
  return db.pragma('wal_checkpoint(TRUNCATE)')[0]
}

/**
 * Retention: rows older than the cut-off, a transaction of 1000 each, then retired parents and ended sessions that
 * nothing refers to any more.
 * @param {import('better-sqlite3').Database} db
 * @param {{ cutoff: number }} options unix seconds
 */
export function retention(db, { cutoff }) {
  const deleted = { executions: 0, blocking_events: 0, log_records: 0 }
  for (const [table, time, where] of [...TIERS, ['log_records', 'timestamp', 'TRUE']]) {
    const remove = db.prepare(
      `DELETE FROM ${table} WHERE id IN (SELECT id FROM ${table} WHERE ${where} AND ${time} < ? LIMIT ${BATCH_ROWS})`,
    )
    for (let changes = -1; changes !== 0; deleted[table] += changes) changes = remove.run(cutoff).changes
  }
  db.transaction(() => {
    for (const [table, column] of [
      ['listeners', 'listener_id'],
      ['scheduled_jobs', 'job_id'],
    ]) {
      db.prepare(
        `DELETE FROM ${table} WHERE retired_at < ? AND NOT EXISTS (SELECT 1 FROM executions WHERE ${column} = ${table}.id)`,
      ).run(cutoff)
    }
    db.prepare(
      `DELETE FROM sessions WHERE stopped_at < ? AND NOT EXISTS (SELECT 1 FROM executions WHERE session_id = sessions.id)
       AND NOT EXISTS (SELECT 1 FROM blocking_events WHERE session_id = sessions.id)`,
    ).run(cutoff)
  })()
  return { deleted, freed: returnFreePages(db) }
}

/** Deletes every execution; ids go on, since `sqlite_sequence` stays. */
export function empty(db) {
  return { deleted: { executions: db.prepare('DELETE FROM executions').run().changes } }
}

/** A consistent copy in one file, made while the database is in use. */
export function vacuumInto(db, { path }) {
  db.prepare('VACUUM INTO ?').run(path)
  return { path }
}
