import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { createArchiveClient } from '@main/archive/client'
import { oldOf, partOf } from '@main/archive/leftovers'
import { createHome } from '@main/home'
import type { Home } from '@main/home'
import { startCopier } from '@main/storage/copier'
import type { Copier } from '@main/storage/copier'
import { createKeeping } from '@main/storage/keeping'
import { createStorageWorks } from '@main/storage/work'
import type { RunFilter } from '@shared/filter'
import { Failure } from '@shared/result'
import type { StorageWork } from '@shared/storage'
import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ENTRIES, hashFiles, rowsOf, startProbe } from '../support/archive'
import { compareExecutions } from '../support/compare-executions'
import { openFixture, useTempFolder } from '../support/fixtures'
import { startHassetteWriter } from '../support/hassette-writer'
import type { HassetteWriter } from '../support/hassette-writer'
import { dumpTables } from '../support/table-dump'
import { startWatching } from '../support/watching'
import { waitFor } from '../support/wait'

/** What follows the archive into every copy, but for what is written when it is opened. */
const CONTENT = ['retention_log', 'sqlite_sequence', 'meta', 'sources', 'rollups', 'group_rollups', 'streams']

/** Damages pages of a file, in a process of its own: this one must not open a database by `fs`. */
function overwrite(path: string, pages: { page: number }[]): void {
  const script = `const fs = require('node:fs'); const file = fs.openSync(process.argv[1], 'r+')
    for (const { page } of ${JSON.stringify(pages)}) fs.writeSync(file, Buffer.alloc(4096), 0, 4096, (page - 1) * 4096)
    fs.closeSync(file)`
  execFileSync(process.execPath, ['-e', script, path])
}

const anyRun = (sourceId: number): RunFilter => ({
  sourceId,
  tier: 'all',
  span: { fromUs: null, toUs: null },
  targetId: null,
  conditions: [],
})

