import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import type { SourceInfo } from '@shared/source'
import { createArchiveClient } from '@main/archive/client'
import { createHome } from '@main/home'
import type { Home } from '@main/home'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ENTRIES } from '../support/archive'
import { openFixture, useTempFolder } from '../support/fixtures'
import { startHassetteWriter } from '../support/hassette-writer'
import { waitFor } from '../support/wait'

describe('the home', () => {
  const folder = useTempFolder()

  const start = async (sourcePaths: string[], forceSample = false) => {
    const committed: number[] = []
    mkdirSync(folder.path('data'))
    const home: Home = createHome({
      archivePath: folder.path('data/hassette.db'),
      sampleDir: folder.path('data/sample'),
      recordingDir: resolve(import.meta.dirname, '../../resources/sample'),
      sourcePaths,
      forceSample,
      openArchive: (options) => createArchiveClient({ ...options, ...ENTRIES }),
      onArchiveState: () => undefined,
      onSources: () => undefined,
      onCommitted: (_, runs) => committed.push(runs),
      info: () => undefined,
      warn: () => undefined,
    })
    onTestFinished(() => Promise.resolve(home.stop()))
    await home.start()
    home.setPace('visible')
    const source = (what: string, is: (source: SourceInfo) => boolean) =>
      waitFor(what, async () => (await home.sources().catch(() => [])).find(is))
    return { home, committed, source }
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
})
