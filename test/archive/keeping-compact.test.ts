import { existsSync, readdirSync, statSync } from 'node:fs'
import { oldOf, partOf } from '@main/archive/files'
import type { RunFilter } from '@shared/filter'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { rowsOf } from '../support/archive'
import { startWatching } from '../support/watching'
import { waitFor } from '../support/wait'
import { logged, overwrite, useKeptHome } from './kept-home'

const anyRun = (sourceId: number): RunFilter => ({
  sourceId,
  tier: 'all',
  span: { fromUs: null, toUs: null },
  targetId: null,
  conditions: [],
})

describe('work on the archive of a home', () => {
  const { folder, archive, start, hassette, isWhole } = useKeptHome()

  const waste = (path: string): void => {
    const db = new Database(path)
    db.exec('CREATE TABLE filler (x); INSERT INTO filler VALUES (randomblob(3000000)); DROP TABLE filler')
    db.close()
  }

  it('compacts while a Hassette writes: smaller, nothing lost, nothing doubled', async () => {
    const writer = await hassette(400)
    const { copies, states, hasRuns, stop } = await start([writer.path])
    await hasRuns(400)
    waste(archive())
    const { ino } = statSync(archive())
    const writing = writer.run({ rate: 100, seconds: 60 })
    await waitFor('runs from before', () => writer.committedIds().length > 400)
    const before = writer.committedIds().length
    const done = await copies.compact()
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
    const { copies, home, hasRuns } = await start([writer.path], (copier) => ({
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
        ['runs.page']({ filter: anyRun(source?.id ?? 0), direction: 'older', from: null, limit: 60 })
      expect(rows).toHaveLength(50)
      expect(await home.sources()).toMatchObject([{ id: source?.id }])
    }
    expect(await copies.compact()).toMatchObject({ outcome: 'done', problem: null })
    await renamed
    await hasRuns(70)
    expect(rowsOf(archive(), 'SELECT name FROM sources')).toEqual([{ name: 'Attic' }])
  })

  it('cancelled, everything is as it was and goes on', async () => {
    const writer = await hassette(50)
    const { copies, jobs, hasRuns, states } = await start([writer.path])
    await hasRuns(50)
    const { ino } = statSync(archive())
    const working = copies.compact()
    jobs.cancel()
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
    const { copies, hasRuns } = await start([writer.path], (copier) => ({
      ...copier,
      copy: async (...request) => {
        const report = await copier.copy(...request)
        overwrite(partOf(archive()), [{ page: 1 }])
        return report
      },
    }))
    await hasRuns(50)
    const before = rowsOf(archive(), 'SELECT * FROM runs')
    expect(await copies.compact()).toMatchObject({ outcome: 'failed', problem: { code: 'archive_unreadable' } })
    await writer.run({ count: 10 })
    await hasRuns(60)
    expect(rowsOf(archive(), 'SELECT * FROM runs').slice(0, before.length)).toEqual(before)
    expect(existsSync(oldOf(archive()))).toBe(false)
  })

  it('one at a time', async () => {
    const writer = await hassette(50)
    const { copies, hasRuns } = await start([writer.path])
    await hasRuns(50)
    const first = copies.compact()
    await expect(copies.backUp(folder.path('b.db'))).rejects.toMatchObject({ code: 'busy' })
    expect(await first).toMatchObject({ outcome: 'done' })
  })
})
