import { Failure } from '@shared/result'
import type { Database } from 'better-sqlite3'
import { isMissing, makePrivate, removeFile, renameFile } from '../../file-facts'

/** One file of `migrations/`. */
export interface Migration {
  number: number
  name: string
  sql: string
}

const bundled = import.meta.glob<string>('../../../../../migrations/*.sql', {
  query: '?raw',
  eager: true,
  import: 'default',
})

/** Every migration of this version of the app, in order. */
export const MIGRATIONS: readonly Migration[] = Object.entries(bundled)
  .flatMap(([path, sql]) => {
    const found = /\/(\d{4})-([\w-]+)\.sql$/.exec(path)
    return found?.[1] && found[2] ? [{ number: Number(found[1]), name: found[2], sql }] : []
  })
  .sort((a, b) => a.number - b.number)

/** Number of the newest migration. */
export function newestSchema(migrations: readonly Migration[] = MIGRATIONS): number {
  return migrations.at(-1)?.number ?? 0
}

/** Refuses a file that a newer version of the app has written; it is not touched. */
export function refuseNewer(path: string, schemaVersion: number, migrations: readonly Migration[] = MIGRATIONS): void {
  const known = newestSchema(migrations)
  if (schemaVersion <= known) return
  const copy = copyName(path, known + 1)
  throw new Failure(
    'archive_newer',
    `${path} was written by a newer Hassette Monitor (schema ${schemaVersion}; this one knows ${known}).`,
    isMissing(copy)
      ? 'Install the newer version again, or choose another place for the archive (db_path).'
      : `Install the newer version again, or go back to the copy made before the update: ${copy}.`,
  )
}

/**
 * Brings the file to the newest schema, each migration in a transaction of its own. Returns its version. A file that
 * holds runs is copied first; the copy stays until the next start that finds nothing to do.
 */
export function migrate(db: Database, path: string, migrations: readonly Migration[] = MIGRATIONS): number {
  const version = Number(db.pragma('user_version', { simple: true }))
  refuseNewer(path, version, migrations)
  const pending = migrations.filter((migration) => migration.number > version)
  const [first] = pending
  if (!first) {
    for (const { number } of migrations) removeFile(copyName(path, number))
    return version
  }
  if (holdsRuns(db)) copyBefore(db, path, first.number)
  for (const migration of pending) applyOne(db, migration)
  return newestSchema(migrations)
}

/** `hassette.db.before-0007`: the file as it was before migration 7. */
export function copyName(path: string, migration: number): string {
  return `${path}.before-${String(migration).padStart(4, '0')}`
}

function applyOne(db: Database, migration: Migration): void {
  db.exec('BEGIN IMMEDIATE')
  try {
    db.exec(migration.sql)
    db.pragma(`user_version = ${migration.number}`)
    db.exec('COMMIT')
  } catch (error) {
    if (db.inTransaction) db.exec('ROLLBACK')
    throw error
  }
}

function holdsRuns(db: Database): boolean {
  const hasTable = db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'runs'").get()
  return hasTable !== undefined && db.prepare('SELECT 1 FROM runs LIMIT 1').get() !== undefined
}

function copyBefore(db: Database, path: string, migration: number): void {
  const copy = copyName(path, migration)
  const unfinished = `${copy}.part`
  removeFile(unfinished)
  db.prepare('VACUUM INTO ?').run(unfinished)
  makePrivate(unfinished)
  renameFile(unfinished, copy)
}
