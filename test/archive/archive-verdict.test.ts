import {
  chmodSync,
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { openWriter } from '@archive/threads'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { rowsOf } from '../support/archive'
import { openFixture, useTempFolder } from '../support/fixtures'
import { batchOf, createSynthetic, madeParents, madeRun, madeTarget } from '../support/synthetic'
import { copier } from './copies'

describe('whether an archive is sound', () => {
  const folder = useTempFolder()

  function archive(runs = 20_000): string {
    const path = folder.path('archive.db')
    const { db, epoch } = createSynthetic(path)
    const { appender } = epoch()
    appender.update(madeParents([madeTarget(1)]))
    appender.append(batchOf(Array.from({ length: runs }, (_, index) => madeRun(index + 1, { status: 1 }))))
    db.close()
    return path
  }

  it.each<[string, () => string, string]>([
    ['that was closed', () => archive(), 'sound'],
    ['that a crash left with its WAL', () => withWal(archive(10)), 'sound'],
    ['that may not be written', () => (chmodSync(archive(10), 0o444), folder.path('archive.db')), 'sound'],
    ['of which the end is missing', () => (truncateSync(archive(), 40_960), folder.path('archive.db')), 'damaged'],
    ['with a page of noise', () => (overwrite(archive(), 4096 * 20, 4096), folder.path('archive.db')), 'damaged'],
    ['with a header of text', () => (overwrite(archive(10), 0, 28), folder.path('archive.db')), 'damaged'],
    ['without a table of ours', () => altered(archive(10), 'DROP VIEW executions; DROP TABLE blocks'), 'damaged'],
    ['of a newer version', () => altered(archive(10), 'PRAGMA user_version = 999'), 'newer'],
    ['that is empty', () => (writeFileSync(folder.path('e.db'), ''), folder.path('e.db')), 'damaged'],
    ['that is a folder', () => (mkdirSync(folder.path('d')), folder.path('d')), 'damaged'],
    ['that is not there', () => folder.path('none.db'), 'nothing'],
    ["that is Hassette's", () => openFixture('live-v9', folder.path('x')), 'foreign'],
  ])('one %s', async (_what, make, verdict) => {
    expect(await copier().judge(make())).toBe(verdict)
  })

  it('is not known of one that another process keeps to itself', async () => {
    const path = archive(10)
    const holder = new Database(path)
    holder.pragma('locking_mode = EXCLUSIVE')
    holder.exec('BEGIN EXCLUSIVE; CREATE TABLE x (y); COMMIT')
    expect(await copier().judge(path)).toBe('unknown')
    holder.close()
  })

  it('leaves it as it can be opened', async () => {
    const path = archive(10)
    await copier().judge(path)
    openWriter(path, () => undefined).close()
    expect(rowsOf(path, 'SELECT id FROM runs')).toHaveLength(10)
  })

  function withWal(path: string): string {
    const db = new Database(path)
    db.exec("UPDATE sources SET name = 'renamed'")
    const left = folder.path('left.db')
    for (const end of ['', '-wal']) copyFileSync(path + end, left + end)
    db.close()
    return left
  }

  /** Nobody has the file open here. */
  function overwrite(path: string, at: number, length: number): void {
    const file = openSync(path, 'r+')
    writeSync(file, Buffer.alloc(length, 0xa5), 0, length, at)
    closeSync(file)
  }

  function altered(path: string, sql: string): string {
    const db = new Database(path)
    db.exec(sql)
    db.close()
    return path
  }
})
