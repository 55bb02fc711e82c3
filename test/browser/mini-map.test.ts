import type { Page } from 'playwright'
import { describe, expect, it } from 'vitest'
import { inSight, rowsShown, scrollTo } from './browser'
import { newestIds, useHouse } from './house'

const { open, houseOf } = useHouse()

async function history(path = '/history?range=7d&tier=all'): Promise<Page> {
  const page = await open({ path })
  await rowsShown(page)
  await page.locator('.map-runs').waitFor()
  return page
}
const map = (page: Page) => page.getByRole('slider', { name: 'Where in the range the list stands' })
const band = (page: Page): Promise<number> =>
  page.locator('.map-band').evaluate((element) => Number.parseFloat((element as HTMLElement).style.top))

/** Start of the first row in sight, milliseconds since 1970. */
const topTime = async (page: Page): Promise<number> => {
  const { ids } = await inSight(page)
  const start = await page.locator(`#run-${ids[0]} time`).getAttribute('datetime')
  return Date.parse(start ?? '')
}
const END = Date.parse('2026-11-23T14:12:00Z')
const DAY = 86_400_000

describe('the map of the range', () => {
  it('leads to a moment; older runs stand first, newer ones are above without a gap', async () => {
    const page = await history()
    const box = await map(page).boundingBox()
    if (!box) throw new Error('no map')
    await page.mouse.click(box.x + 30, box.y + box.height / 2)
    await expect.poll(async () => Math.abs(END - 3.5 * DAY - (await topTime(page)))).toBeLessThan(0.15 * DAY)
    await page.locator('.newest.behind', { hasText: 'Newer runs above' }).waitFor()
    const { ids } = await inSight(page)
    // Every run has its place.
    const all = await newestIds(page)
    const place = all.indexOf(ids[0] ?? 0)
    expect(ids.length).toBeGreaterThan(20)
    expect(ids).toEqual(all.slice(place, place + ids.length))
    await page.locator('#list').evaluate((list) => list.scrollBy(0, -10 * 28))
    await expect.poll(async () => (await inSight(page)).ids[0]).toBe(all[place - 10])
    await page.keyboard.press('n')
    await expect.poll(async () => END - (await topTime(page))).toBeLessThan(60_000)
    expect(await page.locator('.newest.behind').count()).toBe(0)
  })

  it('is dragged: the band follows the mouse, the list the band', async () => {
    const page = await history()
    const box = await map(page).boundingBox()
    if (!box) throw new Error('no map')
    await page.mouse.move(box.x + 30, box.y + 60)
    await page.mouse.down()
    await page.mouse.move(box.x + 30, box.y + 300)
    expect(await band(page)).toBeCloseTo(300, -1)
    await page.mouse.move(box.x + 30, box.y + 400)
    await page.mouse.up()
    await expect
      .poll(async () => Math.abs(END - (400 / box.height) * 7 * DAY - (await topTime(page))))
      .toBeLessThan(0.15 * DAY)
  })

  it('is walked by keys, and says where it stands', async () => {
    const page = await history()
    await map(page).focus()
    expect(await map(page).getAttribute('aria-valuetext')).toMatch(/^1[45]:00: \d+ runs/)
    await page.keyboard.press('End')
    expect(await map(page).getAttribute('aria-valuetext')).toMatch(/^16 Nov /)
    await expect.poll(async () => END - 7 * DAY - (await topTime(page))).toBeGreaterThan(-0.2 * DAY)
    for (const key of ['ArrowUp', 'ArrowUp', 'ArrowUp', 'ArrowDown']) await page.keyboard.press(key)
    expect(await map(page).getAttribute('aria-valuenow')).toBe('2')
    await page.keyboard.press('Home')
    await expect.poll(async () => END - (await topTime(page))).toBeLessThan(60_000)
  })

  it('follows the list', async () => {
    const page = await history('/history?range=24h&tier=all')
    const before = await band(page)
    await scrollTo(page, 150 * 28)
    await expect.poll(() => band(page)).toBeGreaterThan(before)
  })

  it('stays as it is while runs come in, and the jump counts only those as new', async () => {
    const page = await history()
    await map(page).focus()
    await page.keyboard.press('PageDown')
    await page.locator('.newest.behind', { hasText: 'Newer runs above' }).waitFor()
    const { ids } = await inSight(page)
    houseOf(page).commit(7)
    await page.locator('.newest.behind', { hasText: '7 new' }).waitFor()
    expect((await inSight(page)).ids[0]).toBe(ids[0])
  })
})
