import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { APPLICATION_ID, newestSchema } from '@archive/core'
import { oldOf, partOf } from '@main/archive/files'
import { databaseBytes, requireRoom } from '@main/maintenance/disk'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { hashFiles, openClient, rowsOf, startProbe } from '../support/archive'
import { openFixture, useTempFolder } from '../support/fixtures'
import { onSmallDisk } from '../support/small-disk'
import { dumpTables } from '../support/table-dump'
import { copier, madeArchive, quiet, RUNS } from './copies'

function pragma(path: string, name: string): unknown {
  const db = new Database(path, { readonly: true })
  try {
    return db.pragma(name, { simple: true })
  } finally {
    db.close()
  }
}

describe('a copy of the archive', () => {
  const folder = useTempFolder()
  const archive = () => madeArchive(folder.path('hassette.db'), openFixture('live-v9', folder.path('source')))

  it('holds every row, is compact, private, and set up as an archive is', async () => {
    const path = await archive()
    const { look, copy, place } = copier()
    const found = await look(path)
    expect(found).toMatchObject({ kind: 'archive', schemaVersion: newestSchema(), runs: RUNS })
    const to = folder.path('copy.db')
    const report = await copy({ from: path, to, journal: 'wal' }, quiet)
    expect(report.runs).toBe(RUNS)
    expect(existsSync(to)).toBe(false)
    expect(statSync(partOf(to)).mode & 0o777).toBe(0o600)
    await place(to, oldOf(to))
    expect(readdirSync(folder.path('.')).filter((name) => name.startsWith('copy'))).toEqual(['copy.db'])

    expect(dumpTables(to)).toEqual(dumpTables(path))
    expect(statSync(to).size).toBe(report.bytes)
    expect(report.bytes).toBeLessThan(statSync(path).size - 1_500_000)
    const settings = ['journal_mode', 'auto_vacuum', 'application_id', 'user_version', 'page_size', 'freelist_count']
    expect(settings.map((name) => pragma(to, name))).toEqual(['wal', 2, APPLICATION_ID, newestSchema(), 4096, 0])
    // About what was foretold, lest a full disk is met on the way.
    expect(found.kind === 'archive' && Math.abs(found.usedBytes - report.bytes)).toBeLessThan(200_000)
  })

  it('a backup is one file that another reader needs nothing beside', async () => {
    const path = await archive()
    const { copy, place, check } = copier()
    const to = folder.path('backup.db')
    await copy({ from: path, to, journal: 'delete' }, quiet)
    await place(to, oldOf(to))
    expect(pragma(to, 'journal_mode')).toBe('delete')
    expect(await check(to)).toMatchObject({ kind: 'archive', runs: RUNS })
    expect(dumpTables(to)).toEqual(dumpTables(path))
  })

  it('is taken while runs arrive: what was committed before is in it, and the archive stays open', async () => {
    const path = await archive()
    const client = openClient(path)
    await client.reached('ready')
    const source = openFixture('seed-large-volume', folder.path('large'))
    const { sourceId } = await client.write.addFileSource({ path: source, name: 'y', mode: 'snapshot', shiftUs: 0 })
    const { copy } = copier()
    const reading = client.write.syncFileSource({ sourceId, shiftUs: 0 })
    const to = folder.path('copy.db')
    const { runs } = await copy({ from: path, to, journal: 'delete' }, quiet)
    await reading
    expect(runs).toBeGreaterThanOrEqual(RUNS)
    expect(pragma(partOf(to), 'integrity_check')).toBe('ok')
    const inCopy = rowsOf<{ id: number }>(partOf(to), 'SELECT id FROM runs ORDER BY id')
    const inArchive = new Set(rowsOf<{ id: number }>(path, 'SELECT id FROM runs').map(({ id }) => id))
    expect(inCopy.every(({ id }) => inArchive.has(id))).toBe(true)
    expect(inCopy).toHaveLength(runs)
  })

  it('tells how it grows', async () => {
    const path = await archive()
    const db = new Database(path)
    db.exec('CREATE TABLE filler (x)')
    const fill = db.prepare('INSERT INTO filler VALUES (randomblob(1000000))')
    for (let n = 0; n < 150; n++) fill.run()
    db.close()
    const { look, copy } = copier()
    const found = await look(path)
    const shares: number[] = []
    const expectedBytes = found.kind === 'archive' ? found.usedBytes : 1
    await copy(
      { from: path, to: folder.path('c.db'), journal: 'wal' },
      { ...quiet, expectedBytes, onShare: (share) => shares.push(share) },
    )
    expect(shares.length).toBeGreaterThan(0)
    expect(shares).toEqual(shares.toSorted((a, b) => a - b))
    expect(shares.every((share) => share > 0 && share <= 1)).toBe(true)
  })

  it('cancelled while SQLite writes it, it ends and leaves no file', async () => {
    const path = await archive()
    const { copy } = copier()
    const stop = new AbortController()
    const to = folder.path('copy.db')
    const copying = copy({ from: path, to, journal: 'wal' }, { ...quiet, signal: stop.signal })
    const failed = expect(copying).rejects.toMatchObject({ code: 'cancelled' })
    stop.abort()
    await failed
    expect(readdirSync(folder.path('.'))).not.toContainEqual(expect.stringMatching(/^copy/))
  })

  it('leaves no file when its thread dies', async () => {
    const part = partOf(folder.path('copy.db'))
    const dying = new URL(
      `data:text/javascript,${encodeURIComponent(`
        import { parentPort } from 'node:worker_threads'
        import { writeFileSync } from 'node:fs'
        parentPort.on('message', () => { writeFileSync(${JSON.stringify(part)}, 'x'); process.exit(3) })`)}`,
    )
    const { copy } = copier(dying)
    const copying = copy({ from: folder.path('a.db'), to: folder.path('copy.db'), journal: 'wal' }, quiet)
    await expect(copying).rejects.toMatchObject({ code: 'internal' })
    expect(existsSync(part)).toBe(false)
  })

  it.skipIf(process.platform !== 'linux')('meets a full disk with words, and leaves no file', async ({ skip }) => {
    const path = await archive()
    await onSmallDisk(folder.path('disk'), '256k', skip, async (disk) => {
      const { copy } = copier()
      const to = `${disk.path}/copy.db`
      await expect(requireRoom(to, await databaseBytes(path))).rejects.toMatchObject({
        code: 'disk_full',
        message: expect.stringMatching(/disk has 262.kB free; the copy needs about \d/u) as string,
      })
      // Somebody else may take the room after we asked.
      await expect(copy({ from: path, to, journal: 'wal' }, quiet)).rejects.toMatchObject({ code: 'disk_full' })
      expect(readdirSync(disk.path)).toEqual([])
    })
    await expect(requireRoom(path, 1000)).resolves.toBeUndefined()
  })

  it('refuses what is no archive, and leaves it as it is', async () => {
    const { look, check } = copier()
    const hassette = openFixture('live-0.60', folder.path('source'))
    const text = folder.path('notes.db')
    writeFileSync(text, 'not a database, but long enough to have a header of one: '.repeat(20))
    const [before] = [hashFiles(hassette, text)]
    for (const verb of [look, check]) {
      await expect(verb(hassette)).rejects.toMatchObject({ code: 'archive_foreign' })
      await expect(verb(text)).rejects.toMatchObject({ code: 'archive_unreadable' })
    }
    expect(hashFiles(hassette, text)).toEqual(before)
    expect(await look(folder.path('nothing.db'))).toEqual({ kind: 'nothing' })
    await expect(check(folder.path('nothing.db'))).rejects.toMatchObject({ code: 'not_found' })
    await expect(look(folder.path('no/folder.db'))).rejects.toMatchObject({ code: 'archive_unreadable' })
  })

  it('refuses a newer archive and a damaged one', async () => {
    const { check } = copier()
    const path = await archive()
    const db = new Database(path)
    db.pragma('journal_mode = DELETE')
    db.pragma(`user_version = ${newestSchema() + 1}`)
    db.close()
    await expect(check(path)).rejects.toMatchObject({ code: 'archive_newer' })
    const mended = new Database(path)
    mended.pragma(`user_version = ${newestSchema()}`)
    const page = mended.prepare<[], number>("SELECT rootpage FROM sqlite_schema WHERE name = 'runs'").pluck().get() ?? 0
    mended.close()
    expect(await check(path)).toMatchObject({ runs: RUNS })
    const script = `const fs = require('node:fs'); const f = fs.openSync(process.argv[1], 'r+')
      fs.writeSync(f, Buffer.alloc(4096, 0xff), 0, 4096, ${(page - 1) * 4096}); fs.closeSync(f)`
    execFileSync(process.execPath, ['-e', script, path])
    await expect(check(path)).rejects.toMatchObject({ code: 'archive_unreadable' })
  })

  it('takes the place of the archive, and gives it back', async () => {
    const path = await archive()
    const before = dumpTables(path)
    const { copy, place, putBack } = copier()
    const aside = folder.path('aside.db')
    await copy({ from: path, to: path, journal: 'wal' }, quiet)
    const [old] = hashFiles(path)
    await place(path, aside)
    expect(hashFiles(aside)).toEqual([old])
    expect(dumpTables(path)).toEqual(before)
    await putBack(path, aside)
    expect(hashFiles(path)).toEqual([old])
    expect(existsSync(aside)).toBe(false)
  })

  it('does not take the place of an archive that is in use, and leaves no file then', async () => {
    const path = await archive()
    const { copy, place } = copier()
    await copy({ from: path, to: path, journal: 'wal' }, quiet)
    const other = startProbe('open', path)
    await other.next()
    const [before] = hashFiles(path)
    await expect(place(path, oldOf(path))).rejects.toMatchObject({ code: 'archive_locked' })
    expect(hashFiles(path)).toEqual([before])
    expect(existsSync(partOf(path))).toBe(false)
    other.child.stdin.end()
    await other.ended
  })
})
