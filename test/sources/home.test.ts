import { createMovableClock } from '@main/util/clock'
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { SourceInfo } from '@shared/source'
import { createArchiveClient } from '@main/archive/client'
import { createHome } from '@main/open-archive'
import type { Home } from '@main/open-archive'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ENTRIES, rowsOf } from '../support/archive'
import { openFixture, useTempFolder } from '../support/fixtures'
import { startHassetteWriter } from '../support/hassette-writer'
import { onSmallDisk } from '../support/small-disk'
import { waitFor } from '../support/wait'

describe('the home', () => {
  const folder = useTempFolder()

  const start = async (sourcePaths: string[], forceSample = false) => {
    const committed: number[] = []
    const moves: [string, string][] = []
    const told: ((sources: SourceInfo[]) => void)[] = []
    mkdirSync(folder.path('data'), { recursive: true })
    const home: Home = createHome({
      archivePath: folder.path('data/hassette.db'),
      sampleDir: folder.path('data/sample'),
      recordingDir: resolve(import.meta.dirname, '../../resources/sample'),
      sourcePaths,
      forceSample,
      clock: createMovableClock(),
      limits: () => ({ retentionDays: 7, frameworkRetentionDays: 7, maxSizeMb: 500 }),
      openArchive: (options) => createArchiveClient({ ...options, ...ENTRIES }),
      onArchiveState: () => undefined,
      onSources: (sources) => told.forEach((listener) => listener(sources)),
      onSourceMoved: (from, to) => moves.push([from, to]),
      onCommitted: (_, runs) => committed.push(runs),
      info: () => undefined,
      warn: () => undefined,
    })
    onTestFinished(() => Promise.resolve(home.stop()))
    await home.start()
    home.setPace('visible')
    const source = (what: string, is: (source: SourceInfo) => boolean) =>
      waitFor(what, async () => (await home.sources().catch(() => [])).find(is))
    return {
      home,
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
    const { home, source } = await start([], forceSample)
    await source('the sample', ({ mode, state }) => mode === 'sample' && state.kind === 'up_to_date')
    expect(home.isSample()).toBe(true)

    const path = openFixture('live-v13', folder.path('x'))
    await home.watch(path)
    expect(home.isSample()).toBe(false)
    await source('the file', (each) => each.path === path && each.state.kind === 'up_to_date' && each.appRuns === 469)
    expect(await home.sources()).toHaveLength(1)

    const second = openFixture('live-v9', folder.path('y'))
    await home.watch(second)
    await source('the second file', (each) => each.path === second && each.state.kind === 'up_to_date')
    expect(await home.sources()).toHaveLength(2)
    expect(await home.identify(second)).toMatchObject({ schemaVersion: 9 })
  })

  it('reads a file that was moved where it is now, and watches it there', async () => {
    const old = folder.path('old/hassette.db')
    const path = folder.path('new/hassette.db')
    mkdirSync(folder.path('old'))
    const hassette = await startHassetteWriter(old, { onEnd: onTestFinished })
    await hassette.run({ count: 300 })
    const { home, source, moves } = await start([old])
    await source('a live source', ({ state, appRuns }) => state.kind === 'live' && appRuns === 300)
    renameSync(folder.path('old'), folder.path('new'))
    await home.watch(path)
    await source('it at its new path', (each) => each.path === path && each.state.kind === 'live')
    expect(moves).toEqual([[old, path]])
    await hassette.run({ count: 30 })
    await source('the new runs', ({ appRuns }) => appRuns === 330)
    expect(await home.sources()).toHaveLength(1)
  })

  it('stops a reading in the middle, keeps what was copied, and takes the rest when asked', async () => {
    const path = folder.path('hassette.db')
    const hassette = await startHassetteWriter(path, { onEnd: onTestFinished })
    // Written just now, so that it is read a little at a time.
    await hassette.run({ count: 30_000 })
    const { home, source, onSources } = await start([path])
    let stopped = false
    onSources(([reading]) => {
      if (stopped || reading?.state.kind !== 'catching_up') return
      stopped = true
      home.cancelSource(reading.id)
    })
    const { id } = await source('a source that was stopped', ({ state }) => state.kind === 'cancelled')
    const archive = folder.path('data/hassette.db')
    const copied = rowsOf(archive, 'SELECT 1 FROM runs').length
    expect(copied).toBeGreaterThan(0)
    expect(copied).toBeLessThan(30_000)
    await home.retrySource(id)
    await source('all of it', ({ state }) => state.kind === 'live')
    expect(rowsOf(archive, 'SELECT 1 FROM runs')).toHaveLength(30_000)
    const [{ ids, kept } = {}] = rowsOf<{ ids: number; kept: number }>(
      archive,
      'SELECT count(DISTINCT uid) AS ids, count(uid) AS kept FROM runs',
    )
    expect(kept).toBeGreaterThan(0)
    expect(ids).toBe(kept)
  })

  it('reads on by itself when a full disk has room again', ({ skip }) =>
    onSmallDisk(folder.path('data'), '1m', skip, async (disk) => {
      writeFileSync(`${disk.path}/ballast`, Buffer.alloc(256 * 1024))
      const { home, source } = await start([openFixture('live-0.52', folder.path('x'))])
      await source('the full disk', ({ state }) => state.kind === 'failed' && state.problem.code === 'disk_full')
      expect(home.archiveState()).toMatchObject({ kind: 'ready', paused: { code: 'disk_full' } })
      disk.grow('64m')
      await source('all of it', ({ state }) => state.kind === 'up_to_date')
      expect(rowsOf(folder.path('data/hassette.db'), 'SELECT 1 FROM runs')).toHaveLength(16_795)
      expect(home.archiveState()).toEqual({ kind: 'ready' })
    }))
})
