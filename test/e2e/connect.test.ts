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
    // One that is there is offered by itself, once the sample is shown.
    const pane = first.page.getByRole('complementary', { name: 'Connect a Hassette' })
    const mine = pane.locator('.found-one', { hasText: database })
    await mine.waitFor()
    const facts = (await mine.innerText()).split('\n').filter(Boolean)
    expect(facts.slice(0, 2)).toEqual([database, 'Hassette 0.60 · schema 15 · in use'])
    expect(facts[2]).toMatch(/^11.774 app runs, 3.154 framework · 5 sessions · oldest /)
    expect(facts.at(-1)).toBe('found here: HASSETTE__DATA_DIR names it')
    await mine.getByRole('radio').check()
    await pane.getByRole('button', { name: 'Watch it' }).click()
    await pane.waitFor({ state: 'detached' })
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
    await page.getByRole('button', { name: 'Connect your Hassette' }).click()
    const pane = page.getByRole('complementary', { name: 'Connect a Hassette' })
    const field = pane.getByRole('textbox', { name: 'Path of hassette.db' })
    for (const path of ['/nowhere/hassette.db', 'relative.db']) {
      await field.fill(path)
      await field.press('Enter')
      await pane.getByRole('alert').getByText(path).waitFor()
    }
    await page.getByText('Sample data.').waitFor()
    await close()
    expect(() => readFileSync(join(dataDir, 'settings.json'))).toThrow()
  })
})
