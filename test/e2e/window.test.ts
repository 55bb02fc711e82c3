import type { Page } from 'playwright'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { RunningApp } from '../support/electron-app'
import { devDependencies } from '../../package.json'
import { launchApp, removeFolders, spawnApp } from '../support/electron-app'
import { openFixture } from '../support/fixtures'

async function go(page: Page, path: string): Promise<void> {
  await page.evaluate((hash) => (location.hash = hash), `#${path}`)
}

function complaintsOf(page: Page): string[] {
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  return complaints
}

describe('the sample home', () => {
  let running: RunningApp
  let complaints: string[] = []
  beforeAll(async () => {
    running = await launchApp([])
    complaints = complaintsOf(running.page)
  })
  afterEach(() => expect(complaints).toEqual([]))
  afterAll(async () => {
    await running.close()
    removeFolders()
  })

  it('opens when nothing is configured, says what it is, and ends now', async () => {
    const { page } = running
    await page.getByText('Sample data.').waitFor()
    await page.locator('.uplot canvas').waitFor({ timeout: 20_000 })
    const sample = () =>
      page.evaluate(async () => {
        const answer = await window.hassetteMonitor.sources.list()
        return answer.ok ? answer.value[0] : undefined
      })
    await expect.poll(async () => (await sample())?.state.kind, { timeout: 20_000 }).toBe('up_to_date')
    const source = await sample()
    expect(source).toMatchObject({ mode: 'sample', appRuns: 53_223, frameworkRuns: 284, sessions: 6 })
    expect(Math.abs((source?.newestRunUs ?? 0) / 1000 - Date.now())).toBeLessThan(120_000)
  })

  it('begins with the overview: what fails, and figures that agree with History', async () => {
    const { page } = running
    await go(page, '/overview?range=7d')
    await page.getByText(/^(air_quality|boiler_controller)\..* has failed on every run since/).waitFor()
    const counted = await page.evaluate(async () => {
      const { runs, sources, trends } = window.hassetteMonitor
      const list = await sources.list()
      const source = list.ok ? list.value[0] : undefined
      const span = { fromUs: (source?.newestRunUs ?? 0) - 7 * 86_400_000_000, toUs: null }
      const scope = { sourceId: source?.id ?? 0, tier: 'app' as const, span, targetId: null }
      const summary = await trends.summary(scope)
      const count = await runs.count({ filter: { ...scope, conditions: [] }, ticket: 'e2e' })
      return { trends: summary.ok && summary.value.figures.runs, history: count.ok && count.value.runs }
    })
    expect(counted.history).toBeGreaterThan(40_000)
    expect(counted.trends).toBe(counted.history)
    const shown = await page.locator('.figures dd').first().innerText()
    expect(Number(shown.replace(/\D/g, ''))).toBe(counted.history)
  })

  it('shows the open dependency failures of the recording first', async () => {
    const { page } = running
    await go(page, '/handlers?range=24h')
    const first = page.getByRole('row').nth(1)
    await first
      .getByText(/pm25|co2|temperature/)
      .first()
      .waitFor()
    expect(await page.getByRole('navigation').textContent()).toMatch(/Handlers\s*3/)
  })

  it('leads by keyboard from the table to a run and back', async () => {
    const { page } = running
    await go(page, '/history?range=24h')
    await page.getByText('DependencyResolutionError').first().waitFor()
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await page.getByText('Where it came from').waitFor()
    await page.keyboard.press('Escape')
    await page.getByText('Where it came from').waitFor({ state: 'detached' })
    await page.keyboard.press('g')
    await page.keyboard.press(',')
    await page.getByText('Place of the archive').waitFor()
  })

  it('says in the settings when its Electron is no longer maintained', async () => {
    const { app, page } = running
    await go(page, '/settings')
    const about = await page.getByText(/MIT licence/).innerText()
    const version = await app.evaluate(() => process.versions.electron)
    const isOld = Number.parseInt(version, 10) < Number.parseInt(devDependencies.electron, 10) - 2
    const remark = ' — no longer maintained by its makers, for testing only'
    expect(about).toBe(`MIT licence · Electron ${version}${isOld ? remark : ''}`)
  })

  it('pages through thousands of runs without losing its place', async () => {
    const { page } = running
    await go(page, '/history?range=7d')
    const seen = await page.evaluate(async () => {
      const { runs, sources } = window.hassetteMonitor
      const list = await sources.list()
      const sourceId = list.ok ? (list.value[0]?.id ?? 0) : 0
      const filter = {
        sourceId,
        tier: 'app' as const,
        span: { fromUs: null, toUs: null },
        targetId: null,
        conditions: [],
      }
      const ids = new Set<number>()
      let from: string | null = null
      for (;;) {
        const answer = await runs.page({ filter, direction: 'older', from, limit: 200 })
        if (!answer.ok) return -1
        answer.value.rows.forEach((row) => ids.add(row.id))
        from = answer.value.older
        if (from === null) return ids.size
      }
    })
    expect(seen).toBe(53_223)
  })

  it('follows a link from outside', async () => {
    const { page, dataDir } = running
    const second = spawnApp(['--data-dir', dataDir, 'hassette-monitor://jobs?range=1h'])
    expect(await second.ended).toBe(0)
    await expect.poll(() => page.evaluate(() => location.hash)).toMatch(/^#\/jobs\?.*range=1h/)
  })
})

describe('a Hassette of the user', () => {
  afterAll(removeFolders)

  it('is shown, and shown again at the next start without being named', async () => {
    const source = openFixture('live-0.60')
    const first = await launchApp(['--source', source])
    await go(first.page, '/handlers?range=7d')
    await first.page.getByText('porch').first().waitFor()
    expect(await first.page.getByText('Sample data.').count()).toBe(0)
    await first.close()

    const again = await launchApp([], { dataDir: first.dataDir })
    await go(again.page, '/handlers?range=7d')
    await again.page.getByText('porch').first().waitFor()
    expect(await again.page.getByText('Sample data.').count()).toBe(0)
    await again.page
      .getByText(/not read/i)
      .first()
      .waitFor()
    await again.close()
  })

  it('that is missing is named with what to do, and the app stays up', async () => {
    const { page, close } = await launchApp(['--source', '/nowhere/hassette.db'])
    await page.getByText('/nowhere/hassette.db').first().waitFor()
    await page.getByRole('button', { name: /again/i }).first().waitFor()
    await close()
  })
})
