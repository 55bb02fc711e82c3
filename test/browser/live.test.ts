import type { Page } from 'playwright'
import { describe, expect, it } from 'vitest'
import { activeRow, focused, inSight, ROW, rowsShown, scrollTo } from './browser'
import type { HouseOptions } from '../support/house/house'
import { BEING_READ, newestIds, NOT_WATCHED, useHouse } from './house'

const { open, houseOf } = useHouse()

const commit = (page: Page, count: number): void => houseOf(page).commit(count)
const line = (page: Page, text: string | RegExp): Promise<void> =>
  page.locator('.live-line', { hasText: text }).waitFor()

async function history(house: HouseOptions = {}, path = '/history?tier=all'): Promise<{ page: Page; newest: number }> {
  const page = await open({ house, path })
  await rowsShown(page)
  return { page, newest: (await inSight(page)).ids[0] ?? 0 }
}

/** The place above the newest run that is there now. */
const aboveNewest = (page: Page): Promise<string | null> =>
  page.evaluate(async () => {
    const span = { fromUs: null, toUs: null }
    const filter = { sourceId: 1, tier: 'all' as const, span, targetId: null, conditions: [] }
    const answer = await window.hassetteMonitor.runs.page({ filter, direction: 'older', from: null, limit: 1 })
    return answer.ok ? answer.value.newer : null
  })

/** Where a row stands, to the fraction of a pixel. */
const place = (page: Page, id: number | undefined): Promise<number | undefined> =>
  page.evaluate((run) => document.getElementById(`run-${run}`)?.getBoundingClientRect().top, id)

describe('new runs', () => {
  it('slide in while the list is at its very top', async () => {
    const { page, newest } = await history()
    await line(page, /^\s*live/)
    commit(page, 5)
    const ids = await newestIds(page, 6)
    expect(ids[5]).toBe(newest)
    await page.locator(`#run-${ids[0]}`).waitFor()
    expect((await inSight(page)).ids.slice(0, 6)).toEqual(ids)
  })

  it('keep the list at its top when more than a page comes at once, and none is lost', async () => {
    const { page, newest } = await history()
    commit(page, 450)
    const all = await newestIds(page, 800)
    expect(all[450]).toBe(newest)
    await page.locator(`#run-${all[0]}`).waitFor()
    expect((await inSight(page)).ids[0]).toBe(all[0])
    await line(page, /^\s*live/)
    // Across the border of its first page.
    await scrollTo(page, 170 * ROW)
    await page.locator(`#run-${all[200]}`).waitFor()
    const { ids } = await inSight(page)
    expect(ids.length).toBeGreaterThan(20)
    expect(ids).toEqual(all.slice(170, 170 + ids.length))
  })

  it('are counted exactly and come at a click; a pixel off the top is off the top', async () => {
    const { page, newest } = await history()
    await scrollTo(page, 2)
    const before = await place(page, newest)
    commit(page, 12)
    await line(page, '12 new')
    expect(await place(page, newest)).toBe(before)
    commit(page, 300)
    await line(page, '312 new')
    await page.getByRole('button', { name: /^312 new/ }).click()
    const all = await newestIds(page, 313)
    expect(all[312]).toBe(newest)
    await page.locator(`#run-${all[0]}`).waitFor()
    expect((await inSight(page)).ids[0]).toBe(all[0])
    await line(page, /^\s*live/)
  })

  it('count only what the filter lets through', async () => {
    const { page } = await history({}, '/history?status=!ok&tier=all&range=30d')
    await scrollTo(page, 10 * ROW)
    const from = await aboveNewest(page)
    commit(page, 400)
    const expected = await page.evaluate(async (from) => {
      const span = { fromUs: null, toUs: null }
      const conditions = [{ field: 'status' as const, op: 'not' as const, value: 'ok' as const }]
      const filter = { sourceId: 1, tier: 'all' as const, span, targetId: null, conditions }
      const answer = await window.hassetteMonitor.runs.page({ filter, direction: 'newer', from, limit: 200 })
      return answer.ok ? answer.value.rows.length : 0
    }, from)
    expect(expected).toBeGreaterThan(1)
    expect(expected).toBeLessThan(100)
    await line(page, new RegExp(`^\\s*${expected} new`))
  })
})

