import { execFileSync } from 'node:child_process'
import { hostname, userInfo } from 'node:os'
import { Failure } from '@shared/result'
import Database from 'better-sqlite3'
import {
  makePrivate,
  realPath,
  fileFacts,
  freeName,
  isMissing,
  isReadable,
  isWritable,
  renameFile,
} from '../../file-facts'

/** How long another program may need to write its name into the lock file. */
const WAIT_MS = 300

/** The right to write an archive; held by one process at a time. */
interface ArchiveLock {
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

/** Says that it is the lock that is in the way, so that nobody gives up a sound archive. */
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

/** What SQLite may keep beside the lock file. */
const PARTS = ['', '-journal', '-wal', '-shm'] as const
/** A lock of ours is a few whole pages. */
const [PAGE_BYTES, MOST_BYTES] = [4096, 16_384]
const COPY_MS = 10_000

/** What was done about a lock that could not be taken: it may be tried again, or it stays as it is. */
type Mending = { kind: 'mended'; aside: string | null } | { kind: 'left' }

/**
 * Makes a damaged lock file usable again; what it held is kept beside it. A living process that holds it goes on holding it.
 * `code` is what SQLite said; `ours` = the archive beside it is ours, so the file can be nothing but its lock. Throws
 * what the system says.
 */
function mendLock(lockPath: string, code: string, ours: boolean): Mending {
  const facts = fileFacts(lockPath)
  if (facts === null) return { kind: 'left' }
  const aside = freeName(`${lockPath}.damaged-${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}`)
  if (!facts.isFile) return ours ? moveFolder(lockPath, aside) : { kind: 'left' }
  if (!isReadable(lockPath) || !isWritable(lockPath) || code.startsWith('SQLITE_READONLY')) {
    makePrivate(lockPath)
    return isReadable(lockPath) && isWritable(lockPath) ? { kind: 'mended', aside: null } : { kind: 'left' }
  }
  const isOurs = ours || (facts.size % PAGE_BYTES === 0 && facts.size <= MOST_BYTES)
  if (!DAMAGED.test(code) || !isOurs) return { kind: 'left' }
  if (process.platform === 'win32') moveAll(lockPath, aside)
  else emptyInPlace(lockPath, aside)
  return { kind: 'mended', aside }
}

/** No database, a broken one, or one with other tables than ours. */
const DAMAGED = /^SQLITE_(NOTADB|CORRUPT|FORMAT|ERROR|CONSTRAINT|MISMATCH|SCHEMA)/

/** A quicker process may have made a file there by now: the slash lets the system refuse to move that one. */
function moveFolder(lockPath: string, aside: string): Mending {
  try {
    renameFile(`${lockPath}/`, aside)
    return { kind: 'mended', aside }
  } catch (error) {
    if (fileFacts(lockPath)?.isFile === false) throw error
    return { kind: 'mended', aside: null }
  }
}

/** Windows lets nobody rename a file that somebody has open. */
function moveAll(lockPath: string, aside: string): void {
  for (const part of PARTS) if (!isMissing(lockPath + part)) renameFile(lockPath + part, aside + part)
}

/**
 * The file itself stays, since the system's locks are on the file and not on its name: a process that holds it keeps it,
 * and of two that mend at once only one gets it. Other processes do it: closing a file in this one would drop its locks.
 * In an empty file SQLite begins anew, and throws away what lies beside it.
 */
function emptyInPlace(lockPath: string, aside: string): void {
  const options = { stdio: 'ignore', timeout: COPY_MS } as const
  execFileSync('cp', ['-p', '--', lockPath, aside], options)
  execFileSync('cp', ['--', '/dev/null', lockPath], options)
}
