import { describe, expect, it } from 'vitest'
import { CSP } from '../support/web-server'
import { focused, rowsShown } from './browser'
import type { HouseOptions } from '../support/house/house'
import { BEING_READ, delayQuestions, NOT_THERE, NOT_WATCHED, refuseQuestions, useHouse } from './house'

const { open, houseOf, takeComplaints } = useHouse()

/** Ten parts of it are not valid. */
const PARTLY_VALID = {
  db_retention_days: 'many',
  sources: ['/home/anna/.local/share/hassette/v1/hassette.db', ...Array.from({ length: 9 }, (_, nth) => nth)],
}

describe('a settings file', () => {
  it('that is not valid in parts is named, with the first of them', async () => {
    const page = await open({ house: { settings: PARTLY_VALID }, path: '/history' })
    const notices = page.getByRole('region', { name: 'Notices' })
    await expect
      .poll(() => notices.innerText())
      .toMatch(
        /Some of \S+settings\.json is not valid: db_retention_days, (sources\[\d+\], ){5}4 more The rest is in force/,
      )
  })
})

describe('keys', () => {
  it('go to every page, and the sheet lists what works here', async () => {
    const page = await open()
    for (const [letter, title] of [
      ['j', 'Jobs'],
      ['r', 'History'],
      ['s', 'Sessions'],
      ['a', 'Alerts'],
      ['d', 'Storage'],
      [',', 'Settings'],
      ['h', 'Handlers'],
    ] as const) {
      await page.keyboard.press('g')
      await page.keyboard.press(letter)
      await page.getByRole('heading', { level: 1, name: title }).waitFor()
      expect(await page.title()).toBe(`${title} — Hassette Monitor`)
    }
    await rowsShown(page)
    await page.keyboard.press('?')
    const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
    await sheet.waitFor()
    expect(await sheet.locator('li', { hasText: 'Only failures' }).locator('kbd').allInnerTexts()).toEqual(['f'])
    expect(await sheet.locator('li', { hasText: 'Down' }).locator('kbd').allInnerTexts()).toEqual(['j', '↓'])
    // The sheet has the keys now.
    await page.keyboard.press('t')
    expect(await page.evaluate(() => document.documentElement.style.colorScheme)).toBe('')
    await page.keyboard.press('Escape')
    await sheet.waitFor({ state: 'detached' })
  })

  it('reach the list from the skip link, and everything by Tab without a trap', async () => {
    const page = await open()
    await rowsShown(page)
    await page.keyboard.press('Tab')
    expect(await focused(page)).toBe('Skip to the list')
    await page.keyboard.press('Enter')
    expect(await focused(page)).toBe('Handlers')
    const stops = new Set<string>()
    for (let press = 0; press < 40; press++) {
      await page.keyboard.press('Shift+Tab')
      stops.add(await focused(page))
    }
    for (const stop of ['Make the sidebar small', 'Range as text', 'Filter by name, app or trigger']) {
      expect([...stops]).toContain(stop)
    }
  })

  it('make the sidebar small and wide again', async () => {
    const page = await open()
    const width = (): Promise<number | undefined> =>
      page.locator('.side').evaluate((side) => Math.round(side.getBoundingClientRect().width))
    const wide = await width()
    await page.keyboard.press('[')
    expect(await width()).toBe(48)
    await page.getByRole('button', { name: 'Make the sidebar wide' }).click()
    expect(await width()).toBe(wide)
  })
})

describe('the range', () => {
  it('holds across pages, takes typed text and refuses nonsense', async () => {
    const page = await open({ path: '/handlers' })
    await rowsShown(page)
    await page.getByRole('radio', { name: '7 d' }).click()
    await page.waitForFunction(() => location.hash.includes('range=7d'))
    await page.keyboard.press('g')
    await page.keyboard.press('r')
    await page.getByRole('heading', { level: 1, name: 'History' }).waitFor()
    expect(await page.getByRole('radio', { name: '7 d' }).getAttribute('aria-checked')).toBe('true')

    const field = page.getByRole('textbox', { name: 'Range as text' })
    await field.fill('soon')
    await field.press('Enter')
    expect(await field.getAttribute('aria-invalid')).toBe('true')
    expect(page.url()).toContain('range=7d')
    await field.fill('14:00..15:00')
    await field.press('Enter')
    await page.waitForFunction(() => location.hash.includes('2026-11-23'))
    await rowsShown(page)
    await page.waitForFunction(() =>
      [...document.querySelectorAll('.run-row time')].every((time) => time.textContent?.startsWith('14:')),
    )
    await page.goBack()
    await page.waitForFunction(() => location.hash.includes('range=7d'))
  })

  it('is one tab stop with arrows inside', async () => {
    const page = await open()
    await page.getByRole('radio', { name: '24 h' }).focus()
    await page.keyboard.press('ArrowRight')
    await page.waitForFunction(() => location.hash.includes('range=7d'))
    expect(await focused(page)).toBe('7 d')
  })

  it('ends with the recording for a snapshot, and says so', async () => {
    const page = await open({ house: { sources: ['cabin'] }, path: '/history?range=1h' })
    await rowsShown(page)
    await page.getByText('until 21 Nov 13:59').waitFor()
  })

  it('is one button when narrow', async () => {
    const page = await open({ width: 820, height: 700 })
    await rowsShown(page)
    await page.getByRole('button', { name: 'Range 24 h' }).click()
    await page.getByRole('radio', { name: '1 h' }).click()
    await page.getByRole('button', { name: 'Range 1 h' }).waitFor()
  })
})

