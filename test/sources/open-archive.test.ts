import { createMovableClock } from '@main/util/clock'
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { SourceInfo } from '@shared/source'
import { createArchiveClient } from '@main/archive/client'
import { OpenArchive } from '@main/open-archive'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ENTRIES, rowsOf } from '../support/archive'
import { openFixture, useTempFolder } from '../support/fixtures'
import { startHassetteWriter } from '../support/hassette-writer'
import { onSmallDisk } from '../support/small-disk'
import { waitFor } from '../support/wait'

describe('the open archive', () => {
  const folder = useTempFolder()

  const start = async (sourcePaths: string[], forceSample = false) => {
    const committed: number[] = []
    const moves: [string, string][] = []
    const told: ((sources: SourceInfo[]) => void)[] = []
    mkdirSync(folder.path('data'), { recursive: true })
    const archive = new OpenArchive({
      path: folder.path('data/hassette.db'),
      sampleDir: folder.path('data/sample'),
      recordingDir: resolve(import.meta.dirname, '../../resources/sample'),
      sourcePaths,
      forceSample,
      clock: createMovableClock(),
      limits: () => ({ retentionDays: 7, frameworkRetentionDays: 7, maxSizeMb: 500 }),
      startClient: (options) => createArchiveClient({ ...options, ...ENTRIES }),
      onState: () => undefined,
      onSources: (sources) => told.forEach((listener) => listener(sources)),
      onSourceMoved: (from, to) => moves.push([from, to]),
      onCommitted: (_, runs) => committed.push(runs),
      info: () => undefined,
      warn: () => undefined,
    })
    onTestFinished(() => Promise.resolve(archive.stop()))
    await archive.start()
    archive.setPace('visible')
    const source = (what: string, is: (source: SourceInfo) => boolean) =>
      waitFor(what, async () => (await archive.sources().catch(() => [])).find(is))
    return {
      archive,
      committed,
      moves,
      source,
      onSources: (listener: (sources: SourceInfo[]) => void) => told.push(listener),
    }
  }

  it('watches its sources: up to date, then live, and every run as it comes', async () => {
    const path = folder.path('hassette.db')
    const hassette = await startHassetteWriter(path, { onEnd: onTestFinished })
    await hassette.run({ count: 50 })
    const { source, committed } = await start([path])
    await source('a live source', ({ state, appRuns }) => state.kind === 'live' && appRuns > 0)
    await hassette.run({ count: 30 })
    await waitFor('the new runs', () => committed.reduce((sum, runs) => sum + runs, 0) === 80)
  })

  it.each([
    ['that was asked for', true],
    ['that is shown while there is no source', false],
  ])('leaves the sample %s for the first file, whether or not it is live', async (_, forceSample) => {
    const { archive, source } = await start([], forceSample)
    await source('the sample', ({ mode, state }) => mode === 'sample' && state.kind === 'up_to_date')
    expect(archive.isSample()).toBe(true)

    const path = openFixture('live-v13', folder.path('x'))
    await archive.watch(path)
    expect(archive.isSample()).toBe(false)
    await source('the file', (each) => each.path === path && each.state.kind === 'up_to_date' && each.appRuns === 469)
    expect(await archive.sources()).toHaveLength(1)

    const second = openFixture('live-v9', folder.path('y'))
    await archive.watch(second)
    await source('the second file', (each) => each.path === second && each.state.kind === 'up_to_date')
    expect(await archive.sources()).toHaveLength(2)
    expect(await archive.identify(second)).toMatchObject({ schemaVersion: 9 })
  })

  it('reads a file that was moved where it is now, and watches it there', async () => {
    const old = folder.path('old/hassette.db')
    const path = folder.path('new/hassette.db')
    mkdirSync(folder.path('old'))
    const hassette = await startHassetteWriter(old, { onEnd: onTestFinished })
    await hassette.run({ count: 300 })
    const { archive, source, moves } = await start([old])
    await source('a live source', ({ state, appRuns }) => state.kind === 'live' && appRuns === 300)
    renameSync(folder.path('old'), folder.path('new'))
    await archive.watch(path)
    await source('it at its new path', (each) => each.path === path && each.state.kind === 'live')
    expect(moves).toEqual([[old, path]])
    await hassette.run({ count: 30 })
    await source('the new runs', ({ appRuns }) => appRuns === 330)
    expect(await archive.sources()).toHaveLength(1)
  })

  it('stops a reading in the middle, keeps what was copied, and takes the rest when asked', async () => {
    const path = folder.path('hassette.db')
    const hassette = await startHassetteWriter(path, { onEnd: onTestFinished })
    // Written just now, so that it is read a little at a time.
    await hassette.run({ count: 30_000 })
    const { archive, source, onSources } = await start([path])
    let stopped = false
    onSources(([reading]) => {
      if (stopped || reading?.state.kind !== 'catching_up') return
      stopped = true
      archive.cancelSource(reading.id)
    })
    const { id } = await source('a source that was stopped', ({ state }) => state.kind === 'cancelled')
    const database = folder.path('data/hassette.db')
    const copied = rowsOf(database, 'SELECT 1 FROM runs').length
    expect(copied).toBeGreaterThan(0)
    expect(copied).toBeLessThan(30_000)
    archive.retrySource(id)
    await source('all of it', ({ state }) => state.kind === 'live')
    expect(rowsOf(database, 'SELECT 1 FROM runs')).toHaveLength(30_000)
    const [{ ids, kept } = {}] = rowsOf<{ ids: number; kept: number }>(
      database,
      'SELECT count(DISTINCT uid) AS ids, count(uid) AS kept FROM runs',
    )
    expect(kept).toBeGreaterThan(0)
    expect(ids).toBe(kept)
  })

  it('reads on by itself when a full disk has room again', ({ skip }) =>
    onSmallDisk(folder.path('data'), '1m', skip, async (disk) => {
      writeFileSync(`${disk.path}/ballast`, Buffer.alloc(256 * 1024))
      const { archive, source } = await start([openFixture('live-0.52', folder.path('x'))])
      await source('the full disk', ({ state }) => state.kind === 'failed' && state.problem.code === 'disk_full')
      expect(archive.state()).toMatchObject({ kind: 'ready', paused: { code: 'disk_full' } })
      disk.grow('64m')
      await source('all of it', ({ state }) => state.kind === 'up_to_date')
      expect(rowsOf(folder.path('data/hassette.db'), 'SELECT 1 FROM runs')).toHaveLength(16_795)
      expect(archive.state()).toEqual({ kind: 'ready' })
    }))
})
