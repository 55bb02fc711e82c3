import { createHash } from 'node:crypto'
import { Failure } from '@shared/result'
import type { Writable } from './database'
import { isMissing, makePrivate, removeFile, renameFile } from '../../file-facts'
import { createMetaReader, createMetaWriter, META } from './meta'

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

/** What a file at the archive's path says of its schema. */
export interface ArchiveSchema {
  schemaVersion: number
  /** The mark of the first migration that made it (see `markOf`); null where it has none, undefined where none can be read. */
  mark: string | null | undefined
}

/** Reads what an archive says of its schema. */
export function readSchema(db: Writable): ArchiveSchema {
  const schemaVersion = Number(db.pragma('user_version', { simple: true }))
  const hasMeta = db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'meta'").get() !== undefined
  return { schemaVersion, mark: hasMeta ? (createMetaReader(db).text(META.firstMigration) ?? null) : undefined }
}

/**
 * By what the archive knows the first migration that made it: it was rewritten until 0.1.0, under the same number. Words
 * and lines that do not change what it makes do not count.
 */
export function markOf({ sql }: Migration): string {
  const bare = sql.replace(/--.*$/gm, '').replace(/\s+/g, ' ').trim()
  return createHash('sha256').update(bare).digest('hex').slice(0, 16)
}

/**
 * Refuses a file that a newer version of the app has written (`archive_newer`), or one from before the first release, which
 * has other tables under the same number (`archive_unreleased`); it is not touched.
 */
export function refuseOtherSchema(
  path: string,
  { schemaVersion, mark }: ArchiveSchema,
  migrations: readonly Migration[] = MIGRATIONS,
): void {
  const known = newestSchema(migrations)
  const [first] = migrations
  if (schemaVersion > known) {
    const copy = copyName(path, known + 1)
    throw new Failure(
      'archive_newer',
      `${path} was written by a newer Hassette Monitor (schema ${schemaVersion}; this one knows ${known}).`,
      isMissing(copy)
        ? 'Install the newer version again, or choose another place for the archive (db_path).'
        : `Install the newer version again, or go back to the copy made before the update: ${copy}.`,
    )
  }
  if (!first || schemaVersion < first.number || mark === undefined || mark === markOf(first)) return
  throw new Failure(
    'archive_unreleased',
    `${path} was made by a development version of Hassette Monitor from before 0.1.0, which kept its history in another form.`,
    'It stays as it is. Start fresh keeps it under another name and begins a new archive, which reads what Hassette still has.',
    { lasts: true },
  )
}

/**
 * Brings the file to the newest schema, each migration in a transaction of its own. Returns its version. A file that
 * holds runs is copied first; the copy stays until the next start that finds nothing to do.
 */
export function migrate(db: Writable, path: string, migrations: readonly Migration[] = MIGRATIONS): number {
  const schema = readSchema(db)
  refuseOtherSchema(path, schema, migrations)
  const version = schema.schemaVersion
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

function applyOne(db: Writable, migration: Migration): void {
  db.exec('BEGIN IMMEDIATE')
  try {
    db.exec(migration.sql)
    if (migration.number === 1) createMetaWriter(db).set(META.firstMigration, markOf(migration))
    db.pragma(`user_version = ${migration.number}`)
    db.exec('COMMIT')
  } catch (error) {
    if (db.inTransaction) db.exec('ROLLBACK')
    throw error
  }
}

function holdsRuns(db: Writable): boolean {
  const hasTable = db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'runs'").get()
  return hasTable !== undefined && db.prepare('SELECT 1 FROM runs LIMIT 1').get() !== undefined
}

function copyBefore(db: Writable, path: string, migration: number): void {
  const copy = copyName(path, migration)
  const unfinished = `${copy}.part`
  removeFile(unfinished)
  db.prepare('VACUUM INTO ?').run(unfinished)
  makePrivate(unfinished)
  renameFile(unfinished, copy)
}
