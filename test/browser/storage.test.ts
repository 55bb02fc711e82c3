import type { Locator, Page } from 'playwright'
import { describe, expect, it } from 'vitest'
import { LOOKS, focused, violations } from './browser'
import type { HouseOptions } from '../support/house/house'
import { delayQuestions, knowsNoSource, NOT_THERE, refuseQuestions } from './house'
import { actions, hassetteIsFull, holdWork, newestEntry, TOO_FULL, USED, useStorage } from './storage-page'

const { open, houseOf, storage } = useStorage()

/** Its own archive is not open while the recording is shown. */
const SAMPLE: HouseOptions = { sources: [], discovered: 'nothing' }

const section = (page: Page, name: string): Locator =>
  page.locator('section', { has: page.getByRole('heading', { level: 2, name }) })

describe('the Storage page', () => {
  it('says what each source is, what Hassette itself holds and why, and how full the archive is', async () => {
    const page = await storage(USED, { prepare: hassetteIsFull })
    const home = page.getByRole('list', { name: 'Sources' }).getByRole('listitem')
    await home.getByText(/Hassette 0\.51–0\.55 · schema 12 · 41 sessions · 598.112 runs, 99.% framework/).waitFor()
    await home.getByText('Hassette itself holds only the last 4.1\u202fh:').waitFor()
    await home.getByText('its 500 MB cap is full of framework rows.').waitFor()
    await home.getByRole('button', { name: 'Copy database.max_size_mb' }).click()
    expect(houseOf(page).copied()).toBe('database.max_size_mb')

    const bar = await page.getByRole('img', { name: /^What the archive holds/ }).getAttribute('aria-label')
    for (const part of [
      'Runs 515.kB',
      'Errors 164.kB',
      'Log lines 133.kB',
      'Trends 360.kB',
      'Reusable 31.MB',
      'Free 467.MB',
    ])
      expect(bar).toMatch(new RegExp(part))
    const kept = page.getByRole('table', { name: 'What is kept of each source' })
    expect(await kept.getByRole('row').allInnerTexts()).toEqual([
      expect.stringMatching(/^Runs of\s+Since\s+Reaches/),
      expect.stringMatching(/^Apps\s+15 Nov 15:15\s+8.d\s+5.975\s+798\s+719.kB$/),
      expect.stringMatching(/^Framework\s+15 Nov 15:28\s+8.d\s+1.025\s+135\s+93.kB$/),
    ])
    await page
      .getByText(/Keeps 7 days of runs, trends for ever\. At your rate 500 MB would hold about 4.381 days\./)
      .waitFor()
  })

  it('says what waits while the clock cannot be believed, and a cleaning says it too', async () => {
    const page = await storage({ sources: ['behind'], services: ['retention'] })
    houseOf(page).giveSign()
    const waits = page.getByRole('status').filter({ hasText: 'Nothing is removed by its days for now.' })
    await waits.getByText('The clock of this computer is 10\u202fd ahead of that of Hassette.').waitFor()
    await actions(page).getByRole('button', { name: 'Clean up now' }).click()
    await page.getByText('what is past its days stays until the clock is confirmed').waitFor()
    expect(await violations(page)).toEqual([])
    expect(await (await storage({ services: ['retention'] })).getByText('Nothing is removed by its days').count()).toBe(
      0,
    )
  })

  it('has a log in plain words', async () => {
    const page = await storage(USED)
    expect(await newestEntry(page)).toMatch(
      /^14:00 today\s+hourly\s+806 framework runs past their days, up to 16 Nov 13:00; stopped early, the rest follows\s+3\.0.MB\s+212.ms$/,
    )
  })

  it('shows skeletons, then figures; an error says what to do and goes with its cause', async () => {
    const slow = await open({ path: '/storage', prepare: delayQuestions })
    await slow.locator('.storage-skeleton').waitFor()
    await slow.locator('.use-bar').waitFor()
    expect(await slow.locator('.storage-skeleton').count()).toBe(0)

    const page = await open({ path: '/storage', prepare: refuseQuestions })
    const alert = page.getByRole('alert').filter({ hasText: 'The figures of the archive could not be read' })
    await alert.waitFor()
    await page.getByRole('alert').filter({ hasText: 'The log could not be read' }).waitFor()
    houseOf(page).faults.clear()
    await alert.getByRole('button', { name: 'Try again' }).click()
    await page.locator('.use-bar').waitFor()
    expect(await page.getByRole('alert').filter({ hasText: 'could not be read' }).count()).toBe(0)
  })

  it('says of an empty archive what would fill it', async () => {
    const page = await storage({ runs: 0 })
    await page.getByText('No run yet. This fills as soon as Hassette has finished one.').waitFor()
    await page.getByText(/^Nothing was cleaned up yet\./).waitFor()
    await page.getByText(/Nothing is recorded yet, so nothing can be said of the days ahead\./).waitFor()
  })

  it('adds a source also where there is none', async () => {
    const page = await open({ path: '/storage', prepare: knowsNoSource })
    await page.getByText('No Hassette yet. Add its file, and what it still holds is read first.').waitFor()
    await page.getByRole('button', { name: 'Add a source' }).click()
    await page.getByRole('complementary', { name: 'Connect a Hassette' }).waitFor()
  })

  it('is about the own archive while the sample is shown; limits can be set, with what cannot be known said', async () => {
    const page = await open({ path: '/storage', house: SAMPLE })
    await page.getByRole('heading', { name: /^This page is about your own archive/ }).waitFor()
    expect(await actions(page).count()).toBe(0)
    const days = page.getByRole('textbox', { name: 'Keep runs for, days' })
    await days.fill('3')
    await days.press('Enter')
    await page.getByText(/^Your own archive is not open, so what this removes cannot be said now\./).waitFor()
    await page.getByRole('button', { name: 'Lower it' }).click()
    await page.getByText('Keeps 3 days of runs, trends for ever.').waitFor()
  })

  it('says when nothing can be recorded', async () => {
    const page = await storage()
    const problem = { code: 'disk_full' as const, message: 'The disk is full.' }
    houseOf(page).emit('archiveState', { kind: 'ready', paused: problem })
    await page.locator('.banner.warning', { hasText: 'Nothing is recorded for now. The disk is full.' }).waitFor()
    expect(await page.locator('.use-bar').count()).toBe(1)
  })
})

