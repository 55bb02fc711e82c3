import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { oldOf, partOf } from '@main/archive/files'
import { openWriter } from '@archive/threads'
import { describe, expect, it } from 'vitest'
import { openFixture, useTempFolder } from '../support/fixtures'
import { dumpTables } from '../support/table-dump'
import { copier, madeArchive, quiet, RUNS } from './copies'

describe('an app that ended while it compacted', () => {
  const folder = useTempFolder()
  const archive = () => madeArchive(folder.path('hassette.db'), openFixture('live-v9', folder.path('source')))

  it('before the copy lay in its place: the archive is put back', async () => {
    const path = await archive()
    const before = dumpTables(path)
    const { copy } = copier()
    await copy({ from: path, to: path, journal: 'wal' }, quiet)
    execFileSync('mv', [path, oldOf(path)])
    const writer = openWriter(path, () => undefined)
    expect(writer.facts.created).toBe(false)
    writer.close()
    expect(readdirSync(folder.path('.')).toSorted()).toEqual(['hassette.db', 'hassette.db.lock', 'source'])
    expect(dumpTables(path)).toEqual(before)
  })

  it('while the copy was written: what there is of it goes', async () => {
    const path = await archive()
    execFileSync('cp', [path, partOf(path)])
    openWriter(path, () => undefined).close()
    expect(readdirSync(folder.path('.')).toSorted()).toEqual(['hassette.db', 'hassette.db.lock', 'source'])
  })

  it('after: the copy is opened, and what it replaced goes', async () => {
    const path = await archive()
    const before = dumpTables(path)
    const { copy, place } = copier()
    await copy({ from: path, to: path, journal: 'wal' }, quiet)
    await place(path, oldOf(path))
    expect(existsSync(oldOf(path))).toBe(true)
    openWriter(path, () => undefined).close()
    expect(existsSync(oldOf(path))).toBe(false)
    expect(dumpTables(path)).toEqual(before)
  })

  it('a copy that cannot be opened leaves what it replaced', async () => {
    const path = await archive()
    execFileSync('cp', [path, oldOf(path)])
    writeFileSync(path, 'damaged '.repeat(1000))
    expect(() => openWriter(path, () => undefined)).toThrow(expect.objectContaining({ code: 'archive_unreadable' }))
    expect(dumpTables(oldOf(path))['runs']?.rows).toBe(RUNS)
  })
})
