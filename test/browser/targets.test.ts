import type { Page } from 'playwright'
import { describe, expect, it } from 'vitest'
import { activeRow, focused, rowsShown } from './browser'
import { useHouse } from './house'

const { open } = useHouse()

const column = (page: Page, css: string): Promise<string[]> => page.locator(`#list tbody td${css}`).allInnerTexts()
const names = async (page: Page): Promise<string[]> => (await column(page, '.c-name')).map((name) => name.trim())

describe('handlers and jobs', () => {
  it('show what fails now first', async () => {
    const page = await open({ path: '/handlers' })
    await rowsShown(page)
    expect((await names(page))[0]).toBe('motion')
    expect(await page.locator('#list tbody tr').first().getAttribute('class')).toContain('failing')
    expect(await page.getByRole('columnheader', { name: /What needs a look/ }).getAttribute('aria-sort')).toBe(
      'descending',
    )
    await page.getByRole('link', { name: 'Handlers' }).getByRole('img', { name: '1 failing' }).waitFor()
  })

  it('sort by any column, by mouse and by keys, and keep it in the route', async () => {
    const page = await open({ path: '/handlers?range=7d' })
    await rowsShown(page)
    await page.getByRole('button', { name: 'Runs', exact: true }).click()
    await page.waitForFunction(() => location.hash.includes('sort=-runs'))
    const counts = (await column(page, '.figure:nth-child(5)')).map((text) => Number(text.replace(/\D/g, '')))
    expect(counts).toEqual([...counts].sort((a, b) => b - a))
    await page.getByRole('button', { name: /^Runs/ }).focus()
    for (const key of ['ArrowLeft', 'ArrowLeft', 'ArrowLeft', 'Enter']) await page.keyboard.press(key)
    await page.waitForFunction(() => location.hash.includes('sort=name'))
    const sorted = await names(page)
    expect(sorted).toEqual([...sorted].sort((a, b) => a.localeCompare(b)))
    expect(await page.getByRole('columnheader', { name: /Handler/ }).getAttribute('aria-sort')).toBe('ascending')
    await page.reload()
    await rowsShown(page)
    expect(await names(page)).toEqual(sorted)
  })

  it('are filtered by words, app and failures, and say how to undo it', async () => {
    const page = await open({ path: '/handlers' })
    await rowsShown(page)
    await page.keyboard.press('/')
    await page.keyboard.type('hall presence')
    await page.waitForFunction(() => document.querySelectorAll('#list tbody tr').length === 2)
    await page.keyboard.type('x')
    await page.getByText('No row matches.').waitFor()
    await page.getByRole('button', { name: 'Clear the filter' }).click()
    await page.waitForFunction(() => document.querySelectorAll('#list tbody tr').length === 19)

    await page.getByRole('button', { name: /All apps/ }).click()
    await page.getByRole('checkbox', { name: /kitchen_lights/ }).check()
    await page.keyboard.press('Escape')
    await page.waitForFunction(() => document.querySelectorAll('#list tbody tr').length === 2)
    await page.keyboard.press('f')
    await page.waitForFunction(() => document.querySelectorAll('#list tbody tr').length === 1)
    expect(page.url()).toContain('app=kitchen_lights')
    expect(page.url()).toContain('failing=1')
  })

  it('keep the gone behind a switch, muted and with their tag', async () => {
    const page = await open({ path: '/jobs' })
    await rowsShown(page)
    expect(await names(page)).not.toContain('report')
    await page.getByRole('switch', { name: /Retired and removed/ }).click()
    await page.locator('tr.gone', { hasText: 'report' }).getByText('removed').waitFor()
  })

  it('open the page of a row by key and come back by Esc, with the range kept', async () => {
    const page = await open({ path: '/handlers?range=7d' })
    await rowsShown(page)
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'kitchen_lights.motion' }).first().waitFor()
    await rowsShown(page)
    expect(page.url()).toContain('range=7d')
    const figures = await page.locator('.figures').innerText()
    expect(figures).toMatch(/Runs\s+\d+/)
    expect(await page.locator('.run-row').count()).toBeGreaterThan(5)
    await page.keyboard.press('Escape')
    await page.waitForFunction(() => location.hash.startsWith('#/handlers?'))
    expect(page.url()).toContain('range=7d')
  })

  it('say the local time of the last run for the row that has the keyboard', async () => {
    const page = await open({ path: '/handlers' })
    await rowsShown(page)
    const first = page.locator('#list tbody tr').first()
    expect(await first.locator('.when').innerText()).toMatch(/ago$/)
    await page.keyboard.press('j')
    await page.waitForFunction(() => document.querySelector('tr.active .exact')?.checkVisibility())
    expect(await first.locator('.when').innerText()).toMatch(/^15:1\d:\d\d$/)
  })

  it('are one tab stop for the head and one for the rows', async () => {
    const page = await open({ path: '/handlers' })
    await rowsShown(page)
    await page.getByRole('button', { name: 'Columns' }).focus()
    await page.keyboard.press('Tab')
    expect(await focused(page)).toBe('Handlers')
    expect(await activeRow(page)).toContain('motion')
    await page.keyboard.press('Tab')
    expect(await focused(page)).toContain('What needs a look')
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.closest('table'))).toBeNull()
  })
})