describe('work on the archive of a home', () => {
  const folder = useTempFolder()
  const archive = (): string => folder.path('data/hassette.db')

  /** `around` may step in between a home and its copier. */
  const start = async (
    sourcePaths: string[],
    around: (copier: Copier) => Copier = (copier) => copier,
    sample = false,
  ) => {
    mkdirSync(folder.path('data'), { recursive: true })
    const warnings: string[] = []
    const home: Home = createHome({
      archivePath: archive(),
      sampleDir: folder.path('data/sample'),
      recordingDir: resolve(import.meta.dirname, '../../resources/sample'),
      sourcePaths,
      forceSample: sample,
      limits: () => ({ retentionDays: 7, frameworkRetentionDays: 7, maxSizeMb: 500 }),
      openArchive: (options) => createArchiveClient({ ...options, ...ENTRIES }),
      onArchiveState: () => undefined,
      onSources: () => undefined,
      onCommitted: () => undefined,
      info: () => undefined,
      warn: (message) => warnings.push(message),
    })
    const works = createStorageWorks((message) => warnings.push(message))
    const warn = (message: string) => warnings.push(message)
    const startOne = (): Copier => around(startCopier(ENTRIES.copier, warn))
    const keeping = createKeeping({ home, works, startCopier: startOne, warn })
    const stop = async (): Promise<void> => {
      await works.stop()
      await home.stop()
    }
    onTestFinished(stop)
    await home.start()
    home.setPace('visible')
    const states: (StorageWork | null)[] = []
    works.onChange((state) => states.push(state))
    const hasRuns = (runs: number): Promise<unknown> =>
      waitFor(`${runs} runs`, async () => {
        const [source] = await home.sources().catch(() => [])
        return source !== undefined && source.appRuns + source.frameworkRuns === runs
      })
    return { home, works, keeping, states, warnings, hasRuns, stop }
  }

  const hassette = async (runs: number): Promise<HassetteWriter> => {
    const writer = await startHassetteWriter(folder.path('hassette.db'), { onEnd: onTestFinished })
    await writer.run({ count: runs })
    return writer
  }

  /** Every run of the Hassette is in the archive once, as it was. */
  const isWhole = async (writer: HassetteWriter): Promise<void> => {
    const copy = folder.path('copy-of-hassette.db')
    await writer.vacuumInto(copy)
    const { equal, ours } = compareExecutions(archive(), copy)
    expect({ equal, total: ours.total }).toEqual({ equal: true, total: writer.committedIds().length })
  }

  const logged = (path: string): string[] =>
    rowsOf<{ reason: string }>(path, 'SELECT reason FROM retention_log ORDER BY id').map(({ reason }) => reason)

  const waste = (path: string): void => {
    const db = new Database(path)
    db.exec('CREATE TABLE filler (x); INSERT INTO filler VALUES (randomblob(3000000)); DROP TABLE filler')
    db.close()
  }

  it('compacts while a Hassette writes: smaller, nothing lost, nothing doubled', async () => {
    const writer = await hassette(400)
    const { keeping, states, hasRuns, stop } = await start([writer.path])
    await hasRuns(400)
    waste(archive())
    const { ino } = statSync(archive())
    const writing = writer.run({ rate: 100, seconds: 60 })
    await waitFor('runs from before', () => writer.committedIds().length > 400)
    const before = writer.committedIds().length
    const done = await keeping.compact()
    expect(done).toMatchObject({ kind: 'compact', outcome: 'done', problem: null })
    expect(done.bytesBefore).toBeGreaterThan(3_000_000)
    expect(done.bytesAfter).toBeLessThan(done.bytesBefore - 2_500_000)
    expect(states.map((state) => state?.step)).toEqual(expect.arrayContaining(['copying', 'replacing']))
    expect(statSync(archive()).ino).not.toBe(ino)
    await waitFor('runs from after', () => writer.committedIds().length > before + 20)
    await writer.stopRun()
    await writing
    await hasRuns(writer.committedIds().length)
    await stop()
    expect(readdirSync(folder.path('data')).toSorted()).toEqual(['hassette.db', 'hassette.db.lock'])
    await isWhole(writer)
    expect(logged(archive())).toEqual(['compact'])
  })

  it('meanwhile nothing is read, and a change that somebody makes waits: it is in the archive that comes', async () => {
    const writer = await hassette(50)
    let whileCopying: () => Promise<void> = () => Promise.resolve()
    const { keeping, home, hasRuns } = await start([writer.path], (copier) => ({
      ...copier,
      copy: async (...request) => {
        const report = await copier.copy(...request)
        await whileCopying()
        return report
      },
    }))
    await hasRuns(50)
    const [source] = await home.sources()
    let renamed: Promise<unknown> = Promise.reject(new Error('not asked for'))
    renamed.catch(() => undefined)
    // Whoever reads sees new runs as soon as this one does.
    const other = await startWatching(folder.path('other.db'), writer.path)
    whileCopying = async () => {
      renamed = home.change(() => home.write().renameSource({ sourceId: source?.id ?? 0, name: 'Attic' }))
      for (const runs of [60, 70]) {
        await writer.run({ count: 10 })
        await other.hasRuns(runs)
      }
      expect(rowsOf(archive(), 'SELECT count(*) AS n FROM runs')).toEqual([{ n: 50 }])
      // The window goes on.
      const { rows } = await home
        .read()
        .runsPage({ filter: anyRun(source?.id ?? 0), direction: 'older', from: null, limit: 60 })
      expect(rows).toHaveLength(50)
      expect(await home.sources()).toMatchObject([{ id: source?.id }])
    }
    expect(await keeping.compact()).toMatchObject({ outcome: 'done', problem: null })
    await renamed
    await hasRuns(70)
    expect(rowsOf(archive(), 'SELECT name FROM sources')).toEqual([{ name: 'Attic' }])
  })

  it('cancelled, everything is as it was and goes on', async () => {
    const writer = await hassette(50)
    const { keeping, works, hasRuns, states } = await start([writer.path])
    await hasRuns(50)
    const { ino } = statSync(archive())
    const working = keeping.compact()
    works.cancel()
    expect(await working).toMatchObject({ outcome: 'cancelled' })
    expect(states.at(-2)).toMatchObject({ cancelling: true })
    expect(statSync(archive()).ino).toBe(ino)
    expect(existsSync(partOf(archive()))).toBe(false)
    expect(logged(archive())).toEqual([])
    await writer.run({ count: 30 })
    await hasRuns(80)
  })

  it('a copy that cannot be opened gives way to what it replaced', async () => {
    const writer = await hassette(50)
    const { keeping, hasRuns } = await start([writer.path], (copier) => ({
      ...copier,
      copy: async (...request) => {
        const report = await copier.copy(...request)
        overwrite(partOf(archive()), [{ page: 1 }])
        return report
      },
    }))
    await hasRuns(50)
    const before = rowsOf(archive(), 'SELECT * FROM runs')
    expect(await keeping.compact()).toMatchObject({ outcome: 'failed', problem: { code: 'archive_unreadable' } })
    await writer.run({ count: 10 })
    await hasRuns(60)
    expect(rowsOf(archive(), 'SELECT * FROM runs').slice(0, before.length)).toEqual(before)
    expect(existsSync(oldOf(archive()))).toBe(false)
  })

  it('backs up again over an older backup, never over anything else', async () => {
    const writer = await hassette(50)
    const { keeping, hasRuns, stop } = await start([writer.path])
    await hasRuns(50)
    const backup = folder.path('backup.db')
    expect(await keeping.backUp(backup)).toMatchObject({ outcome: 'done', file: backup, problem: null })
    await writer.run({ count: 25 })
    await hasRuns(75)
    expect(await keeping.backUp(backup)).toMatchObject({ outcome: 'done', file: backup })
    expect(rowsOf(backup, 'SELECT count(*) AS n FROM runs')).toEqual([{ n: 75 }])
    const notes = folder.path('notes.txt')
    writeFileSync(notes, 'mine')
    for (const [path, code] of [
      [archive(), 'invalid_input'],
      [writer.path, 'archive_foreign'],
      [notes, 'archive_unreadable'],
      [folder.path('no/such/folder.db'), 'archive_unreadable'],
    ] as const) {
      expect(await keeping.backUp(path)).toMatchObject({ outcome: 'failed', problem: { code } })
    }
    // A folder gets a file with a name of its own.
    mkdirSync(folder.path('backups'))
    const { file } = await keeping.backUp(folder.path('backups'))
    expect(file).toMatch(/backups\/hassette-backup-\d{4}-\d\d-\d\d\.db$/)
    expect(readdirSync(folder.path('backups'))).toHaveLength(1)
    await stop()
    expect(dumpTables(file ?? '', CONTENT)).toEqual(dumpTables(archive(), CONTENT))
    expect(logged(archive())).toEqual(['backup', 'backup', 'backup'])
  })

  it('restores a backup: what was there lies beside it, and what Hassette has since is read again', async () => {
    const writer = await hassette(50)
    const { keeping, hasRuns, stop } = await start([writer.path])
    await hasRuns(50)
    const backup = folder.path('backup.db')
    await keeping.backUp(backup)
    await writer.run({ count: 25 })
    await hasRuns(75)
    const [before] = hashFiles(backup)
    const done = await keeping.restore(backup)
    expect(done).toMatchObject({ outcome: 'done', problem: null })
    expect(done.file).toMatch(/hassette\.db\.replaced-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d$/)
    expect(dirname(done.file ?? '')).toBe(dirname(archive()))
    expect(rowsOf(done.file ?? '', 'SELECT count(*) AS n FROM runs')).toEqual([{ n: 75 }])
    expect(hashFiles(backup)).toEqual([before])
    await hasRuns(75)
    await writer.run({ count: 5 })
    await hasRuns(80)
    await stop()
    await isWhole(writer)
    expect(logged(archive())).toEqual(['restore'])
  })

  it('restores nothing that is no sound backup of ours', async () => {
    const writer = await hassette(50)
    const { keeping, hasRuns } = await start([writer.path])
    await hasRuns(50)
    const { ino } = statSync(archive())
    const damaged = folder.path('damaged.db')
    writeFileSync(damaged, 'x'.repeat(10_000))
    // Its header and what is asked of it first are sound.
    const rotten = folder.path('rotten.db')
    await keeping.backUp(rotten)
    overwrite(
      rotten,
      rowsOf<{ page: number }>(rotten, "SELECT rootpage AS page FROM sqlite_schema WHERE name = 'runs'"),
    )
    for (const [path, code] of [
      [writer.path, 'archive_foreign'],
      [damaged, 'archive_unreadable'],
      [folder.path('none.db'), 'not_found'],
      [archive(), 'invalid_input'],
    ] as const) {
      expect(await keeping.restore(path)).toMatchObject({ outcome: 'failed', problem: { code } })
    }
    expect(await keeping.restore(rotten)).toMatchObject({
      outcome: 'failed',
      problem: { code: 'archive_unreadable', message: expect.stringContaining(rotten) as string },
    })
    expect(statSync(archive()).ino).toBe(ino)
    await writer.run({ count: 5 })
    await hasRuns(55)
  })

  it('restores nothing over a database of Hassette’s, even where the archive should be', async () => {
    const writer = await hassette(50)
    mkdirSync(folder.path('data'))
    await writer.vacuumInto(archive())
    const [before] = hashFiles(archive())
    const backup = folder.path('backup.db')
    const other = await start([writer.path], undefined, false)
    await waitFor('the refusal', () => other.home.archiveState().kind === 'unavailable')
    // Sound, but no reason to move what is not ours.
    const made = await startWatching(backup, writer.path)
    await made.close()
    expect(await other.keeping.restore(backup)).toMatchObject({
      outcome: 'failed',
      problem: { code: 'archive_foreign' },
    })
    expect(hashFiles(archive())).toEqual([before])
  })

  it('moves with a copy: the old file stays, and both hold the same', async () => {
    const writer = await hassette(50)
    const { keeping, home, hasRuns, stop } = await start([writer.path])
    await hasRuns(50)
    mkdirSync(folder.path('elsewhere'))
    const settled: string[] = []
    const done = await keeping.move(folder.path('elsewhere'), 'copy', (path) => settled.push(path))
    const moved = folder.path('elsewhere/hassette.db')
    expect(done).toMatchObject({ outcome: 'done', file: archive(), problem: null })
    expect([home.archivePath(), ...settled]).toEqual([moved, moved])
    await hasRuns(50)
    expect(rowsOf(archive(), 'SELECT * FROM runs')).toEqual(rowsOf(moved, 'SELECT * FROM runs'))
    await writer.run({ count: 5 })
    await hasRuns(55)
    await stop()
    expect(readdirSync(folder.path('elsewhere')).toSorted()).toEqual(['hassette.db', 'hassette.db.lock'])
    expect(logged(moved)).toEqual(['move'])
  })

  it('moves nowhere when the place is taken, foreign, in use, or cannot be remembered', async () => {
    const writer = await hassette(50)
    const { keeping, home, hasRuns } = await start([writer.path])
    await hasRuns(50)
    const never = (): void => expect.unreachable()
    const other = folder.path('other.db')
    await keeping.backUp(other)
    for (const [path, how, code] of [
      [other, 'copy', 'invalid_input'],
      [archive(), 'copy', 'invalid_input'],
      [writer.path, 'copy', 'archive_foreign'],
      [writer.path, 'fresh', 'archive_foreign'],
      [archive(), 'fresh', 'invalid_input'],
    ] as const) {
      expect(await keeping.move(path, how, never)).toMatchObject({ outcome: 'failed', problem: { code } })
    }
    const used = startProbe('open', folder.path('used.db'))
    await used.next()
    expect(await keeping.move(folder.path('used.db'), 'fresh', never)).toMatchObject({
      outcome: 'failed',
      problem: { code: 'archive_locked' },
    })
    used.child.stdin.end()
    await used.ended
    const noRoom = () => {
      throw new Failure('disk_full', 'The settings could not be written.')
    }
    const fresh = folder.path('fresh.db')
    expect(await keeping.move(fresh, 'copy', noRoom)).toMatchObject({ problem: { code: 'disk_full' } })
    expect(existsSync(fresh)).toBe(false)
    expect(home.archivePath()).toBe(archive())
    await writer.run({ count: 5 })
    await hasRuns(55)
  })

  it('moves to a new archive, and back to what is there', async () => {
    const writer = await hassette(50)
    const { keeping, home, hasRuns } = await start([writer.path])
    await hasRuns(50)
    const fresh = folder.path('fresh.db')
    expect(await keeping.move(fresh, 'fresh', () => undefined)).toMatchObject({ outcome: 'done', file: archive() })
    expect(home.archivePath()).toBe(fresh)
    // The Hassette of the settings is read into it.
    await hasRuns(50)
    await writer.run({ count: 10 })
    await hasRuns(60)
    expect(rowsOf(archive(), 'SELECT count(*) AS n FROM runs')).toEqual([{ n: 50 }])
    expect(await keeping.move(archive(), 'fresh', () => undefined)).toMatchObject({ outcome: 'done', file: fresh })
    await hasRuns(60)
  })

  it('one at a time', async () => {
    const writer = await hassette(50)
    const { keeping, hasRuns } = await start([writer.path])
    await hasRuns(50)
    const first = keeping.compact()
    await expect(keeping.backUp(folder.path('b.db'))).rejects.toMatchObject({ code: 'busy' })
    expect(await first).toMatchObject({ outcome: 'done' })
  })

  it('leaves the sample for what a backup holds; the sample itself is neither copied nor moved', async () => {
    const source = openFixture('live-v9', folder.path('source'))
    const first = await start([source])
    await first.hasRuns(2949)
    const backup = folder.path('backup.db')
    await first.keeping.backUp(backup)
    await first.stop()
    execFileSync('rm', ['-r', folder.path('data')])

    const { keeping, home, hasRuns } = await start([])
    await waitFor('the sample', () => home.isSample())
    await waitFor('its source', async () => (await home.sources()).some(({ mode }) => mode === 'sample'))
    for (const refused of [
      () => keeping.compact(),
      () => keeping.backUp(folder.path('x.db')),
      () => keeping.move(folder.path('y.db'), 'copy', () => undefined),
    ]) {
      await expect(refused()).rejects.toMatchObject({ code: 'invalid_input' })
    }
    expect(await keeping.restore(backup)).toMatchObject({ outcome: 'done' })
    await hasRuns(2949)
    expect(home.isSample()).toBe(false)
    expect(await home.sources()).toMatchObject([{ path: source }])
  })

  it('leaves the user’s archive alone where the sample was asked for', async () => {
    const { keeping } = await start([], undefined, true)
    await expect(keeping.restore(folder.path('x.db'))).rejects.toMatchObject({ code: 'invalid_input' })
    await expect(keeping.move(folder.path('x.db'), 'fresh', () => undefined)).rejects.toMatchObject({
      code: 'invalid_input',
    })
    expect(existsSync(archive())).toBe(false)
  })
})
