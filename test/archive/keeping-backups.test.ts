import { execFileSync } from 'node:child_process'
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { describe, expect, it } from 'vitest'
import { hashFiles, rowsOf } from '../support/archive'
import { openFixture } from '../support/fixtures'
import { dumpTables } from '../support/table-dump'
import { startWatching } from '../support/watching'
import { waitFor } from '../support/wait'
import { logged, overwrite, useKeptHome } from './kept-home'

/** What follows the archive into every copy, but for what is written when it is opened. */
const CONTENT = ['retention_log', 'sqlite_sequence', 'meta', 'sources', 'rollups', 'group_rollups', 'streams']

describe('work on the archive of a home', () => {
  const { folder, archive, start, hassette, isWhole } = useKeptHome()

  it('backs up again over an older backup, never over anything else', async () => {
    const writer = await hassette(50)
    const { copies, hasRuns, stop } = await start([writer.path])
    await hasRuns(50)
    const backup = folder.path('backup.db')
    expect(await copies.backUp(backup)).toMatchObject({ outcome: 'done', file: backup, problem: null })
    await writer.run({ count: 25 })
    await hasRuns(75)
    expect(await copies.backUp(backup)).toMatchObject({ outcome: 'done', file: backup })
    expect(rowsOf(backup, 'SELECT count(*) AS n FROM runs')).toEqual([{ n: 75 }])
    const notes = folder.path('notes.txt')
    writeFileSync(notes, 'mine')
    for (const [path, code] of [
      [archive(), 'invalid_input'],
      [writer.path, 'archive_foreign'],
      [notes, 'archive_unreadable'],
      [folder.path('no/such/folder.db'), 'archive_unreadable'],
    ] as const) {
      expect(await copies.backUp(path)).toMatchObject({ outcome: 'failed', problem: { code } })
    }
    // A folder gets a file with a name of its own.
    mkdirSync(folder.path('backups'))
    const { file } = await copies.backUp(folder.path('backups'))
    expect(file).toMatch(/backups\/hassette-backup-\d{4}-\d\d-\d\d\.db$/)
    expect(readdirSync(folder.path('backups'))).toHaveLength(1)
    await stop()
    expect(dumpTables(file ?? '', CONTENT)).toEqual(dumpTables(archive(), CONTENT))
    expect(logged(archive())).toEqual(['backup', 'backup', 'backup'])
  })

  it('backs up to no file of a Hassette, by whatever name, and over nothing that is not ours', async () => {
    const writer = await hassette(50)
    const gone = folder.path('home/gone.db')
    mkdirSync(folder.path('home'))
    const { copies, hasRuns } = await start([writer.path, gone])
    await hasRuns(50)
    const wal = `${writer.path}-wal`
    writeFileSync(folder.path('empty.txt'), '')
    linkSync(wal, folder.path('hard.db'))
    symlinkSync(wal, folder.path('soft.db'))
    symlinkSync(folder.path('home'), folder.path('other-name'))
    // A Hassette that was just moved away: nothing is there, but for its WAL.
    writeFileSync(folder.path('moved.db-wal'), 'pages')
    const before = [statSync(wal).ino, readdirSync(folder.path('.')).toSorted()]
    const refused = [
      [wal, 'archive_foreign'],
      [wal.toUpperCase(), 'archive_foreign'],
      [`${wal} `, 'archive_foreign'],
      [folder.path('new.db-journal'), 'archive_foreign'],
      [folder.path('new.lock'), 'archive_foreign'],
      [folder.path('soft.db'), 'archive_foreign'],
      [folder.path('hard.db'), 'archive_foreign'],
      [gone, 'archive_foreign'],
      [folder.path('other-name/gone.db'), 'archive_foreign'],
      [folder.path('moved.db'), 'archive_unreadable'],
      [folder.path('empty.txt'), 'archive_unreadable'],
    ] as const
    const kept = (): unknown => expect.unreachable()
    for (const [path, code] of refused) {
      for (const done of [
        await copies.backUp(path),
        await copies.move(path, 'copy', kept),
        await copies.move(path, 'fresh', kept),
      ]) {
        expect({ path, ...done }).toMatchObject({ path, outcome: 'failed', problem: { code } })
      }
    }
    expect([statSync(wal).ino, readdirSync(folder.path('.')).toSorted()]).toEqual(before)
    expect(readdirSync(folder.path('home'))).toEqual([])
    await writer.run({ count: 5 })
    await hasRuns(55)
  })

  it('leaves a file alone that somebody put there while the copy was made', async () => {
    const writer = await hassette(50)
    const place = folder.path('place.db')
    const { copies, hasRuns } = await start([writer.path], (copier) => ({
      ...copier,
      copy: async (request, options) => {
        const report = await copier.copy(request, options)
        writeFileSync(place, 'mine')
        return report
      },
    }))
    await hasRuns(50)
    const kept = (): unknown => expect.unreachable()
    for (const work of [() => copies.backUp(place), () => copies.move(place, 'copy', kept)]) {
      expect(await work()).toMatchObject({ outcome: 'failed', problem: { code: 'archive_unreadable' } })
      expect(readFileSync(place, 'utf8')).toBe('mine')
      rmSync(place)
    }
    expect(readdirSync(folder.path('.')).filter((name) => name.startsWith('place'))).toEqual([])
  })

  it('restores a backup: what was there lies beside it, and what Hassette has since is read again', async () => {
    const writer = await hassette(50)
    const { copies, hasRuns, stop } = await start([writer.path])
    await hasRuns(50)
    const backup = folder.path('backup.db')
    await copies.backUp(backup)
    await writer.run({ count: 25 })
    await hasRuns(75)
    const [before] = hashFiles(backup)
    const done = await copies.restore(backup)
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
    const { copies, hasRuns } = await start([writer.path])
    await hasRuns(50)
    const { ino } = statSync(archive())
    const damaged = folder.path('damaged.db')
    writeFileSync(damaged, 'x'.repeat(10_000))
    // Its header and what is asked of it first are sound.
    const rotten = folder.path('rotten.db')
    await copies.backUp(rotten)
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
      expect(await copies.restore(path)).toMatchObject({ outcome: 'failed', problem: { code } })
    }
    expect(await copies.restore(rotten)).toMatchObject({
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
    await waitFor('the refusal', () => other.home.state().kind === 'unavailable')
    // Sound, but no reason to move what is not ours.
    const made = await startWatching(backup, writer.path)
    await made.close()
    expect(await other.copies.restore(backup)).toMatchObject({
      outcome: 'failed',
      problem: { code: 'archive_foreign' },
    })
    expect(hashFiles(archive())).toEqual([before])
  })

  it('leaves the sample for what a backup holds; the sample itself is neither copied nor moved', async () => {
    const source = openFixture('live-v9', folder.path('source'))
    const first = await start([source])
    await first.hasRuns(2949)
    const backup = folder.path('backup.db')
    await first.copies.backUp(backup)
    await first.stop()
    execFileSync('rm', ['-r', folder.path('data')])

    const { copies, home, hasRuns } = await start([])
    await waitFor('the sample', () => home.isSample())
    await waitFor('its source', async () => (await home.sources()).some(({ mode }) => mode === 'sample'))
    for (const refused of [
      () => copies.compact(),
      () => copies.backUp(folder.path('x.db')),
      () => copies.move(folder.path('y.db'), 'copy', () => undefined),
    ]) {
      await expect(refused()).rejects.toMatchObject({ code: 'invalid_input' })
    }
    expect(await copies.restore(backup)).toMatchObject({ outcome: 'done' })
    await hasRuns(2949)
    expect(home.isSample()).toBe(false)
    expect(await home.sources()).toMatchObject([{ path: source }])
  })

  it('leaves the user’s archive alone where the sample was asked for', async () => {
    const { copies } = await start([], undefined, true)
    await expect(copies.restore(folder.path('x.db'))).rejects.toMatchObject({ code: 'invalid_input' })
    await expect(copies.move(folder.path('x.db'), 'fresh', () => undefined)).rejects.toMatchObject({
      code: 'invalid_input',
    })
    expect(existsSync(archive())).toBe(false)
  })
})
