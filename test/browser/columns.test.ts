import type { Page } from 'playwright'
import { describe, expect, it } from 'vitest'
import { activeRow, rowsShown } from './browser'
import type { HouseOptions } from '../support/house/house'
import { useHouse } from './house'

const { open } = useHouse()

async function table(
  path = '/handlers',
  size: { width?: number; height?: number; house?: HouseOptions } = {},
): Promise<Page> {
  const page = await open({ path, ...size })
  await rowsShown(page)
  return page
}

const heads = (page: Page): Promise<string[]> =>
  page
    .locator('#list thead th')
    .evaluateAll((all) => all.map((head) => head.textContent?.replace(/[↓↑]/, '').trim() ?? ''))
const widthOf = (page: Page, name: string): Promise<number> =>
  page.getByRole('columnheader', { name }).evaluate((head) => head.getBoundingClientRect().width)
const card = (page: Page) => page.locator('.figure-card')

describe('columns', () => {
  it('show durations, missed starts and the trend, and sort by them', async () => {
    const page = await table('/jobs?range=24h', { width: 1800 })
    for (const name of ['Schedule', 'Missed', 'p50', 'p95', 'Last 50 runs', 'Trend']) {
      expect(await heads(page)).toContain(name)
    }
    await page.getByRole('button', { name: 'Missed' }).click()
    await page.waitForFunction(() => location.hash.includes('sort=-missed'))
    const missed = await page.locator('#list td.c-missed').allInnerTexts()
    expect(missed[0]?.trim()).toBe('2')
    // Of a schedule that cannot be read nothing is said, and it is not a zero.
    expect(missed.at(-1)?.trim()).toBe('–')
    await page.getByRole('button', { name: 'p95' }).click()
    await page.waitForFunction(() => location.hash.includes('sort=-p95'))
    expect(await page.locator('#list tbody .c-name').first().innerText()).toBe('write_daily')
    const trend = page.locator('#list tbody tr', { hasText: 'poll_meter' }).locator('.spark')
    expect(await trend.getAttribute('aria-label')).toMatch(/^\d+ runs over the range, \d failed$/)
  })

  it('can be hidden, stay hidden on the way through the pages, and come back', async () => {
    const page = await table()
    await page.getByRole('button', { name: 'Columns' }).click()
    await page.getByRole('checkbox', { name: 'Timed out' }).uncheck()
    await page.keyboard.press('Escape')
    expect(await heads(page)).not.toContain('Timed out')
    expect(await page.locator('#list td.c-timed').count()).toBe(0)
    const remembered = await page.evaluate(() => window.hassetteMonitor.view.get())
    expect(remembered).toMatchObject({
      ok: true,
      value: { handlerColumns: { hidden: ['timed'] }, jobColumns: { hidden: [] } },
    })
    for (const key of ['g', 'j', 'g', 'h']) await page.keyboard.press(key)
    await rowsShown(page)
    expect(await heads(page)).not.toContain('Timed out')
    await page.getByRole('button', { name: 'Columns' }).click()
    await page.getByRole('button', { name: 'Reset columns' }).click()
    await expect.poll(() => heads(page)).toContain('Timed out')
  })

  it('are made wider by a drag of their edge and by keys, and that is kept', async () => {
    const page = await table()
    const before = await widthOf(page, 'Handler')
    const edge = await page.getByRole('columnheader', { name: 'Handler' }).locator('.column-edge').boundingBox()
    if (!edge) throw new Error('no edge')
    await page.mouse.move(edge.x + 3, edge.y + 8)
    await page.mouse.down()
    await page.mouse.move(edge.x + 33, edge.y + 8)
    await page.mouse.move(edge.x + 63, edge.y + 8)
    await page.mouse.up()
    expect(Math.round((await widthOf(page, 'Handler')) - before)).toBe(60)
    // The drag sorted nothing.
    expect(page.url()).not.toContain('sort=')
    await page.getByRole('button', { name: 'Handler' }).focus()
    await page.keyboard.press('Shift+ArrowRight')
    await expect.poll(async () => Math.round((await widthOf(page, 'Handler')) - before)).toBe(68)
    const answer = await page.evaluate(() => window.hassetteMonitor.view.get())
    expect(answer.ok && answer.value.handlerColumns.widths['name']).toBe(Math.round(before) + 68)
  })

  it('leave the names whole where the pane that connects takes the room', async () => {
    const page = await table('/handlers', { house: { sources: [] } })
    await page.locator('.connect, [aria-label="Path of hassette.db"]').first().waitFor()
    await expect.poll(() => heads(page)).not.toContain('Trigger')
    const cut = await page
      .locator('#list tbody .c-name')
      .evaluateAll((cells) =>
        cells.filter((cell) => cell.scrollWidth > cell.clientWidth).map((cell) => cell.textContent),
      )
    expect(cut).toEqual([])
    const wide = await page
      .locator('#list')
      .evaluate((list) => list.scrollWidth - (list.parentElement?.clientWidth ?? 0))
    expect(wide).toBeLessThanOrEqual(0)
  })
})

describe('a figure against the range before', () => {
  it('is shown for the figure under the mouse, and goes with it', async () => {
    const page = await table()
    const row = page.locator('#list tbody tr', { hasText: 'room_temp' })
    await row.locator('.c-p95').hover()
    await card(page).waitFor()
    expect(await card(page).innerText()).toMatch(
      /boiler_controller\.room_temp[\s\S]*p50[\s\S]*p95\s+\d+.ms\s+\d+.ms\s+\d\.\d.×/,
    )
    await row.locator('.c-name').hover()
    await card(page).waitFor({ state: 'detached' })
  })

  it('is shown for the figure that the keyboard walks to, and read aloud', async () => {
    const page = await table()
    await page.keyboard.press('j')
    for (const key of ['ArrowRight', 'ArrowRight']) await page.keyboard.press(key)
    await card(page).locator('tr.on', { hasText: 'Failed' }).waitFor()
    expect(await activeRow(page)).toMatch(/^\s*\d+\s+\d+.%\s*$/)
    await expect.poll(() => page.getByRole('status').first().innerText()).toMatch(/^Failed: \d+, before \d+$/)
    await page.keyboard.press('j')
    await expect.poll(() => activeRow(page)).not.toContain('motion')
    await card(page).waitFor()
    await page.keyboard.press('Escape')
    await card(page).waitFor({ state: 'detached' })
    expect(page.url()).toContain('/handlers')
  })

  it('says so where the archive does not reach back', async () => {
    const page = await table('/handlers?range=7d')
    await page.locator('#list tbody .c-runs').first().hover()
    await card(page).getByText('does not reach back').waitFor()
  })
})
