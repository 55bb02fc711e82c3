import { Failure } from '@shared/result'
import Database from 'better-sqlite3'
import type { CopyReport, CopyRequest } from '../../api'
import { fileFacts, makePrivate } from '../../file-facts'
import { partOf, removeDatabase } from '../../files'
import { APPLICATION_ID, archiveFailure } from '../core/connection'
import type { CallContext } from '../core/serve'
import { refuseDamaged, openForCopying } from './check'

/** Rows of each table. */
type Counts = Map<string, number>

/** Writes and checks a copy; see `CopyApi.copy`. */
export async function copyArchive({ from, to, journal }: CopyRequest, context: CallContext): Promise<CopyReport> {
  const part = partOf(to)
  removeDatabase(part)
  const source = openForCopying(from)
  try {
    const before = stateOf(source)
    makeEmpty(part)
    source.prepare('VACUUM INTO ?').run(part)
    // Twice: a message that came meanwhile may be read only after the first.
    await context.pause()
    await context.pause(1)
    const copy = openCopy(part)
    try {
      copy.pragma(`journal_mode = ${journal}`)
      refuseDifferent(copy, part, before, stateOf(source))
      refuseDamaged(copy, part)
      return { runs: countOf(copy, 'runs'), bytes: sizeOf(copy) }
    } finally {
      copy.close()
    }
  } catch (error) {
    throw archiveFailure(error, part)
  } finally {
    source.close()
    if (fileFacts(part)?.size === 0) removeDatabase(part)
  }
}

interface State {
  /** Changes whenever somebody else commits. */
  version: number
  schemaVersion: number
  counts: Counts
}

function stateOf(db: Database.Database): State {
  const tables = db.prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all()
  return {
    version: Number(db.pragma('data_version', { simple: true })),
    schemaVersion: Number(db.pragma('user_version', { simple: true })),
    counts: new Map(tables.map((table) => [table, countOf(db, table)])),
  }
}

/** While nobody writes each table has as many rows; else the runs lie between those before and those after. */
function refuseDifferent(copy: Database.Database, path: string, before: State, after: State): void {
  const found = stateOf(copy)
  const isQuiet = before.version === after.version
  const tables = isQuiet ? [...before.counts.keys()] : ['runs']
  const wrong = tables.find((table) => {
    const ends = [before.counts.get(table) ?? 0, after.counts.get(table) ?? 0]
    const rows = found.counts.get(table) ?? -1
    return rows < Math.min(...ends) || rows > Math.max(...ends)
  })
  const isOurs = Number(copy.pragma('application_id', { simple: true })) === APPLICATION_ID
  const shrinks = Number(copy.pragma('auto_vacuum', { simple: true })) === INCREMENTAL
  if (wrong === undefined && isOurs && shrinks && found.schemaVersion === before.schemaVersion) return
  throw new Failure('archive_unreadable', `The copy ${path} is not like the archive (${wrong ?? 'settings'}).`)
}

const INCREMENTAL = 2

/** SQLite fills an empty file; made so, it is private from its first byte. */
function makeEmpty(path: string): void {
  const db = new Database(path)
  try {
    db.pragma('schema_version')
    makePrivate(path)
  } finally {
    db.close()
  }
}

function openCopy(path: string): Database.Database {
  const db = new Database(path, { fileMustExist: true })
  db.pragma('synchronous = FULL')
  db.pragma('trusted_schema = OFF')
  return db
}

function countOf(db: Database.Database, table: string): number {
  return (
    db
      .prepare<[], number>(`SELECT count(*) FROM "${table.replaceAll('"', '""')}"`)
      .pluck()
      .get() ?? 0
  )
}

function sizeOf(db: Database.Database): number {
  return Number(db.pragma('page_count', { simple: true })) * Number(db.pragma('page_size', { simple: true }))
}