describe('the selected row', () => {
  it('moves by 0 px through many commits, scrolled away from the top', async () => {
    const { page } = await history()
    const id = (await newestIds(page, 46))[45]
    await scrollTo(page, 40 * ROW + 9)
    await page.locator(`#run-${id}`).click()
    await page.locator('.inspector-title').waitFor()
    const before = await place(page, id)
    for (let batch = 1; batch <= 6; batch++) {
      commit(page, 80)
      await line(page, `${batch * 80} new`)
      expect(await place(page, id)).toBe(before)
    }
  })

  it('moves by 0 px where the newest pages were dropped and come back', async () => {
    const { page, newest } = await history({ runs: 3000 }, '/history?tier=all&range=30d')
    for (let row = 0; row < 1500; row += 150) {
      await scrollTo(page, 1e6)
      await page.waitForFunction(() => {
        const list = document.getElementById('list') as HTMLElement
        return list.scrollHeight - list.scrollTop - list.clientHeight > 100
      })
    }
    await line(page, 'Newer runs above')
    const id = (await inSight(page)).ids[4]
    await page.locator(`#run-${id}`).click()
    await page.locator('.inspector-title').waitFor()
    const before = await place(page, id)
    for (const total of [250, 500]) {
      commit(page, 250)
      await line(page, `${total} new`)
      expect(await place(page, id)).toBe(before)
    }
    await page.keyboard.press('n')
    const all = await newestIds(page, 501)
    expect(all[500]).toBe(newest)
    await page.locator(`#run-${all[0]}`).waitFor()
  })

  it('holds the list even at its top; once nothing is selected the runs come in', async () => {
    const { page, newest } = await history()
    const id = (await newestIds(page, 4))[3]
    await page.locator(`#run-${id}`).click()
    await page.locator('.inspector-title').waitFor()
    const before = await place(page, id)
    commit(page, 5)
    await line(page, '5 new')
    expect(await place(page, id)).toBe(before)
    await page.getByRole('button', { name: 'Close' }).click()
    const all = await newestIds(page, 6)
    expect(all[5]).toBe(newest)
    await page.locator(`#run-${all[0]}`).waitFor()
  })

  it('of the keyboard stays under it; n goes to the top and on live', async () => {
    const { page, newest } = await history()
    for (const key of ['j', 'j', 'j']) await page.keyboard.press(key)
    const on = await activeRow(page)
    commit(page, 4)
    await line(page, '4 new')
    expect(await activeRow(page)).toBe(on)
    expect((await inSight(page)).ids[0]).toBe(newest)
    await page.keyboard.press('n')
    const [first] = await newestIds(page, 1)
    expect(first).not.toBe(newest)
    await page.locator(`#run-${first}`).waitFor()
    commit(page, 2)
    await page.locator(`#run-${(await newestIds(page, 1))[0]}`).waitFor()
    expect((await newestIds(page, 7))[6]).toBe(newest)
  })
})

