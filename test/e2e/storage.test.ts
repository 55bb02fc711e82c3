import { existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import type { StorageWork } from '@shared/storage'
import { compareExecutions } from '../support/compare-executions'
import { choose, dataFolder, launchApp, removeFolders } from '../support/electron-app'
import { openFixture } from '../support/fixtures'
import { startHassetteWriter } from '../support/hassette-writer'
import type { HassetteWriter } from '../support/hassette-writer'

afterAll(removeFolders)

/** Opens the Storage page; gives the buttons of the work on the archive. */
async function storage(page: Page): Promise<(name: string) => Locator> {
  await page.evaluate(() => (location.hash = '#/storage'))
  await page.locator('.use-bar').waitFor()
  const actions = page.getByRole('group', { name: 'Work on the archive' })
  return (name) => actions.getByRole('button', { name })
}

/** What the window says at the end of a work. */
async function told(page: Page, words: RegExp): Promise<string> {
  const text = page.getByRole('status').locator('visible=true').getByText(words)
  await text.waitFor({ timeout: 20_000 })
  return text.innerText()
}

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
    const action = await storage(page)
    await action('Compact now').click()
    await page.locator('form.question').getByRole('button', { name: 'Compact now' }).click()
    await told(page, /^Compacted\./)
    const seen = await page.evaluate(() => (window as unknown as { seen: (StorageWork | null)[] }).seen)
    expect(seen.at(0)).toMatchObject({ kind: 'compact', automatic: false })
    expect(seen.at(-1)).toBeNull()
    const during = writer.committedIds().length
    expect(during).toBeGreaterThan(2000)
    await expect.poll(() => writer.committedIds().length, { timeout: 20_000 }).toBeGreaterThan(during + 50)
    await writer.stopRun()
    await writing
    await runsAre(page, writer.committedIds().length)
    await page.getByRole('table', { name: 'What was removed, newest first' }).getByText('compacted').waitFor()
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
    const action = await storage(page)
    await action('Back up…').click()
    await told(page, new RegExp(`^Backed up.*to ${backup}`))
    await writer.run({ count: 100 })
    await runsAre(page, 600)
    await action('Restore…').click()
    await page.getByRole('button', { name: 'Choose a backup…' }).click()
    const restored = await told(page, /^The backup is in place.*what was here is now /)
    expect(existsSync(/what was here is now (\S+\.db)/.exec(restored)?.[1] ?? '')).toBe(true)
    await writer.run({ count: 50 })
    await runsAre(page, 650)
    // A dialog that is closed without a choice begins nothing.
    await choose(app, null)
    const nothing = await page.evaluate(() => window.hassetteMonitor.storage.backUp())
    expect(nothing).toMatchObject({ ok: false, error: { code: 'cancelled' } })
    await action('Back up…').click()
    await expect.poll(() => action('Back up…').isEnabled()).toBe(true)
    expect(await page.getByRole('alert').locator('visible=true').count()).toBe(0)
    await close()
    await isWhole(join(dataDir, 'hassette.db'), writer)
  })

  it('is moved to another folder, and found there at the next start', async () => {
    const source = openFixture('live-v9', dataFolder())
    const elsewhere = dataFolder()
    const first = await launchApp(['--source', source])
    await runsAre(first.page, 2949)
    await choose(first.app, elsewhere)
    const action = await storage(first.page)
    await action('Move…').click()
    await first.page.getByRole('button', { name: 'Copy it there…' }).click()
    const old = join(first.dataDir, 'hassette.db')
    await told(first.page, new RegExp(`^Moved.*the old file is still ${old}`))
    await first.page.locator('.storage-path', { hasText: join(elsewhere, 'hassette.db') }).waitFor()
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
    const action = await storage(page)
    expect(await action('Move…').isDisabled()).toBe(true)
    await page.getByText(/^The place is .* \(db_path\) and cannot be changed here\.$/).waitFor()
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
    page.setDefaultTimeout(15_000)
    for (const path of [kept, deleted]) {
      const watched = await page.evaluate((file) => window.hassetteMonitor.sources.watch({ path: file }), path)
      expect(watched).toEqual({ ok: true, value: null })
    }
    const states = async (): Promise<string[]> => (await sourcesOf(page)).map(({ state }) => state)
    await expect.poll(states, { timeout: 20_000 }).toEqual(['up_to_date', 'up_to_date'])
    const [one, two] = await sourcesOf(page)
    await storage(page)
    const menu = async (item: string, name: string): Promise<void> => {
      await page.getByRole('button', { name: `More for ${name}` }).click()
      await page.getByRole('button', { name: item, exact: true }).click()
    }
    const entry = page.getByRole('list', { name: 'Sources' }).getByRole('listitem')
    await entry
      .first()
      .getByText(/schema 9 /)
      .waitFor()
    await page.getByRole('button', { name: `Test ${one?.name ?? ''}` }).click()
    await page.locator('.notice', { hasText: `${one?.name ?? ''} can be read` }).waitFor()
    const missing = await page.evaluate((path) => window.hassetteMonitor.sources.examine({ path }), gone)
    expect(missing).toMatchObject({ ok: false, error: { code: 'source_not_found' } })
    await menu('Rename…', one?.name ?? '')
    await page.getByRole('textbox', { name: 'Name' }).fill('  Attic  ')
    await page.keyboard.press('Enter')
    await menu('Treat as live…', 'Attic')
    await page.getByRole('button', { name: 'Treat as live', exact: true }).click()
    await expect.poll(async () => (await sourcesOf(page))[0]).toMatchObject({ name: 'Attic', mode: 'live' })
    await menu('Remove…', 'Attic')
    await page.getByRole('button', { name: 'Remove, keep the runs' }).click()
    await entry.filter({ hasText: 'Attic' }).getByText('removed; its runs are kept').waitFor()
    await menu('Remove…', two?.name ?? '')
    await page.getByRole('radio', { name: /^Delete them/ }).check()
    await page.getByRole('button', { name: 'Remove and delete…' }).click()
    await page.getByRole('button', { name: /^Delete \d+ runs for good$/ }).click()
    await page.locator('.notice', { hasText: `${two?.name ?? ''} is removed` }).waitFor()
    const left = {
      id: one?.id,
      name: 'Attic',
      mode: 'snapshot',
      path: kept,
      removed: true,
      state: 'not_read',
      runs: 2949,
    }
    await expect.poll(() => sourcesOf(page)).toEqual([left])
    await first.close()
    expect(JSON.parse(readFileSync(join(dataDir, 'settings.json'), 'utf8'))).toMatchObject({ sources: [] })

    const again = await launchApp([], { dataDir })
    await runsAre(again.page, 2949)
    expect(await sourcesOf(again.page)).toEqual([left])
    // Added again, it goes on.
    await again.page.evaluate((file) => window.hassetteMonitor.sources.watch({ path: file }), kept)
    await expect
      .poll(() => sourcesOf(again.page))
      .toMatchObject([{ id: one?.id, name: 'Attic', removed: false, state: 'up_to_date', runs: 2949 }])
    await again.close()
  })
})
