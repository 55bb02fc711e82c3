import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { dataFolder, launchApp, removeFolders } from '../support/electron-app'
import { openFixture } from '../support/fixtures'

afterAll(removeFolders)

describe('the way from the sample home to a Hassette', () => {
  it('finds it, says what it holds, watches it from then on, and remembers it', async () => {
    const database = openFixture('open-wal', dataFolder())
    const env = { HASSETTE__DATA_DIR: dirname(database) }
    const first = await launchApp([], { env })
    await first.page.getByText('Sample data.').waitFor()
    const found = await first.page.evaluate(() => window.hassetteMonitor.sources.discover())
    const mine = found.ok ? found.value.find(({ path }) => path === database) : undefined
    expect(mine).toMatchObject({
      because: 'HASSETTE__DATA_DIR names it',
      found: { ok: true, facts: { schemaVersion: 15, hassetteVersions: '0.60', sessions: 5 } },
    })

    const watched = await first.page.evaluate((path) => window.hassetteMonitor.sources.watch({ path }), database)
    expect(watched).toEqual({ ok: true, value: null })
    await first.page.getByText('Sample data.').waitFor({ state: 'detached' })
    await first.page.evaluate(() => (location.hash = '#/handlers?range=7d'))
    await first.page.getByText('porch').first().waitFor()
    const settings = JSON.parse(readFileSync(join(first.dataDir, 'settings.json'), 'utf8')) as unknown
    expect(settings).toMatchObject({ sources: [database] })
    await first.close()

    const again = await launchApp([], { dataDir: first.dataDir })
    await again.page.evaluate(() => (location.hash = '#/handlers?range=7d'))
    await again.page.getByText('porch').first().waitFor()
    expect(await again.page.getByText('Sample data.').count()).toBe(0)
    expect(await again.page.getByText(/not read/i).count()).toBe(0)
    await again.close()
  })

  it('writes nothing into the settings that cannot be read', async () => {
    const { page, close, dataDir } = await launchApp([])
    for (const path of ['/nowhere/hassette.db', 'relative.db']) {
      const answer = await page.evaluate((given) => window.hassetteMonitor.sources.watch({ path: given }), path)
      expect(answer).toMatchObject({ ok: false })
    }
    await page.getByText('Sample data.').waitFor()
    await close()
    expect(() => readFileSync(join(dataDir, 'settings.json'))).toThrow()
  })
})
