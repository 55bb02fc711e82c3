import { fileFacts, isMissing, isReadable } from '@main/archive/file-facts'
import { Failure } from '@shared/result'
import Database from 'better-sqlite3'
import { detectSchema } from './schema'
import type { HassetteSchema } from './schema'

/** How long a statement waits for somebody else's lock. The writer thread does nothing else meanwhile. */
const LOCK_WAIT_MS = 1000

/** An open Hassette file and what it holds. */
export interface HassetteFile {
  db: Database.Database
  schema: HassetteSchema
}

/**
 * Opens a Hassette file for reading on a connection of its own: never writable, never created, never attached.
 * Throws `source_not_found`, `source_not_hassette`, `source_too_old`, `source_corrupt`, `source_locked` or
 * `source_unreachable`.
 */
export function openHassetteFile(path: string, lockWaitMs = LOCK_WAIT_MS): HassetteFile {
  refuseUnreadable(path)
  return opened(path, () => new Database(path, { readonly: true, fileMustExist: true, timeout: lockWaitMs }))
}

/** Opens an image of a Hassette file in memory. Throws as `openHassetteFile` does. */
export function openHassetteImage(image: Uint8Array): HassetteFile {
  return opened('The recording', () => new Database(Buffer.from(image), { readonly: true }))
}

function opened(path: string, open: () => Database.Database): HassetteFile {
  let db: Database.Database | null = null
  try {
    db = open()
    db.pragma('query_only = ON')
    db.pragma('trusted_schema = OFF')
    db.pragma('mmap_size = 0')
    return { db, schema: detectSchema(db) }
  } catch (error) {
    db?.close()
    throw sourceFailure(error, path)
  }
}

/** What SQLite says about a Hassette file, as a failure with a remedy; a `Failure` stays as it is. */
export function sourceFailure(error: unknown, path: string): unknown {
  if (!(error instanceof Database.SqliteError)) return error
  const cause = { cause: error }
  if (error.code === 'SQLITE_NOTADB') {
    return new Failure('source_not_hassette', `${path} is not a database.`, CHOOSE, cause)
  }
  if (error.code.startsWith('SQLITE_CORRUPT') || error.code === 'SQLITE_FORMAT') {
    return new Failure(
      'source_corrupt',
      `The database ${path} is damaged (${error.message}).`,
      'What could be read stays in the archive. Restore the file from a backup, or let Hassette make a new one.',
      cause,
    )
  }
  if (error.code.startsWith('SQLITE_BUSY') || error.code.startsWith('SQLITE_LOCKED')) {
    return new Failure('source_locked', `Another program holds ${path} locked.`, 'Try again in a moment.', cause)
  }
  return new Failure(
    'source_unreachable',
    `${path} cannot be read (${error.message}).`,
    'Check the permissions of the file and of its folder.',
    cause,
  )
}

const CHOOSE = 'Choose the hassette.db in the data folder of Hassette.'

function refuseUnreadable(path: string): void {
  if (isMissing(path)) {
    throw new Failure('source_not_found', `There is no file ${path}.`, CHOOSE)
  }
  const facts = fileFacts(path)
  if (!facts || !isReadable(path)) {
    throw new Failure(
      'source_unreachable',
      `${path} may not be read.`,
      'Check the permissions of the file and of its folder.',
    )
  }
  if (!facts.isFile) throw new Failure('source_not_hassette', `${path} is not a file.`, CHOOSE)
  if (facts.size === 0) throw new Failure('source_not_hassette', `${path} is empty.`, CHOOSE)
}
