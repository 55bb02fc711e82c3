import { dirname } from 'node:path'
import { Failure } from '@shared/result'
import Database from 'better-sqlite3'
import { systemWords } from '@shared/messages-system'
import {
  fileFacts,
  freeBytes,
  isMissing,
  isReadable,
  isWritable,
  makePrivate,
  realPath,
  systemError,
} from '../../file-facts'
import { partBeside, refuseReservedPlace } from '../../files'
import { wasOurs } from '../../repair'
import type { Readable, Writable } from './database'
import { readSchema } from './migrator'
import type { ArchiveSchema } from './migrator'

/** `application_id` of our file: "HsM1". */
export const APPLICATION_ID = 0x48734d31

/** Bytes of a page; the archive is made with it. */
export const PAGE_BYTES = 4096

/** How long a connection waits for the lock of another, milliseconds. */
export const BUSY_MS = 5000

/** What a file at the archive's path is, found out without changing it. */
export type ArchiveFile = { kind: 'new' } | ({ kind: 'ours' } & ArchiveSchema)

/**
 * Looks at the file through a read-only connection. Throws `archive_foreign` when it is something else, above all one of
 * Hassette's own databases, or has the name of a part of one, and `archive_unreadable` when it cannot be read or written.
 * A file without content is new only where our lock lies beside it: we made it, and were cut short. So are parts
 * without their database.
 */
export function identifyArchive(path: string): ArchiveFile {
  refuseReservedPlace(path)
  const folder = dirname(path)
  if (isMissing(folder)) {
    throw new Failure(
      'archive_unreadable',
      `The folder ${folder} does not exist.`,
      'Connect the drive, or choose another place for the archive (db_path).',
    )
  }
  const facts = fileFacts(path)
  if (!facts) {
    const why = systemError(path)
    if (why !== null && why !== 'EACCES' && why !== 'EPERM') {
      throw new Failure('archive_unreadable', `${path} cannot be reached: ${systemWords(why)}.`, CHOOSE_PLACE)
    }
    if (fileFacts(folder)?.isFile) throw new Failure('archive_unreadable', `${folder} is not a folder.`, CHOOSE_PLACE)
    if (!isMissing(path) || !isWritable(folder)) throw noPermission(path)
    const part = wasOurs(path) ? null : partBeside(path)
    if (part === null) return { kind: 'new' }
    throw new Failure('archive_unreadable', `${part} lies there without its database, and was not made by us.`, CHOOSE)
  }
  if (!facts.isFile) throw new Failure('archive_unreadable', `${path} is not a file.`, CHOOSE)
  if (!isReadable(path) || !isWritable(path) || !isWritable(folder)) throw noPermission(path)
  const found = identifyFile(path)
  if (found.kind === 'ours' || wasOurs(path)) return found
  throw new Failure('archive_unreadable', `${path} is empty, and was not made by Hassette Monitor.`, CHOOSE)
}

