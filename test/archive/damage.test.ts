import { execFileSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { copiesBeside, restoreCopy, startFresh, wasOurs } from '@main/archive/repair'
import type { RunFilter } from '@shared/filter'
import { describe, expect, it, onTestFinished } from 'vitest'
import { hashFiles, openClient, rowsOf, startProbe } from '../support/archive'
import { openFixture, useTempFolder } from '../support/fixtures'
import { batchOf, createSynthetic, madeParents, madeRun, madeTarget } from '../support/synthetic'

const NOW = new Date('2026-11-25T10:20:30Z')
const ASIDE = 'damaged-2026-11-25T10-20-30'
const ALL: RunFilter = {
  sourceId: 1,
  tier: 'all',
  span: { fromUs: null, toUs: null },
  targetId: null,
  conditions: [{ field: 'text', op: 'is', value: 'nothing says this' }],
}

describe('a damaged archive', () => {
  const folder = useTempFolder()

  /** An archive with runs, closed; several megabytes, so that no cache holds all of it. */
  const filled = (runs = 20_000): string => {
    const path = folder.path('hassette.db')
    const { db, epoch } = createSynthetic(path)
    const { appender } = epoch()
    appender.update(madeParents([madeTarget(1)]))
    for (let first = 0; first < runs; first += 1000) {
      appender.append(
        batchOf(Array.from({ length: 1000 }, (_, index) => madeRun(first + index + 1, { status: index % 2 }))),
      )
    }
    db.close()
    return path
  }

  /** Overwrites the middle of a file, in a process of its own. */
  const overwrite = (path: string): void => {
    const script = `const fs = require('node:fs'); const [path] = process.argv.slice(1)
      const file = fs.openSync(path, 'r+'); const { size } = fs.fstatSync(file)
      const junk = Buffer.alloc(4096, 0xa5)
      for (let at = 100 * 4096; at < size; at += 4096) fs.writeSync(file, junk, 0, 4096, at)
      fs.closeSync(file)`
    execFileSync(process.execPath, ['-e', script, path])
  }

  it('is found out by the first question that meets the damage; started fresh, nothing of it is lost', async () => {
    const path = filled()
    overwrite(path)
    const client = openClient(path)
    await client.reached('ready')
    const asked = client.read['runs.count']({ filter: ALL })
    await expect(asked).rejects.toMatchObject({ code: 'archive_unreadable' })
    expect(await client.reached('unavailable')).toMatchObject({
      problem: { code: 'archive_unreadable', message: expect.stringContaining('damaged'), hint: expect.any(String) },
    })
    await client.close()

    const [damaged] = hashFiles(path)
    expect(wasOurs(path)).toBe(true)
    expect(startFresh(path, NOW)).toBe(path)
    const again = openClient(path)
    await again.reached('ready')
    expect(await again.read.sources()).toEqual([])
    expect(hashFiles(`${path}.${ASIDE}`)).toEqual([damaged])
  })

  it('is found out by the writer, too', async () => {
    const path = filled()
    const source = openFixture('seed-healthy', folder.path('source'))
    overwrite(path)
    const client = openClient(path)
    await client.reached('ready')
    await expect(
      client.write
        .addFileSource({ path: source, name: 'x', mode: 'snapshot', shiftUs: 0 })
        .then(({ sourceId }) => client.write.syncFileSource({ sourceId, shiftUs: 0 })),
    ).rejects.toMatchObject({ code: 'archive_unreadable' })
    expect(await client.reached('unavailable')).toMatchObject({ problem: { code: 'archive_unreadable' } })
  })

  it.skipIf(process.platform === 'win32').each([
    ['deleted', (path: string) => rmSync(path)],
    ['replaced', (path: string) => (copyFileSync(path, `${path}.other`), renameSync(`${path}.other`, path))],
    ['moved with its folder', () => renameSync(folder.path('home'), folder.path('elsewhere'))],
  ])('says that it was %s under us, and opens what is there then', async (_, meddle) => {
    mkdirSync(folder.path('home'))
    const path = folder.path('home/hassette.db')
    const source = openFixture('seed-healthy', folder.path('source'))
    const client = openClient(path, { lookMs: 5 })
    const { sourceId } = await client.write.addFileSource({ path: source, name: 'x', mode: 'snapshot', shiftUs: 0 })
    await client.write.syncFileSource({ sourceId, shiftUs: 0 })
    meddle(path)
    expect(await client.reached('unavailable')).toMatchObject({
      problem: { code: 'archive_unreadable', message: expect.stringMatching(/deleted, moved or replaced/) },
    })
    await expect(client.read.sources()).rejects.toMatchObject({ code: 'archive_unreadable' })
    mkdirSync(folder.path('home'), { recursive: true })
    expect(await client.retry()).toEqual({ kind: 'ready' })
    expect(Array.isArray(await client.read.sources())).toBe(true)
    // What was closed on purpose did not die, also when somebody tries again meanwhile.
    expect(client.faults).toEqual([])
    expect(client.states.filter(({ kind }) => kind === 'restarting')).toEqual([])
  })

  it('leaves the log of another file alone that took its place', async () => {
    const path = folder.path('hassette.db')
    const client = openClient(path, { lookMs: 5 })
    await client.write.addRecording({ name: 'x' })
    for (const part of ['', '-wal', '-shm']) renameSync(path + part, folder.path('old') + part)
    const other = startProbe('open', path)
    await other.next()
    await client.reached('unavailable')
    await client.close()
    // Closing the old one must not take the new one's WAL away.
    expect(existsSync(`${path}-wal`)).toBe(true)
    other.child.stdin.end()
    await other.ended
  })

  it.each([
    ['a newer version wrote it', 'archive_newer', () => changed(filled(1000), 'PRAGMA user_version = 99'), /newer/],
    ['it is Hassette’s own', 'archive_foreign', () => openFixture('live-0.60', folder.path('x')), /Hassette's own/],
    [
      'another process has it',
      'archive_locked',
      async () => {
        const path = filled(1000)
        const other = startProbe('open', path)
        await other.next()
        onTestFinished(() => void other.child.kill())
        return path
      },
      /in use by process/,
    ],
  ])('is not opened when %s (%s), and stays as it was', async (_, code, make, words) => {
    const path = await make()
    const before = code === 'archive_locked' ? [] : hashFiles(path)
    const client = openClient(path)
    expect(await client.reached('unavailable')).toMatchObject({
      problem: { code, message: expect.stringMatching(words), hint: expect.any(String) },
    })
    await client.close()
    if (code !== 'archive_locked') expect(hashFiles(path)).toEqual(before)
  })

  it('gives way to the copy made before the last migration', async () => {
    const path = filled(1000)
    copyFileSync(path, `${path}.before-0001`)
    copyFileSync(path, `${path}.before-0002`)
    copyFileSync(path, `${path}.before-0010.part`)
    writeFileSync(`${path}-wal`, 'left over')
    const [copy] = hashFiles(`${path}.before-0002`)
    changed(path, 'PRAGMA user_version = 99')
    writeFileSync(`${path}-wal`, 'left over')
    const [newer] = hashFiles(path)
    expect(copiesBeside(path).map((each) => basename(each))).toEqual([
      'hassette.db.before-0002',
      'hassette.db.before-0001',
    ])
    restoreCopy(path, NOW)
    expect(hashFiles(path, `${path}.${ASIDE}`)).toEqual([copy, newer])
    expect(readdirSync(folder.path(''))).toContain(`hassette.db.${ASIDE}-wal`)
    expect(existsSync(`${path}-wal`)).toBe(false)
    const client = openClient(path)
    await client.reached('ready')
    expect(rowsOf(path, 'SELECT 1 FROM runs')).toHaveLength(1000)
    await client.close()
    // The second time in the same second does not write over the first.
    restoreCopyOrNot(path)
    startFresh(path, NOW)
    expect(hashFiles(`${path}.${ASIDE}`)).toEqual([newer])
    expect(existsSync(`${path}.${ASIDE}-2`)).toBe(true)
  })

  it('stays where it is when there is no copy', () => {
    const path = filled(1000)
    const before = hashFiles(path)
    expect(() => restoreCopy(path, NOW)).toThrowError(expect.objectContaining({ code: 'not_found' }))
    expect(hashFiles(path)).toEqual(before)
  })

  const restoreCopyOrNot = (path: string) => {
    try {
      restoreCopy(path, NOW)
    } catch {
      // The copies go with the first start that has nothing to migrate.
    }
  }

  const changed = (path: string, sql: string): string => {
    execFileSync(process.execPath, [
      '-e',
      `const Database = require(process.argv[1]); const db = new Database(process.argv[2]); db.exec(process.argv[3]); db.close()`,
      createRequire(import.meta.url).resolve('better-sqlite3'),
      path,
      sql,
    ])
    return path
  }
})
