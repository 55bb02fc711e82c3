import { describe, expect, it } from 'vitest'
import { focused, rowsShown, violations } from './browser'
import { knowsNoSource, useHouse } from './house'
import type { House } from '../support/house/house'

const { open, houseOf } = useHouse()

/** The computer cannot be looked through. */
function cannotLook({ faults }: House): void {
  faults.refuse(['sources.discover'], { code: 'internal', message: 'The folders could not be read.' })
}

describe('connecting a Hassette', () => {
  it('is offered once when the sample is shown and one is there; watching it leaves the sample', async () => {
    const page = await open({ house: { sources: [], hassette: 'found' }, path: '/handlers' })
    const pane = page.getByRole('complementary', { name: 'Connect a Hassette' })
    await pane.getByRole('heading', { name: '2 Hassettes on this computer' }).waitFor()
    const first = pane.locator('.found-one').first()
    expect((await first.innerText()).split('\n').filter(Boolean)).toEqual([
      houseOf(page).hassette,
      'Hassette 0.60 · schema 15 · in use',
      expect.stringMatching(/^412.000 app runs, 186.112 framework · 41 sessions · oldest 24 Oct 16:12 · 497.MB$/),
      "found here: Hassette's usual folder",
    ])
    await pane.getByText('The file may not be read by this user.').waitFor()
    await pane.getByText(/^7 days of a Hassette that is in use, within 500 MB/).waitFor()
    expect(await pane.getByRole('radio').count()).toBe(3)

    await pane.getByRole('button', { name: 'Look at the sample first' }).click()
    await pane.waitFor({ state: 'detached' })
    await page.keyboard.press('g')
    await page.keyboard.press('r')
    await page.getByRole('heading', { level: 1, name: 'History' }).waitFor()
    expect(await pane.count()).toBe(0)

    await rowsShown(page)
    const rows = (): Promise<string> => page.locator('.run-space').innerText()
    const sample = await rows()
    await page.getByRole('button', { name: 'Connect your Hassette' }).click()
    await pane.getByRole('button', { name: 'Watch it' }).click()
    await pane.waitFor({ state: 'detached' })
    await page.locator('.source-button', { hasText: /Home\s*running since/ }).waitFor()
    await page.waitForFunction(() => location.hash.includes('source=1'))
    // Another archive, though its source has the same number.
    await expect.poll(rows).not.toBe(sample)
    await rowsShown(page)
    expect(await page.getByText('Sample data.').count()).toBe(0)
  })

  it('works by keys alone: open, arrows, type, refused with a remedy, Esc gives the focus back', async () => {
    const page = await open({ house: { sources: [], discovered: 'nothing' }, path: '/history' })
    await rowsShown(page)
    const button = page.getByRole('button', { name: 'Connect your Hassette' })
    await button.focus()
    await page.keyboard.press('Enter')
    const pane = page.getByRole('complementary', { name: 'Connect a Hassette' })
    await pane.getByRole('heading', { name: 'No Hassette found on this computer' }).waitFor()
    await pane.getByText(/^Looked in the usual data folders/).waitFor()
    await expect.poll(() => focused(page)).toBe('No Hassette found on this computer')
    expect(await pane.getByRole('button', { name: 'Watch it' }).isDisabled()).toBe(true)
    await pane.getByRole('textbox', { name: 'Path of hassette.db' }).focus()
    await page.keyboard.type('/etc/passwd')
    await page.keyboard.press('Enter')
    await pane.getByRole('alert').getByText('/etc/passwd is not a database.').waitFor()
    await pane.getByText('Choose the hassette.db in the data folder of Hassette.').waitFor()
    await page.keyboard.press('Escape')
    await pane.waitFor({ state: 'detached' })
    expect(await focused(page)).toBe('Connect your Hassette')
  })

  it('takes a typed path, and a file is added from the source switcher', async () => {
    const page = await open({ house: { hassette: 'found' }, path: '/jobs' })
    await rowsShown(page)
    await page.locator('.source-button').click()
    await page.getByRole('button', { name: 'Add a Hassette file…' }).click()
    const pane = page.getByRole('complementary', { name: 'Connect a Hassette' })
    await pane.getByRole('heading', { name: '2 Hassettes on this computer' }).waitFor()
    expect(await pane.getByRole('button', { name: 'Look at the sample first' }).count()).toBe(0)
    const field = pane.getByRole('textbox', { name: 'Path of hassette.db' })
    const path = houseOf(page).hassette
    await field.fill(`"${path}"`)
    expect(await pane.getByRole('radio', { name: 'Another file' }).isChecked()).toBe(true)
    await field.press('Enter')
    await page.locator('.notice', { hasText: `Watching ${path}` }).waitFor()
    await page.locator('.source-button').click()
    await page.locator('.source-option', { hasText: path }).waitFor()
  })

  it('says that it could not look, and looks again', async () => {
    const page = await open({ house: { sources: [] }, prepare: cannotLook, path: '/settings' })
    await page.getByRole('button', { name: 'Connect your Hassette' }).click()
    const pane = page.getByRole('complementary', { name: 'Connect a Hassette' })
    await pane.getByRole('alert').getByText('Could not look for a Hassette').waitFor()
    houseOf(page).faults.clear()
    await pane.getByRole('button', { name: 'Look again' }).click()
    await pane.getByRole('heading', { name: '2 Hassettes on this computer' }).waitFor()
    expect(await pane.getByRole('alert').count()).toBe(0)
  })

  it('covers the list when narrow and takes the focus', async () => {
    const page = await open({ house: { sources: [] }, path: '/history', width: 820, height: 700 })
    await page.getByRole('heading', { name: '2 Hassettes on this computer' }).waitFor()
    await expect.poll(() => focused(page)).toBe('2 Hassettes on this computer')
    expect(await page.locator('main').getAttribute('inert')).not.toBeNull()
    await page.keyboard.press('Escape')
    await expect.poll(() => focused(page)).toBe('Connect your Hassette')
  })

  it('is shown when there is no Hassette at all', async () => {
    const page = await open({ prepare: knowsNoSource, path: '/history' })
    await page.getByRole('button', { name: 'Connect your Hassette' }).click()
    await page.getByRole('heading', { name: '2 Hassettes on this computer' }).waitFor()
  })
})

