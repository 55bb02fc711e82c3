import { copyFileSync, mkdirSync, renameSync } from 'node:fs'
import { resolve } from 'node:path'
import { createMovableClock } from '@main/util/clock'
import { createArchiveClient } from '@main/archive/client'
import { OpenArchive } from '@main/open-archive'
import type { SourceInfo } from '@shared/source'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ENTRIES } from '../support/archive'
import { useTempFolder } from '../support/fixtures'
import { startHassetteWriter } from '../support/hassette-writer'
import { DI, makeHassette } from '../support/made-hassette'
import { waitFor } from '../support/wait'

const folder = useTempFolder()
const path = () => folder.path('hassette.db')
const onEnd = onTestFinished

/** The home on one Hassette file, its clock the test's. */
async function watchHome() {
  mkdirSync(folder.path('data'))
  const clock = createMovableClock()
  const home = new OpenArchive({
    path: folder.path('data/hassette.db'),
    sampleDir: folder.path('data/sample'),
    recordingDir: resolve(import.meta.dirname, '../../resources/sample'),
    sourcePaths: [path()],
    forceSample: false,
    clock,
    limits: () => ({ retentionDays: 7, frameworkRetentionDays: 7, maxSizeMb: 500 }),
    startClient: (options) => createArchiveClient({ ...options, ...ENTRIES }),
    onState: () => undefined,
    onSources: () => undefined,
    onCommitted: () => undefined,
    onSourceMoved: () => undefined,
    info: () => undefined,
    warn: () => undefined,
  })
  onTestFinished(() => Promise.resolve(home.stop()))
  await home.start()
  home.setPace('visible')
  const source = async () => (await home.sources().catch((): SourceInfo[] => []))[0]
  const reaches = (kind: 'running' | 'stopped' | 'down') =>
    waitFor(`a Hassette that is ${kind}`, async () => {
      const found = await source()
      return found?.hassette?.kind === kind && found.hassette
    })
  return {
    source,
    reaches,
    /** So many minutes pass while the app is awake. */
    pass: async (minutes: number) => {
      for (let seconds = 0; seconds < minutes * 60; seconds += 20) {
        clock.pass(20_000)
        home.lookAtHassettes()
      }
      return (await source())?.hassette
    },
    sleep: async (minutes: number) => {
      clock.pass(minutes * 60_000)
      return (await source())?.hassette
    },
  }
}

describe('whether a Hassette runs', () => {
  it('is down after a kill and eleven minutes of silence, and runs again with the next start', async () => {
    const hassette = await startHassetteWriter(path(), { onEnd })
    await hassette.append([{}])
    const home = await watchHome()
    await home.reaches('running')
    await hassette.kill()
    expect(await home.pass(10)).toMatchObject({ kind: 'running' })
    expect(await home.sleep(600)).toMatchObject({ kind: 'running' })
    expect(await home.pass(10)).toMatchObject({ kind: 'running' })
    expect(await home.pass(1)).toMatchObject({ kind: 'down', how: 'silent', due: true })
    const again = await startHassetteWriter(path(), { onEnd })
    await home.reaches('running')
    await again.exit()
  })

  it('is stopped after a clean stop, told after half an hour', async () => {
    const hassette = await startHassetteWriter(path(), { onEnd })
    const home = await watchHome()
    await home.reaches('running')
    await hassette.sessionStop()
    expect(await home.reaches('stopped')).toMatchObject({ due: false })
    expect(await home.pass(29)).toMatchObject({ kind: 'stopped', due: false })
    expect(await home.pass(1)).toMatchObject({ kind: 'stopped', due: true })
    await hassette.sessionStart()
    await home.reaches('running')
  })

  it('is down after a start that failed, and after a session that was killed', async () => {
    const hassette = makeHassette(path())
    onTestFinished(hassette.close)
    const now = Date.now() / 1000
    hassette.session(now - 60, { status: 'failure', stopped_at: now - 59, error_type: 'FatalError' })
    const home = await watchHome()
    hassette.session(now, {})
    await home.reaches('running')
    hassette.db.prepare("UPDATE sessions SET status = 'failure', stopped_at = ? WHERE id = 2").run(now + 1)
    expect(await home.reaches('down')).toMatchObject({ how: 'crashed', due: false })
    expect(await home.pass(10)).toMatchObject({ how: 'crashed', due: true })
  })

  it('is known of no copy', async () => {
    const hassette = makeHassette(path())
    const now = Date.now() / 1000
    const session = hassette.session(now - 90_000, { status: 'success', stopped_at: now - 86_400 })
    hassette.run(session, now - 87_000, hassette.handler('bell'))
    hassette.close()
    const home = await watchHome()
    await waitFor('the end of the reading', async () => (await home.source())?.state.kind === 'up_to_date')
    expect(await home.source()).toMatchObject({ mode: 'snapshot', hassette: null })
    expect(await home.pass(60)).toBeNull()
  })
})

describe('a Hassette whose clock is wrong', () => {
  it.each([
    ['behind', -1200],
    ['behind by days', -86_400 * 3],
    ['ahead by days', 86_400 * 3],
  ])('%s is live once it is seen to be written, and its clock is known', async (_, wrongS) => {
    const hassette = makeHassette(path())
    onTestFinished(hassette.close)
    const now = () => Date.now() / 1000 + wrongS
    const session = hassette.session(now() - 86_400, { last_heartbeat_at: now() })
    const bell = hassette.handler('bell')
    for (let run = 0; run < 20; run++) hassette.run(session, now() - 3600 + run * 60, bell)
    const home = await watchHome()
    await waitFor('the end of the reading', async () => (await home.source())?.state.kind === 'up_to_date')
    expect(await home.source()).toMatchObject({ mode: 'snapshot', hassette: null })
    const writing = setInterval(() => hassette.run(session, now(), bell, DI), 400)
    onTestFinished(() => clearInterval(writing))
    await home.reaches('running')
    await waitFor('its clock', async () => ((await home.source())?.clockOffsetUs ?? null) !== null)
    const { mode, clockOffsetUs } = (await home.source()) ?? {}
    expect(mode).toBe('live')
    expect(Math.abs((clockOffsetUs ?? 0) / 1e6 + wrongS)).toBeLessThan(5)
  })

  it('is a copy that was put there again, for all that is seen', async () => {
    const made = (runs: number, name: string) => {
      const hassette = makeHassette(folder.path(name))
      const session = hassette.session(1_790_000_000, { status: 'success', stopped_at: 1_790_090_000 })
      const bell = hassette.handler('bell')
      for (let run = 0; run < runs; run++) hassette.run(session, 1_790_000_000 + run, bell, { execution_id: `x${run}` })
      hassette.db.pragma('journal_mode = DELETE')
      hassette.close()
    }
    made(20, 'hassette.db')
    const home = await watchHome()
    await waitFor('the end of the reading', async () => (await home.source())?.state.kind === 'up_to_date')
    for (const runs of [30, 40, 50]) {
      made(runs, `copy-${runs}.db`)
      copyFileSync(folder.path(`copy-${runs}.db`), folder.path('new.db'))
      renameSync(folder.path('new.db'), path())
      await waitFor(`${runs} runs`, async () => (await home.source())?.appRuns === runs)
    }
    expect((await home.source())?.mode).toBe('snapshot')
  })
})
