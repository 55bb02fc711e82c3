import type { Page } from 'playwright'
import { describe, expect, it } from 'vitest'
import { focused, rowsShown } from './browser'
import { useHouse } from './house'

const { open } = useHouse()

async function target(path = '/handlers/3'): Promise<Page> {
  const page = await open({ path })
  await page.locator('.uplot canvas').nth(1).waitFor()
  return page
}
const value = (page: Page, name: string): Promise<string | null> =>
  page.getByRole('slider', { name }).getAttribute('aria-valuetext')

describe('the page of a handler or a job', () => {
  it('has figures with their change, the median for a handler and missed starts for a job', async () => {
    const page = await target()
    expect(await page.locator('.figures dt').allInnerTexts()).toEqual([
      ...['Runs', 'Failed', 'Dependency failures', 'Timed out', 'p95 duration', 'p50 duration'],
    ])
    expect(await page.locator('.figures .change').nth(4).innerText()).toMatch(/^\d\.\d.× of \d+.ms$/)
    const job = await target('/jobs/21')
    expect(await job.locator('.figures > div').last().innerText()).toMatch(/^Missed runs\s+2\s+\+2 from 0$/)
  })

  it('has both charts by keys, and as tables', async () => {
    const page = await target()
    expect(await value(page, 'Runs by outcome')).toMatch(/^15:00 to 15:\d\d: ok \d+/)
    expect(await value(page, 'Duration')).toMatch(/p50 \d+.ms, p95 \d+.ms, p99 \d+.ms, Runs \d+/)
    await page.getByRole('button', { name: 'As table' }).nth(1).click()
    const table = page.getByRole('group', { name: 'Duration' })
    expect((await table.getByRole('columnheader').allInnerTexts()).map((text) => text.trim())).toEqual([
      ...['Time', 'p50', 'p95', 'p99', 'Runs'],
    ])
    expect(await table.getByRole('row').count()).toBeGreaterThan(20)
  })

  it('sets the range from its chart', async () => {
    const page = await target()
    await page.getByRole('slider', { name: 'Runs by outcome' }).focus()
    for (const key of ['End', 'Shift+ArrowLeft', 'Enter']) await page.keyboard.press(key)
    await page.waitForFunction(() => location.hash.includes('range=2026-11-23'))
    await rowsShown(page)
  })

  it('says when it fails or runs: a sentence, and each hour by keys', async () => {
    const page = await target('/handlers/1')
    const heat = page.getByRole('slider', { name: 'Failures by hour' })
    await page.getByText(/Most failures fall on Mon between 14:00 and 16:00: \d+, 100.% of all\./).waitFor()
    await heat.focus()
    expect(await value(page, 'Failures by hour')).toBe('Mon 00:00: 0')
    for (let hour = 0; hour < 14; hour++) await page.keyboard.press('ArrowRight')
    expect(await value(page, 'Failures by hour')).toMatch(/^Mon 14:00: [1-9]\d*$/)
    await page.keyboard.press('ArrowDown')
    expect(await value(page, 'Failures by hour')).toBe('Tue 14:00: 0')
    await page.getByRole('radio', { name: 'Runs', exact: true }).click()
    expect(await value(page, 'Runs by hour')).toBe('Tue 14:00: 0')
    await page.getByText(/Most runs fall on/).waitFor()
  })

  it('keeps its list beside the inspector', async () => {
    const page = await target()
    await rowsShown(page)
    await page.locator('.run-row').nth(1).click()
    await page.locator('.inspector-title').waitFor()
    const seen = await page.locator('.run-row.selected').evaluate((row) => {
      const { top, bottom } = row.getBoundingClientRect()
      return top > 0 && bottom < window.innerHeight
    })
    expect(seen).toBe(true)
    await page.keyboard.press('Escape')
    await expect.poll(() => focused(page)).toBe('Runs, newest finished first')
  })

  it('says that it never ran, in every part', async () => {
    const page = await target('/handlers/20')
    await page.getByText('No run in the last 24 h.').waitFor()
    await page.getByText('No run with a duration in the last 24 h.').waitFor()
    await page.getByText('No failure and no time-out in this range.').waitFor()
    expect(await page.locator('.figures dd').first().innerText()).toBe('0')
  })
})