describe('the tier', () => {
  it('says what it hides, and shows it on demand', async () => {
    const page = await open({ path: '/handlers' })
    await rowsShown(page)
    const framework = page.getByRole('radio', { name: /Framework/ })
    await page.waitForFunction(() =>
      /Framework\s+[\d\u202f]+ hidden/.test(document.querySelector('.top')?.textContent ?? ''),
    )
    await framework.click()
    await page.locator('.c-app', { hasText: '__hassette__' }).first().waitFor()
    expect(await page.locator('#list tbody tr').count()).toBe(3)
  })
})

describe('the theme', () => {
  it('follows the system until it is chosen, and is kept', async () => {
    const page = await open({ path: '/settings', house: { fixed: true }, theme: 'dark' })
    const plane = (): Promise<string> => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
    const dark = await plane()
    await page.getByRole('radio', { name: 'Light', exact: true }).click()
    await page.waitForFunction(() => document.documentElement.style.colorScheme === 'light')
    expect(await plane()).not.toBe(dark)
    await page.keyboard.press('t')
    await page.waitForFunction(() => document.documentElement.style.colorScheme === 'dark')
    expect(await plane()).toBe(dark)
    await page.getByText('Keep runs for').waitFor()
    await page.getByText('db_retention_days · set by an environment variable: it cannot be changed here').waitFor()
  })
})

describe('sources', () => {
  it.each<[string, RegExp, HouseOptions]>([
    ['reading', /reading 412.000 of 1.204.113/, { state: BEING_READ }],
    ['snapshot', /snapshot, read completely/, { sources: ['cabin'] }],
    ['sample', /sample, up to date/, { sources: [] }],
    ['failed', /not readable/, { state: NOT_THERE }],
    ['live', /Home\s*live/, {}],
    ['stale', /not watching since 14:30/, { state: NOT_WATCHED }],
  ])('%s: the switcher says its state', async (_source, words, house) => {
    const page = await open({ house })
    await page.waitForFunction(
      (pattern) => new RegExp(pattern).test(document.querySelector('.source-button')?.textContent ?? ''),
      words.source,
    )
  })

  it('can be switched; the pages follow and the route says so', async () => {
    const page = await open({ house: { sources: ['home', 'cabin', 'sample'] }, path: '/handlers/1' })
    await page.getByRole('heading', { name: 'kitchen_lights.motion' }).first().waitFor()
    await page.locator('.source-button').click()
    await page.getByRole('radio', { name: /Cabin/ }).click()
    await page.waitForFunction(() => /#\/handlers\?.*source=2/.test(location.hash))
    await rowsShown(page)
    await page.getByText('until 21 Nov 13:59').waitFor()
  })

  it('the sample says what it is on every page, and how to leave it', async () => {
    const page = await open({ house: { sources: [], discovered: 'nothing' } })
    for (const letter of ['h', 'j', 'r', 's', 'd', ',']) {
      await page.keyboard.press('g')
      await page.keyboard.press(letter)
      await page.getByText(/A recording of 8 days of a real Hassette/).waitFor()
      await page.getByRole('button', { name: 'Connect your Hassette' }).waitFor()
    }
  })
})

describe('states', () => {
  it('a slow archive gets a skeleton, then its rows', async () => {
    const page = await open({ prepare: delayQuestions, path: '/history' })
    await page.locator('.skeleton').waitFor()
    await rowsShown(page)
    expect(await page.locator('.skeleton').count()).toBe(0)
  })

  it('an error says what to do; trying again brings the rows', async () => {
    const page = await open({ prepare: refuseQuestions, path: '/handlers' })
    const block = page.getByRole('alert')
    await block.getByText('This list could not be read').waitFor()
    houseOf(page).faults.clear()
    await block.getByRole('button', { name: 'Try again' }).click()
    await rowsShown(page)
    expect(await block.count()).toBe(0)
  })

  it('old rows stay when a refresh fails', async () => {
    const page = await open({ path: '/history' })
    await rowsShown(page)
    refuseQuestions(houseOf(page))
    await page.getByRole('radio', { name: '7 d' }).click()
    await page.getByText('The runs could not be read').waitFor()
    expect(await page.locator('.run-row').count()).toBeGreaterThan(10)
  })

  it('a broken archive takes the place of every page but the settings, until it is back', async () => {
    const page = await open({ house: { broken: true }, path: '/history' })
    await page.getByRole('heading', { name: 'The archive cannot be opened' }).waitFor()
    await page.keyboard.press('g')
    await page.keyboard.press(',')
    await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor()
    await page.goBack()
    houseOf(page).repair()
    await page.getByRole('button', { name: 'Try again' }).click()
    await rowsShown(page)
  })

  it('an archive that restarts comes back by itself', async () => {
    const page = await open({ path: '/history' })
    await rowsShown(page)
    houseOf(page).emit('archiveState', { kind: 'restarting' })
    await page.getByRole('heading', { name: 'The archive is being started again' }).waitFor()
    houseOf(page).emit('archiveState', { kind: 'ready' })
    await rowsShown(page)
  })
})

describe('the content security policy', () => {
  it('is in force in these tests, and a style from a string would fail them', async () => {
    const page = await open()
    const response = await page.reload()
    expect(response?.headers()['content-security-policy']).toBe(CSP)
    await rowsShown(page)
    expect(takeComplaints()).toEqual([])
    await page.evaluate(() => {
      const style = document.createElement('style')
      style.textContent = 'body { color: red }'
      document.head.append(style)
    })
    await expect.poll(takeComplaints).toEqual([expect.stringContaining("style-src 'self'")])
  })
})