describe('a source', () => {
  const menu = async (page: Page, item: string, name = 'Home'): Promise<void> => {
    await page.getByRole('button', { name: `More for ${name}` }).click()
    await page.getByRole('button', { name: item, exact: true }).click()
  }

  it('is tested and renamed by keys', async () => {
    const page = await storage({ sources: ['cabin'], hassette: 'read' })
    await page.getByRole('button', { name: 'Test Home' }).click()
    await page.locator('.notice', { hasText: 'Home can be read' }).waitFor()
    await page.getByRole('button', { name: 'More for Home' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Rename…' }).waitFor()
    await page.keyboard.press('Enter')
    const name = page.getByRole('textbox', { name: 'Name' })
    await name.waitFor()
    await expect.poll(() => focused(page)).toBe('Name')
    await name.fill('House')
    await page.keyboard.press('Enter')
    await page.locator('.source-button', { hasText: 'House' }).waitFor()
    await expect.poll(() => focused(page)).toBe('More for House')
  })

  it('that cannot be read says why and what to do', async () => {
    const page = await storage({ state: NOT_THERE })
    const home = page.getByRole('list', { name: 'Sources' }).getByRole('listitem')
    await home.getByText('not readable').waitFor()
    await home
      .getByText(/^There is no file \/home\/anna\/.*\. Choose the hassette\.db in the data folder of Hassette\.$/)
      .waitFor()
  })

  it('is switched between live and snapshot after it was said what that means', async () => {
    const page = await storage()
    await menu(page, 'Treat as a snapshot…')
    await page.getByText(/^A snapshot is a file that is not written to any more: its runs do not grow old/).waitFor()
    await page.getByRole('button', { name: 'Treat as a snapshot', exact: true }).click()
    await page.locator('.notice', { hasText: 'Now treated as a snapshot' }).waitFor()
    await menu(page, 'Treat as live…')
    await page.getByText(/its runs go after 7 days\./).waitFor()
    await page.keyboard.press('Escape')
    await page.locator('form.question').waitFor({ state: 'detached' })
    expect(await focused(page)).toBe('More for Home')
  })

  it('is removed with its runs kept, without a second question', async () => {
    const page = await storage({ sources: ['home', 'cabin'] })
    await menu(page, 'Remove…', 'Cabin')
    await page.getByRole('radio', { name: /^Keep them/ }).waitFor()
    await page.getByRole('button', { name: 'Remove, keep the runs' }).click()
    const cabin = page.getByRole('list', { name: 'Sources' }).getByRole('listitem').filter({ hasText: 'Cabin' })
    await cabin.getByText('removed; its runs are kept').waitFor()
    expect(await page.getByRole('button', { name: 'Test Cabin' }).count()).toBe(0)
    // What is left of it can still be deleted, after the one question that is left.
    await menu(page, 'Delete its runs…', 'Cabin')
    await page.getByRole('button', { name: 'Delete 7\u202f000 runs for good' }).click()
    await cabin.waitFor({ state: 'detached' })
  })

  it('is removed with its runs only after a second question', async () => {
    const page = await storage({ sources: ['home', 'cabin'] })
    const kept = page.getByRole('table', { name: 'What is kept of each source' }).getByRole('row')
    expect(await kept.count()).toBe(5)
    await menu(page, 'Remove…', 'Cabin')
    await page.getByRole('radio', { name: /^Delete them/ }).check()
    await page.getByText('7\u202f000 runs, their errors and their trends go for good.').waitFor()
    await page.getByRole('button', { name: 'Remove and delete…' }).click()
    await page.getByText('Delete 7\u202f000 runs of Cabin and all trends of it? This cannot be undone.').waitFor()
    // Nothing dangerous has the focus.
    expect(await focused(page)).toBe('Never mind')
    expect(await page.getByRole('list', { name: 'Sources' }).getByText('Cabin', { exact: true }).count()).toBe(1)
    await page.getByRole('button', { name: 'Delete 7\u202f000 runs for good' }).click()
    await page.locator('.notice', { hasText: 'Cabin is removed' }).waitFor()
    const named = page.getByRole('list', { name: 'Sources' }).getByText('Cabin', { exact: true })
    await expect.poll(() => named.count()).toBe(0)
    await expect.poll(() => kept.count()).toBe(3)
  })
})

it('reaches everything at 820 pixels', async () => {
  const page = await storage({}, { width: 820 })
  expect(await page.locator('main').evaluate((main) => main.scrollWidth <= main.clientWidth)).toBe(true)
  await section(page, 'Limits').getByRole('textbox', { name: /^Size/ }).scrollIntoViewIfNeeded()
})

describe.each(LOOKS)('in the $theme theme, $width pixels wide', (look) => {
  it('axe finds nothing at rest, full, asking, working, on the Settings page', async () => {
    const shown = { path: '/storage', ...look, height: 900 }
    const house: HouseOptions = { ...TOO_FULL, ...USED, ballast: { ...USED.ballast, ...TOO_FULL.ballast } }
    const page = await open({ ...shown, house: { ...house, sources: ['home', 'cabin'] }, prepare: hassetteIsFull })
    await page.locator('.use-bar').waitFor()
    await page.locator('.holds').first().waitFor()
    expect(await violations(page)).toEqual([])
    await page.getByRole('button', { name: 'More for Home' }).click()
    await page.getByRole('button', { name: 'Remove…' }).waitFor()
    expect(await violations(page)).toEqual([])
    await page.getByRole('button', { name: 'Remove…' }).click()
    await page.getByRole('radio', { name: /^Delete them/ }).check()
    await page.getByRole('button', { name: 'Remove and delete…' }).click()
    const size = page.getByRole('textbox', { name: 'Size of the archive, MB' })
    await size.fill('10')
    await size.press('Enter')
    await page.getByRole('button', { name: 'Lower and remove' }).click()
    await page.getByRole('alert').getByText('The limit is too small.').waitFor()
    await size.fill('5')
    await size.press('Enter')
    holdWork(houseOf(page), 'compact')
    await actions(page).getByRole('button', { name: 'Compact now' }).click()
    await page.getByRole('button', { name: 'Compact now' }).last().click()
    await page.getByRole('button', { name: 'Cancel: Compacting' }).click()
    await page.getByRole('button', { name: 'Cancelling' }).waitFor()
    expect(await violations(page)).toEqual([])

    const empty = await open({ ...shown, house: { runs: 0, fixed: true } })
    await empty.locator('.use-bar').waitFor()
    expect(await violations(empty)).toEqual([])
    const sample = await open({ ...shown, house: SAMPLE })
    await sample.getByRole('heading', { name: /^This page is about your own archive/ }).waitFor()
    expect(await violations(sample)).toEqual([])
    const settings = await open({ ...shown, path: '/settings' })
    const days = settings.getByRole('textbox', { name: 'Keep runs for, days' })
    await days.fill('2')
    await days.press('Enter')
    await settings.getByRole('button', { name: 'Lower and remove' }).waitFor()
    expect(await violations(settings)).toEqual([])
  })
})