describe('pausing', () => {
  it('by space holds the list, counts, and drops nothing; again by space goes on', async () => {
    const { page, newest } = await history()
    await page.keyboard.press('Space')
    await line(page, 'Paused at 15:12:00, nothing is dropped')
    const button = page.locator('.btn.live')
    expect((await button.innerText()).trim()).toBe('Paused')
    commit(page, 12)
    await line(page, /12 new\s+Paused at 15:12:00, nothing is dropped/)
    expect((await inSight(page)).ids[0]).toBe(newest)
    await page.keyboard.press('Space')
    const all = await newestIds(page, 13)
    expect(all[12]).toBe(newest)
    await page.locator(`#run-${all[0]}`).waitFor()
    expect((await inSight(page)).ids.slice(0, 13)).toEqual(all)
    expect((await button.innerText()).trim()).toBe('Live')
  })

  it('holds the figures of the tables too', async () => {
    const page = await open({ path: '/handlers' })
    await rowsShown(page)
    const figures = (): Promise<string> => page.locator('#list tbody').innerText()
    await page.locator('.btn.live').click()
    const before = await figures()
    commit(page, 200)
    await page.evaluate(() => new Promise((done) => setTimeout(done, 300)))
    expect(await figures()).toBe(before)
    await page.locator('.btn.live').click()
    await expect.poll(figures).not.toBe(before)
  })

  it('is not offered for a recording', async () => {
    const { page } = await history({ sources: ['cabin'] })
    await line(page, 'Up to the end of the recording')
    expect(await page.locator('.btn.live').count()).toBe(0)
    await page.keyboard.press('Space')
    await line(page, 'Up to the end of the recording')
  })
})

describe('the state of the source', () => {
  it('that is not watched stands in the line, in the banner and as a ring', async () => {
    const { page } = await history({ state: NOT_WATCHED })
    await line(page, 'not watching since 14:30: Another program keeps the file for itself.')
    await page.locator('.banner.warning', { hasText: 'Home: not watching since 14:30.' }).waitFor()
    expect(await page.locator('.btn.live .live-dot.blind').count()).toBe(1)
  })

  it('that is being read is a bar in the top bar with its figures, and moves no row', async () => {
    const { page, newest } = await history({ state: BEING_READ })
    const bar = page.getByRole('progressbar', { name: 'Reading the history that Hassette still has' })
    await bar.waitFor()
    expect(await bar.getAttribute('aria-valuetext')).toMatch(/^reading 412.000 of 1.204.113 runs$/)
    const before = await place(page, newest)
    houseOf(page).finishReading()
    await bar.waitFor({ state: 'detached' })
    expect(await place(page, newest)).toBe(before)
  })

  it('that is being read can be stopped and gone on with by keys; the words say what stays', async () => {
    const { page } = await history({ state: BEING_READ })
    await page.getByRole('button', { name: 'Cancel reading Home' }).focus()
    await page.keyboard.press('Enter')
    await page.locator('.top .reading', { hasText: 'Stopped by you; what was read stays' }).waitFor()
    await page.locator('.source-button', { hasText: 'stopped by you; what was read stays' }).waitFor()
    expect(await page.getByRole('progressbar').count()).toBe(0)
    await expect.poll(() => focused(page)).toBe('Go on reading Home')
    await page.keyboard.press('Enter')
    await page.getByRole('progressbar').waitFor()
    expect(await page.getByRole('button', { name: 'Go on reading Home' }).count()).toBe(0)
  })
})

describe('the count', () => {
  it('stands in the line after the rows, and goes with the filter', async () => {
    const { page } = await history({ runs: 3000 }, '/history?tier=all&range=30d')
    await line(page, /3.000 runs/)
    await page.keyboard.press('f')
    await expect.poll(() => page.locator('.live-line .count').innerText()).toMatch(/^\d{2,3} of 3.000 runs$/)
  })

  it('is not waited for, and says so only when it takes long', async () => {
    let finishCounts = (): void => undefined
    const page = await open({
      path: '/history?tier=all',
      prepare: ({ faults }) => {
        finishCounts = faults.hold(['runs.count'])
      },
    })
    await rowsShown(page)
    // The rows are there, the figure is not: nothing is said at first, then that it is being counted.
    expect(await page.locator('.live-line .count').innerText()).toMatch(/^(counting…)?$/)
    await line(page, 'counting…')
    finishCounts()
    await line(page, /\d runs/)
  })
})
