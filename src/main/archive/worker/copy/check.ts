import { Failure } from '@shared/result'
import SQLite from 'better-sqlite3'
import type { Database } from 'better-sqlite3'
import type { ArchiveVerdict, FoundArchive } from '../../api'
import { fileFacts, isMissing, isReadable } from '../../file-facts'
import { archiveFailure, identifyArchive, identifyFile } from '../core/connection'
import { refuseOtherSchema } from '../core/migrator'

/** What lies where an archive shall lie; see `CopyApi.look`. */
export function lookAt(path: string): FoundArchive {
  const found = identifyArchive(path)
  if (found.kind === 'new') return { kind: 'nothing' }
  refuseOtherSchema(path, found)
  return withCopyConnection(path, (db) => factsOf(db))
}

/** Reads the whole file; see `CopyApi.check`. It need not be writable, and its folder neither. */
export function checkWhole(path: string): FoundArchive {
  const facts = fileFacts(path)
  if (!facts?.isFile) throw new Failure('not_found', `There is no file ${path}.`)
  if (!isReadable(path)) throw new Failure('archive_unreadable', `${path} may not be read.`, 'Check its permissions.')
  const found = identifyFile(path)
  if (found.kind === 'new') throw new Failure('archive_foreign', `${path} is no archive of Hassette Monitor.`)
  refuseOtherSchema(path, found)
  return withCopyConnection(path, (db) => {
    refuseDamaged(db, path)
    return factsOf(db)
  })
}

/** See `CopyApi.judge`. */
export function judgeArchive(path: string): ArchiveVerdict {
  if (isMissing(path)) return 'nothing'
  const facts = fileFacts(path)
  if (facts === null) return 'unknown'
  // A folder, or a device, is no archive.
  if (!facts.isFile) return 'damaged'
  if (!isReadable(path)) return 'unknown'
  try {
    const found = identifyFile(path)
    if (found.kind === 'new') return 'damaged'
    refuseOtherSchema(path, found)
    const db = openForCopying(path)
    try {
      factsOf(db)
      return db.pragma('integrity_check(1)', { simple: true }) === 'ok' ? 'sound' : 'damaged'
    } finally {
      db.close()
    }
  } catch (error) {
    return verdictOf(error)
  }
}

function verdictOf(error: unknown): ArchiveVerdict {
  if (error instanceof Failure && error.code === 'archive_newer') return 'newer'
  if (error instanceof Failure && error.code === 'archive_unreleased') return 'unreleased'
  if (error instanceof Failure && error.code === 'archive_foreign') return 'foreign'
  const said = error instanceof Failure ? error.cause : error
  const isDamage = said instanceof SQLite.SqliteError && DAMAGE.test(said.code)
  return isDamage ? 'damaged' : 'unknown'
}

/** No database, a broken one, one without our tables, or one of which the drive cannot read a part. */
const DAMAGE = /^SQLITE_(NOTADB|CORRUPT|FORMAT|ERROR|IOERR)/

/** Throws `archive_unreadable` unless every page of the file is sound. */
export function refuseDamaged(db: Database, path: string): void {
  const said = db.pragma('quick_check(1)', { simple: true })
  if (said === 'ok') return
  throw new Failure(
    'archive_unreadable',
    `${path} is damaged (${String(said)}).`,
    'Take another backup: this one cannot be used.',
  )
}

function factsOf(db: Database): FoundArchive {
  const pages =
    Number(db.pragma('page_count', { simple: true })) - Number(db.pragma('freelist_count', { simple: true }))
  return {
    kind: 'archive',
    schemaVersion: Number(db.pragma('user_version', { simple: true })),
    usedBytes: pages * Number(db.pragma('page_size', { simple: true })),
    runs: db.prepare<[], number>('SELECT coalesce(sum(n), 0) FROM blocks').pluck().get() ?? 0,
  }
}

function withCopyConnection<T>(path: string, work: (db: Database) => T): T {
  const db = openForCopying(path)
  try {
    return work(db)
  } catch (error) {
    throw archiveFailure(error, path)
  } finally {
    db.close()
  }
}

const BUSY_MS = 5000

/** A connection that reads the file and writes nothing but copies; those reach the disk before a copy is done. */
export function openForCopying(path: string): SQLite.Database {
  let db: SQLite.Database | null = null
  try {
    db = new SQLite(path, { readonly: true, fileMustExist: true, timeout: BUSY_MS })
    // What VACUUM INTO writes is flushed as the connection's own file would be.
    db.pragma('synchronous = FULL')
    db.pragma('trusted_schema = OFF')
    return db
  } catch (error) {
    db?.close()
    throw archiveFailure(error, path)
  }
}
