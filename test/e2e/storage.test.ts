import { existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import type { StorageWork } from '@shared/storage'
import { compareExecutions } from '../support/compare-executions'
import { choose, dataFolder, launchApp, removeFolders } from '../support/electron-app'
import { openFixture } from '../support/fixtures'
import { startHassetteWriter } from '../support/hassette-writer'
import type { HassetteWriter } from '../support/hassette-writer'

afterAll(removeFolders)

/** Names, modes and runs of the sources, as the window is told. */
async function sourcesOf(page: Page) {
  const answer = await page.evaluate(() => window.hassetteMonitor.sources.list())
  const sources = answer.ok ? answer.value : []
  return sources.map(({ id, name, mode, path, removed = false, state, appRuns, frameworkRuns }) => ({
    id,
    name,
    mode,
    path,
    removed,
    state: state.kind,
    runs: appRuns + frameworkRuns,
  }))
}

async function runsAre(page: Page, runs: number): Promise<void> {
  await expect.poll(async () => (await sourcesOf(page))[0]?.runs, { timeout: 20_000 }).toBe(runs)
}

async function written(runs: number): Promise<HassetteWriter> {
  const writer = await startHassetteWriter(join(dataFolder(), 'home.db'), { onEnd: onTestFinished })
  await writer.run({ count: runs })
  return writer
}

/** Every run of the Hassette is in the archive once, as it was. */
async function isWhole(archive: string, writer: HassetteWriter): Promise<void> {
  const copy = join(dataFolder(), 'copy.db')
  await writer.vacuumInto(copy)
  const { equal, ours } = compareExecutions(archive, copy)
  expect({ equal, total: ours.total }).toEqual({ equal: true, total: writer.committedIds().length })
}

describe('the archive in use', () => {
  it('is compacted while a Hassette writes: nothing lost, nothing doubled, and the window follows it', async () => {
    const writer = await written(2000)
    const { page, dataDir, close } = await launchApp(['--source', writer.path])
    await runsAre(page, 2000)
    const writing = writer.run({ rate: 200, seconds: 120 })
    await page.evaluate(() => {
      const seen: (StorageWork | null)[] = []
      Object.assign(window, { seen })
      window.hassetteMonitor.events.storageWork((work) => seen.push(work))
    })
    const done = await page.evaluate(() => window.hassetteMonitor.storage.compact())
    expect(done).toMatchObject({ ok: true, value: { kind: 'compact', outcome: 'done', problem: null } })
    const seen = await page.evaluate(() => (window as unknown as { seen: (StorageWork | null)[] }).seen)
    expect(seen.at(0)).toMatchObject({ kind: 'compact', automatic: false })
    expect(seen.at(-1)).toBeNull()
    const during = writer.committedIds().length
    expect(during).toBeGreaterThan(2000)
    await expect.poll(() => writer.committedIds().length, { timeout: 20_000 }).toBeGreaterThan(during + 50)
    await writer.stopRun()
    await writing
    await runsAre(page, writer.committedIds().length)
    const log = await page.evaluate(() => window.hassetteMonitor.storage.log({ limit: 10 }))
    expect(log.ok && log.value.map(({ reason }) => reason)).toContain('compact')
    await close()
    await isWhole(join(dataDir, 'hassette.db'), writer)
    expect(readdirSync(dataDir).filter((name) => /unfinished|while-compacting/.test(name))).toEqual([])
  })

  it('is backed up where the dialog says, restored from it, and reads on', async () => {
    const writer = await written(500)
    const { app, page, dataDir, close } = await launchApp(['--source', writer.path])
    await runsAre(page, 500)
    const backup = join(dataFolder(), 'backup.db')
    await choose(app, backup)
    const saved = await page.evaluate(() => window.hassetteMonitor.storage.backUp())
    expect(saved).toMatchObject({ ok: true, value: { outcome: 'done', file: backup } })
    await writer.run({ count: 100 })
    await runsAre(page, 600)
    const restored = await page.evaluate(() => window.hassetteMonitor.storage.restore())
    expect(restored).toMatchObject({ ok: true, value: { outcome: 'done', problem: null } })
    const aside = restored.ok ? (restored.value.file ?? '') : ''
    expect(existsSync(aside)).toBe(true)
    await writer.run({ count: 50 })
    await runsAre(page, 650)
    await choose(app, null)
    const nothing = await page.evaluate(() => window.hassetteMonitor.storage.backUp())
    expect(nothing).toMatchObject({ ok: false, error: { code: 'cancelled' } })
    await close()
    await isWhole(join(dataDir, 'hassette.db'), writer)
  })

  it('is moved to another folder, and found there at the next start', async () => {
    const source = openFixture('live-v9', dataFolder())
    const elsewhere = dataFolder()
    const first = await launchApp(['--source', source])
    await runsAre(first.page, 2949)
    await choose(first.app, elsewhere)
    const done = await first.page.evaluate(() => window.hassetteMonitor.storage.move({ how: 'copy' }))
    const old = join(first.dataDir, 'hassette.db')
    expect(done).toMatchObject({ ok: true, value: { outcome: 'done', file: old } })
    await runsAre(first.page, 2949)
    await first.close()
    expect(existsSync(old)).toBe(true)
    expect(JSON.parse(readFileSync(join(first.dataDir, 'settings.json'), 'utf8'))).toMatchObject({
      db_path: join(elsewhere, 'hassette.db'),
    })

    const again = await launchApp([], { dataDir: first.dataDir })
    await runsAre(again.page, 2949)
    const info = await again.page.evaluate(() => window.hassetteMonitor.app.info())
    expect(info).toMatchObject({ ok: true, value: { archivePath: join(elsewhere, 'hassette.db'), sample: false } })
    await again.close()
  })

  it('is not moved by the window where the start says its place', async () => {
    const env = { HASSETTE_MONITOR_DB_PATH: join(dataFolder(), 'mine.db') }
    const { app, page, close } = await launchApp(['--source', openFixture('live-v13', dataFolder())], { env })
    await expect.poll(async () => (await sourcesOf(page))[0]?.state, { timeout: 20_000 }).toBe('up_to_date')
    const path = dataFolder()
    await choose(app, path)
    const answer = await page.evaluate(() => window.hassetteMonitor.storage.move({ how: 'fresh' }))
    expect(answer).toMatchObject({
      ok: false,
      error: { code: 'invalid_input', message: expect.stringContaining('HASSETTE_MONITOR_DB_PATH') as string },
    })
    expect(readdirSync(path)).toEqual([])
    await close()
  })
})

describe('sources', () => {
  it('are looked at, renamed, switched and removed, with and without their runs, for good', async () => {
    const folder = dataFolder()
    const [kept, deleted] = [openFixture('live-v9', join(folder, 'a')), openFixture('live-v13', join(folder, 'b'))]
    const gone = join(folder, 'c', 'gone.db')
    mkdirSync(join(folder, 'c'))
    const first = await launchApp([])
    const { page, dataDir } = first
    for (const path of [kept, deleted]) {
      const watched = await page.evaluate((file) => window.hassetteMonitor.sources.watch({ path: file }), path)
      expect(watched).toEqual({ ok: true, value: null })
    }
    const [one, two] = await sourcesOf(page)
    const ids = { kept: one?.id ?? 0, deleted: two?.id ?? 0 }
    const facts = await page.evaluate((sourceId) => window.hassetteMonitor.sources.examine({ sourceId }), ids.kept)
    expect(facts).toMatchObject({ ok: true, value: { schemaVersion: 9 } })
    const missing = await page.evaluate((path) => window.hassetteMonitor.sources.examine({ path }), gone)
    expect(missing).toMatchObject({ ok: false, error: { code: 'source_not_found' } })
    const changed = await page.evaluate(
      async (sourceId) => [
        await window.hassetteMonitor.sources.rename({ sourceId, name: '  Attic  ' }),
        await window.hassetteMonitor.sources.setMode({ sourceId, mode: 'live' }),
        await window.hassetteMonitor.sources.remove({ sourceId, runs: 'keep' }),
      ],
      ids.kept,
    )
    expect(changed).toEqual(Array(3).fill({ ok: true, value: null }))
    const removed = await page.evaluate(
      (sourceId) => window.hassetteMonitor.sources.remove({ sourceId, runs: 'delete' }),
      ids.deleted,
    )
    expect(removed).toEqual({ ok: true, value: null })
    const left = {
      id: ids.kept,
      name: 'Attic',
      mode: 'snapshot',
      path: kept,
      removed: true,
      state: 'not_read',
      runs: 2949,
    }
    expect(await sourcesOf(page)).toEqual([left])
    await first.close()
    expect(JSON.parse(readFileSync(join(dataDir, 'settings.json'), 'utf8'))).toMatchObject({ sources: [] })

    const again = await launchApp([], { dataDir })
    await runsAre(again.page, 2949)
    expect(await sourcesOf(again.page)).toEqual([left])
    // Added again, it goes on.
    await again.page.evaluate((file) => window.hassetteMonitor.sources.watch({ path: file }), kept)
    await expect
      .poll(() => sourcesOf(again.page))
      .toMatchObject([{ id: ids.kept, name: 'Attic', removed: false, state: 'up_to_date', runs: 2949 }])
    await again.close()
  })
})