/** The one connection that writes. */
export function openForWriting(path: string): Writable {
  const db = new Database(path, { timeout: BUSY_MS })
  try {
    makePrivate(path)
    // The first two only take effect before the first table: without auto_vacuum the file never shrinks again.
    db.pragma(`page_size = ${PAGE_BYTES}`)
    db.pragma('auto_vacuum = INCREMENTAL')
    db.pragma('journal_mode = WAL')
    db.pragma('synchronous = NORMAL')
    db.pragma('wal_autocheckpoint = 1000')
    db.pragma(`journal_size_limit = ${16 * 1024 * 1024}`)
    shared(db)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

/** A connection that can only read; the writer has opened the file before. */
export function openForReading(path: string): Readable & { close(): void } {
  const db = new Database(path, { readonly: true, fileMustExist: true, timeout: BUSY_MS })
  try {
    db.pragma('query_only = ON')
    shared(db)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

/** What SQLite says about the archive, as a failure for people; everything else stays as it is. */
export function archiveFailure(error: unknown, path: string): unknown {
  if (!(error instanceof Database.SqliteError)) return error
  const cause = { cause: error }
  const lasting = { ...cause, lasts: true }
  const { code } = error
  if (code === 'SQLITE_FULL' || (/^SQLITE_(IOERR|CANTOPEN)/.test(code) && hasNoRoom(path))) {
    return new Failure('disk_full', `There is no room left for ${path}.`, 'Free some space; nothing is lost.', cause)
  }
  if (code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_FORMAT') {
    return new Failure(
      'archive_unreadable',
      `${path} is no database or is damaged (${error.message}).`,
      CHOOSE,
      lasting,
    )
  }
  if (code === 'SQLITE_ERROR' && NOT_OUR_TABLES.test(error.message)) {
    return new Failure('archive_unreadable', `${path} lacks a part of its tables (${error.message}).`, CHOOSE, lasting)
  }
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) {
    return new Failure('busy', `${path} is busy.`, 'Try again in a moment.', cause)
  }
  if (/^SQLITE_(CANTOPEN|READONLY|PERM|AUTH|IOERR)/.test(code)) {
    return new Failure(
      'archive_unreadable',
      `${path} cannot be opened or written (${error.message}).`,
      'Check the drive and the permissions of the file and of its folder.',
      cause,
    )
  }
  return error
}

/** What SQLite says of a schema that is not the one its version names: somebody has changed it. */
const NOT_OUR_TABLES = /^no such (table|column|index|view)|has no column named|malformed database schema/

/** Less than a WAL and its index need to begin with: SQLite then says now this, now that. */
const NO_ROOM_BYTES = 64 * 1024

function hasNoRoom(path: string): boolean {
  const free = freeBytes(dirname(realPath(path)))
  return free !== null && free < NO_ROOM_BYTES
}

const CHOOSE_PLACE = 'Choose another place for the archive (db_path).'
const CHOOSE = 'Choose another place for the archive (db_path), or move this file away.'

/** As `identifyArchive`, of a file that is there and need not be writable. */
export function identifyFile(path: string): ArchiveFile {
  let db: Database.Database | null = null
  try {
    db = new Database(path, { readonly: true, fileMustExist: true, timeout: BUSY_MS })
    // One snapshot: another process may be making the file at this very moment.
    db.exec('BEGIN')
    const applicationId = Number(db.pragma('application_id', { simple: true }))
    const tables = new Set(db.prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all())
    if (applicationId === APPLICATION_ID) return { kind: 'ours', ...readSchema(db) }
    const schemaVersion = Number(db.pragma('user_version', { simple: true }))
    // A file of which only the header was written before a crash.
    if (applicationId === 0 && schemaVersion === 0 && tables.size === 0) return { kind: 'new' }
    throw foreign(path, tables)
  } catch (error) {
    throw archiveFailure(error, path)
  } finally {
    db?.close()
  }
}

function foreign(path: string, tables: Set<string>): Failure {
  const isHassettes =
    (tables.has('executions') && tables.has('listeners')) ||
    (tables.has('handler_invocations') && tables.has('job_executions'))
  return isHassettes
    ? new Failure(
        'archive_foreign',
        `${path} is Hassette's own database; Hassette Monitor does not write into it.`,
        'Add it as a source, and choose another place for the archive (db_path).',
      )
    : new Failure('archive_foreign', `${path} is a database of another program.`, CHOOSE)
}

function noPermission(path: string): Failure {
  return new Failure(
    'archive_unreadable',
    `${path} may not be read and written.`,
    'Check the permissions of the file and of its folder, or choose another place for the archive (db_path).',
  )
}

function shared(db: Database.Database): void {
  db.pragma('cache_size = -32768')
  db.pragma('temp_store = MEMORY')
  db.pragma('mmap_size = 0')
  db.pragma('trusted_schema = OFF')
}
