import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Migration } from '@archive/core'
import { APPLICATION_ID, openForWriting, copyName, migrate, MIGRATIONS, newestSchema } from '@archive/core'
import { openWriter } from '@archive/threads'
import type { Database } from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { hashFiles, rowsOf } from '../support/archive'
import { useTempFolder } from '../support/fixtures'
import { batchOf, createSynthetic, madeParents, madeRun, madeTarget } from '../support/synthetic'

const SCHEMA = resolve(import.meta.dirname, '../../migrations/schema.sql')
const next = newestSchema() + 1
const good: Migration = { number: next, name: 'good', sql: 'CREATE TABLE more (id INTEGER PRIMARY KEY) STRICT;' }
const bad: Migration = {
  number: next + 1,
  name: 'bad',
  sql: 'CREATE TABLE half (id INTEGER); INSERT INTO nowhere VALUES (1);',
}

describe('migrations', () => {
  const folder = useTempFolder()
  const version = (path: string) => rowsOf<{ user_version: number }>(path, 'PRAGMA user_version')[0]?.user_version
  const tables = (path: string) =>
    rowsOf<{ name: string }>(path, `SELECT name FROM sqlite_schema WHERE type = 'table'`).map(({ name }) => name)

  /** An archive with a run in it. */
  const filled = (): string => {
    const path = folder.path('archive.db')
    const archive = createSynthetic(path)
    const { appender } = archive.epoch()
    appender.update(madeParents([madeTarget(1)]))
    appender.append(batchOf([madeRun(1)]))
    archive.db.close()
    return path
  }

  it('are numbered without gaps from 1', () => {
    expect(MIGRATIONS.map(({ number }) => number)).toEqual(MIGRATIONS.map((_, index) => index + 1))
    expect(MIGRATIONS.length).toBeGreaterThan(0)
  })

  it('make what migrations/schema.sql says', () => {
    const db = openForWriting(folder.path('archive.db'))
    migrate(db, folder.path('archive.db'))
    const made = schemaOf(db)
    db.close()
    if (process.env['UPDATE_SCHEMA']) writeFileSync(SCHEMA, made)
    expect(made).toBe(readFileSync(SCHEMA, 'utf8'))
  })

  it('make a file that can shrink, with the settings of the design', () => {
    const path = folder.path('archive.db')
    const db = openForWriting(path)
    migrate(db, path)
    const setting = (name: string) => db.pragma(name, { simple: true })
    expect({
      application_id: setting('application_id'),
      page_size: setting('page_size'),
      auto_vacuum: setting('auto_vacuum'),
      journal_mode: setting('journal_mode'),
      synchronous: setting('synchronous'),
      wal_autocheckpoint: setting('wal_autocheckpoint'),
      journal_size_limit: setting('journal_size_limit'),
      busy_timeout: setting('busy_timeout'),
      cache_size: setting('cache_size'),
      temp_store: setting('temp_store'),
      mmap_size: setting('mmap_size'),
      trusted_schema: setting('trusted_schema'),
    }).toEqual({
      application_id: APPLICATION_ID,
      page_size: 4096,
      auto_vacuum: 2,
      journal_mode: 'wal',
      synchronous: 1,
      wal_autocheckpoint: 1000,
      journal_size_limit: 16 * 1024 * 1024,
      busy_timeout: 5000,
      cache_size: -32768,
      temp_store: 2,
      mmap_size: 0,
      trusted_schema: 0,
    })
    db.close()
  })

  it('leave every table STRICT', () => {
    const db = openForWriting(folder.path('archive.db'))
    migrate(db, folder.path('archive.db'))
    const loose = db
      .prepare(
        `SELECT name FROM pragma_table_list WHERE type = 'table' AND schema = 'main' AND NOT strict AND name NOT LIKE 'sqlite_%'`,
      )
      .pluck()
      .all()
    db.close()
    expect(loose).toEqual([])
  })

  it('copy a file that holds runs before the first step, and drop the copy at the next good start', () => {
    const path = filled()
    openWriter(path, () => undefined, [...MIGRATIONS, good]).close()
    const copy = copyName(path, next)
    expect(version(path)).toBe(next)
    expect(version(copy)).toBe(next - 1)
    expect(rowsOf(copy, 'SELECT 1 FROM runs')).toHaveLength(1)
    openWriter(path, () => undefined, [...MIGRATIONS, good]).close()
    expect(existsSync(copy)).toBe(false)
  })

  it('do not copy a file without runs', () => {
    const path = folder.path('archive.db')
    openWriter(path, () => undefined).close()
    openWriter(path, () => undefined, [...MIGRATIONS, good]).close()
    expect(existsSync(copyName(path, next))).toBe(false)
  })

  it('roll back a step that fails, keep the copy and the steps before, and do not open', () => {
    const path = filled()
    expect(() => openWriter(path, () => undefined, [...MIGRATIONS, good, bad])).toThrow(/nowhere/)
    expect(version(path)).toBe(next)
    expect(tables(path)).toContain('more')
    expect(tables(path)).not.toContain('half')
    expect(rowsOf(copyName(path, next), 'SELECT 1 FROM runs')).toHaveLength(1)
    // The lock is free again.
    openWriter(path, () => undefined, [...MIGRATIONS, good]).close()
  })

  it('refuse a file of a newer version, name the copy, and do not touch it', () => {
    const path = filled()
    openWriter(path, () => undefined, [...MIGRATIONS, good]).close()
    const before = hashFiles(path)
    expect(() => openWriter(path, () => undefined)).toThrowError(
      expect.objectContaining({ code: 'archive_newer', hint: expect.stringContaining(copyName(path, next)) }),
    )
    expect(hashFiles(path)).toEqual(before)
  })
})

/** The schema as SQLite has it, in the order of making. */
function schemaOf(db: Database): string {
  const statements = db
    .prepare<[], string>(
      `SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY rowid`,
    )
    .pluck()
    .all()
  const version = String(db.pragma('user_version', { simple: true }))
  return `-- Generated: what the migrations make together (user_version ${version}). See README.md.\n\n${statements.map((sql) => `${sql};`).join('\n\n')}\n`
}