describe('an archive that cannot be used', () => {
  const problem = { code: 'archive_locked' as const, message: 'Another program uses it.' }

  it('has three ways out, the safe one primary; what comes of one stands beside it', async () => {
    const page = await open({ house: { broken: true, hassette: 'read' }, path: '/history' })
    await page.getByRole('heading', { name: 'The archive cannot be opened' }).waitFor()
    const primary = page.locator('main .btn.primary')
    expect(await primary.allInnerTexts()).toEqual(['Restore the copy'])
    const ways = page.getByRole('list', { name: 'Ways out' }).getByRole('listitem')
    await ways.filter({ hasText: 'older runs are then only in the kept file' }).getByRole('button').waitFor()
    await primary.click()
    await ways.first().getByRole('alert').getByText('There is no copy beside').waitFor()
    await page.getByRole('button', { name: 'Start fresh' }).click()
    await rowsShown(page)
  })

  it('of another program or a full disk is waited for: trying again is the safe way', async () => {
    const page = await open({ path: '/history' })
    for (const code of ['archive_locked', 'disk_full'] as const) {
      houseOf(page).emit('archiveState', { kind: 'unavailable', problem: { ...problem, code } })
      await expect.poll(() => page.locator('main .btn.primary').allInnerTexts()).toEqual(['Try again'])
    }
    await page.getByRole('button', { name: 'Try again' }).click()
    await rowsShown(page)
    // Where only writing is held up, everything can still be read.
    houseOf(page).emit('archiveState', { kind: 'ready', paused: problem })
    await page
      .locator('.banner.warning', { hasText: 'Nothing is recorded for now. Another program uses it.' })
      .waitFor()
    await rowsShown(page)
  })

  it('that is no archive at all is neither moved nor replaced', async () => {
    const page = await open({ path: '/history' })
    const foreign = { code: 'archive_foreign' as const, message: 'This is a database of Hassette.' }
    houseOf(page).emit('archiveState', { kind: 'unavailable', problem: foreign })
    await page.getByText('This is a database of Hassette.').waitFor()
    expect(await page.locator('main .btn.primary').allInnerTexts()).toEqual(['Choose a file…'])
    expect(await page.getByRole('button', { name: 'Start fresh' }).count()).toBe(0)
  })
})

describe.each(['light', 'dark'] as const)('in the %s theme', (theme) => {
  it('axe finds nothing in the pane and on the repair page', async () => {
    for (const [house, width] of [
      [{ sources: [] }, 1440],
      [{ sources: [], discovered: 'refused' }, 820],
      [{ broken: true }, 1440],
    ] as const) {
      const page = await open({ house, path: '/history', theme, width, height: width === 820 ? 700 : 900 })
      if ('discovered' in house) await page.getByRole('button', { name: 'Connect your Hassette' }).click()
      await page.locator('.connect-title, .gate-title').waitFor()
      expect(await violations(page)).toEqual([])
    }
  })
})
