import SQLite from 'better-sqlite3'
import { archiveFailure } from '../core/connection'

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
