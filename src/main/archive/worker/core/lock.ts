import { hostname, userInfo } from 'node:os'
import { Failure } from '@shared/result'
import Database from 'better-sqlite3'
import { makePrivate, realPath } from '../../file-facts'
import { mendLock } from './lock-mending'
import type { Mending } from './lock-mending'

/** How long another program may need to write its name into the lock file. */
const WAIT_MS = 300

/** The right to write an archive; held by one process at a time. */
export interface ArchiveLock {
  /** Where the lock file lies that was damaged; null when it was sound. */
  aside: string | null
  release(): void
}

interface Owner {
  pid: number
  user: string
  host: string
}

/** A file that is mended once may be damaged again by another process that mends it at the same moment. */
const MENDINGS = 5

/**
 * Takes the lock of an archive: a small SQLite file beside it, in which a transaction stays open. Others can still
 * read who holds it, and the system lets go of it when the process dies. A damaged one is put aside: it says nothing of
 * the archive. `ours` = an archive of ours lies at `path`. Throws `archive_locked` or `disk_full`.
 */
export function lockArchive(path: string, ours: boolean): ArchiveLock {
  const lockPath = `${realPath(path)}.lock`
  let aside: string | null = null
  for (let mendings = 0; ; mendings++) {
    try {
      return { ...take(lockPath), aside }
    } catch (error) {
      if (!(error instanceof Database.SqliteError)) throw error
      if (error.code.startsWith('SQLITE_BUSY')) throw lockedFailure(path, holder(lockPath))
      if (error.code === 'SQLITE_FULL') throw fullFailure(lockPath, error)
      const mending = mendings < MENDINGS ? mended(lockPath, error, ours) : LEFT
      if (mending.kind === 'left') throw unusableFailure(path, lockPath, error)
      aside ??= mending.aside
    }
  }
}

const LEFT: Mending = { kind: 'left' }

/** What keeps a lock from being mended is no news: that it cannot be taken is what people are told. */
function mended(lockPath: string, error: InstanceType<typeof Database.SqliteError>, ours: boolean): Mending {
  try {
    return mendLock(lockPath, error.code, ours)
  } catch {
    return LEFT
  }
}

function take(lockPath: string): Pick<ArchiveLock, 'release'> {
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
    throw error
  }
}

function fullFailure(lockPath: string, cause: Error): Failure {
  return new Failure('disk_full', `There is no room left for ${lockPath}.`, 'Free some space; nothing is lost.', {
    cause,
  })
}

/** Says that it is the lock that is in the way, lest somebody gives up a sound archive. */
function unusableFailure(path: string, lockPath: string, cause: Error): Failure {
  return new Failure(
    'archive_locked',
    `${lockPath}, which keeps two programs from writing ${path} at once, cannot be used (${cause.message}).`,
    'Check its permissions and those of its folder. If no other Hassette Monitor uses the archive, move this one file away.',
    { cause },
  )
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
