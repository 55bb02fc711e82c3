import type { Page } from 'playwright'
import { describe, expect, it } from 'vitest'
import { LOOKS, activeRow, focused, violations } from './browser'
import type { HouseOptions } from '../support/house/house'
import { delayQuestions, refuseQuestions, useHouse } from './house'

const { open, houseOf } = useHouse()

async function sessions(path = '/sessions?range=30d', house: HouseOptions = {}, width = 1440): Promise<Page> {
  const page = await open({ path, house, width, height: width < 900 ? 700 : 900 })
  await page.locator('[id^=session-]').first().waitFor()
  return page
}
const rows = (page: Page): Promise<string[]> => page.locator('[id^=session-]').allInnerTexts()

describe('the Sessions page', () => {
  it('lists them newest first with how each ended, and says so in a line', async () => {
    const page = await sessions()
    await page.getByText('3 sessions, 2 without a clean stop').waitFor()
    expect(await rows(page)).toEqual([
      expect.stringMatching(/^Fri 20 Nov 15:13\s+–\s+2.d.23.h\s+running\s+4.287\s+66\s*1\.5.%\s+42\s+31\s+0$/),
      expect.stringMatching(/^Tue 17 Nov 15:14\s+≈ Fri 20 Nov 15:12\s+2.d.23.h\s+killed\s+[\d\u202f]+\s+13\s*0\.7.%/),
      expect.stringMatching(
        /^Sun 15 Nov 15:12\s+Tue 17 Nov 15:12\s+2.d.00.h\s+crashed\s*OSError: \[Errno 28\] No space left on/,
      ),
    ])
    await page.getByText('highest 1.5\u202f%, the session of').waitFor()
  })

  it('follows the range and goes to the runs of a session by mouse and by key', async () => {
    const page = await sessions()
    await page.locator('#session-2').click()
    await page.getByRole('heading', { level: 1, name: 'History' }).waitFor()
    expect(decodeURIComponent(page.url())).toContain('range=2026-11-17+15:14..2026-11-20+15:13')
    await page.locator('.run-row').first().waitFor()
    await page.goBack()
    await page.locator('#session-3').waitFor()
    await page.keyboard.press('j')
    expect(await activeRow(page)).toContain('running')
    await page.keyboard.press('Enter')
    await page.waitForFunction(() => location.hash.startsWith('#/history') && location.hash.includes('range=restart'))

    await page.keyboard.press('g')
    await page.keyboard.press('s')
    await page.getByRole('heading', { level: 1, name: 'Sessions' }).waitFor()
    await page.getByRole('radio', { name: '24 h' }).click()
    await page.getByText('1 session, none crashed or killed').waitFor()
  })

  it('tells of a crash what Hassette recorded, by button and by arrows', async () => {
    const page = await sessions()
    const why = page.locator('.session-why')
    const button = page.getByRole('button', { name: /^Why the session of Sun 15 Nov 15:12 crashed/ })
    await button.click()
    await why.getByText('[Errno 28] No space left on device').waitFor()
    expect(await page.title()).toContain('Sessions')
    await button.click()
    await why.waitFor({ state: 'detached' })
    await page.locator('#list').focus()
    await page.keyboard.press('End')
    await page.keyboard.press('ArrowRight')
    await why.getByText('OSError').waitFor()
    expect(await button.getAttribute('aria-expanded')).toBe('true')
    await page.keyboard.press('ArrowLeft')
    await why.waitFor({ state: 'detached' })
    expect(await focused(page)).toBe('Sessions, newest first')
  })

  it('pages by "older" to the end, and keeps them when figures change', async () => {
    const page = await open({ path: '/sessions?range=30d', house: { olderSessions: 117 } })
    await page.locator('[id^=session-]').first().waitFor()
    const older = page.getByRole('button', { name: 'Older sessions' })
    await page.getByText('the newest 50 sessions').waitFor()
    await older.click()
    await expect.poll(() => page.locator('[id^=session-]').count()).toBe(100)
    await older.click()
    await expect.poll(() => page.locator('[id^=session-]').count()).toBe(120)
    expect(await older.count()).toBe(0)
    const ids = await page.locator('[id^=session-]').evaluateAll((list) => list.map(({ id }) => id))
    expect(new Set(ids).size).toBe(120)
    const before = (await rows(page))[0]
    houseOf(page).commit(50)
    await expect.poll(async () => (await rows(page))[0]).not.toBe(before)
    expect(await page.locator('[id^=session-]').count()).toBe(120)
  })

  it('loading, empty and failed are said', async () => {
    const slow = await open({ path: '/sessions', prepare: delayQuestions })
    await slow.locator('.skeleton').first().waitFor()
    await slow.locator('[id^=session-]').first().waitFor()

    const none = await open({ path: '/sessions', house: { runs: 0 } })
    await none.getByText('No session in this range. One begins each time Hassette starts.').waitFor()

    const page = await open({ path: '/sessions', prepare: refuseQuestions })
    const alert = page.getByRole('alert').filter({ hasText: 'The sessions could not be read' })
    await alert.waitFor()
    houseOf(page).faults.clear()
    await alert.getByRole('button', { name: 'Try again' }).click()
    await page.locator('[id^=session-]').first().waitFor()
    expect(await alert.count()).toBe(0)
  })

  it('shows another source when it is switched, and a recording ends with itself', async () => {
    const page = await sessions('/sessions?range=30d', { sources: ['home', 'cabin', 'sample'] })
    await page.locator('.source-button').click()
    await page.getByRole('radio', { name: /Cabin/ }).click()
    await expect.poll(async () => (await rows(page))[0]).toMatch(/^Wed 18 Nov/)
  })

  it('fits 820 pixels', async () => {
    const page = await sessions('/sessions?range=30d', {}, 820)
    expect(await page.locator('.list-space').evaluate((list) => list.scrollWidth <= list.clientWidth)).toBe(true)
    expect(await page.getByText(/^Blocking$/).isVisible()).toBe(false)
  })
})

describe.each(LOOKS)('in the $theme theme, $width pixels wide', (look) => {
  it('axe finds nothing', async () => {
    const page = await open({ path: '/sessions?range=30d', house: { olderSessions: 60 }, ...look })
    await page.getByRole('button', { name: 'Older sessions' }).waitFor()
    await page.getByRole('button', { name: /^Why the session/ }).click()
    await page.locator('.session-why').waitFor()
    expect(await violations(page)).toEqual([])
  })
})
