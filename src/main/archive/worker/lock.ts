import { hostname, userInfo } from 'node:os'
import { Failure } from '@shared/result'
import Database from 'better-sqlite3'
import { makePrivate, realPath } from '../file-facts'

/** How long another program may need to write its name into the lock file. */
const WAIT_MS = 300

/** The right to write an archive; held by one process at a time. */
export interface ArchiveLock {
  release(): void
}

interface Owner {
  pid: number
  user: string
  host: string
}

/**
 * Takes the lock of an archive: a small SQLite file beside it, in which a transaction stays open. Others can still
 * read who holds it, and the system lets go of it when the process dies. Throws `archive_locked`.
 */
export function lockArchive(path: string): ArchiveLock {
  const lockPath = `${realPath(path)}.lock`
  const db = new Database(lockPath, { timeout: WAIT_MS })
  try {
    makePrivate(lockPath)
    db.pragma('journal_mode = DELETE')
    db.pragma('synchronous = OFF')
    db.exec('BEGIN IMMEDIATE')
    db.exec('CREATE TABLE IF NOT EXISTS owner (pid INTEGER, user TEXT, host TEXT)')
    db.exec('DELETE FROM owner')
    const me = owner()
    db.prepare('INSERT INTO owner (pid, user, host) VALUES (?, ?, ?)').run(me.pid, me.user, me.host)
    db.exec('COMMIT')
    // Held until release; what it says can be read by others meanwhile.
    db.exec('BEGIN IMMEDIATE')
    return {
      release: () => {
        if (db.inTransaction) db.exec('ROLLBACK')
        db.close()
      },
    }
  } catch (error) {
    db.close()
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) {
      throw lockedFailure(path, holder(lockPath))
    }
    throw error
  }
}

function lockedFailure(path: string, by: Owner | null): Failure {
  const who = by ? `process ${by.pid} of user ${by.user} on host ${by.host}` : 'another program'
  return new Failure(
    'archive_locked',
    `${path} is in use by ${who}.`,
    'Close the other Hassette Monitor, or choose another place for the archive (db_path).',
  )
}

function holder(lockPath: string): Owner | null {
  let db: Database.Database | null = null
  try {
    db = new Database(lockPath, { readonly: true, fileMustExist: true, timeout: WAIT_MS })
    return db.prepare<[], Owner>('SELECT pid, user, host FROM owner').get() ?? null
  } catch {
    return null
  } finally {
    db?.close()
  }
}

function owner(): Owner {
  return { pid: process.pid, user: userName(), host: hostname() }
}

function userName(): string {
  try {
    return userInfo().username
  } catch {
    // A user id without an entry, as in some containers.
    return String(process.getuid?.() ?? 'unknown')
  }
}
