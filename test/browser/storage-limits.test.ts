import type { Page } from 'playwright'
import { describe, expect, it } from 'vitest'
import { focused } from './browser'
import { refuseQuestions } from './house'
import { FULL, newestEntry, TOO_FULL, useStorage } from './storage-page'

const { open, houseOf, storage } = useStorage()

const inUse = async (page: Page): Promise<string> => page.locator('.use-figure').innerText()

describe('a limit', () => {
  it('that is lowered asks first what it would remove; Esc keeps the old one', async () => {
    const page = await storage(FULL)
    const before = await inUse(page)
    const size = page.getByRole('textbox', { name: 'Size of the archive, MB' })
    await size.fill('10')
    await size.press('Enter')
    const question = page.getByRole('group', { name: 'Size of the archive' })
    await question
      .getByText(/^Removes 8.\d{3} app runs older than .* and 2.927 framework runs older than .*\.$/)
      .waitFor()
    await question.getByText(/Trends stay\. About \d+.kB become free\./).waitFor()
    await page.keyboard.press('Escape')
    await question.waitFor({ state: 'detached' })
    expect(await size.inputValue()).toBe('500')
    expect(await focused(page)).toBe('Size of the archive, MB')
    expect(await inUse(page)).toBe(before)

    await size.fill('10')
    await size.press('Enter')
    await question.getByRole('button', { name: 'Keep 500 MB' }).click()
    expect(await size.inputValue()).toBe('500')

    await size.fill('10')
    await size.press('Enter')
    await question.getByRole('button', { name: 'Lower and remove' }).click()
    await question.waitFor({ state: 'detached' })
    await expect.poll(() => inUse(page)).not.toBe(before)
    await expect
      .poll(() => newestEntry(page))
      .toMatch(/new limits\s+\d.\d{3} app runs and 2.927 framework runs over the size/)
    await page.getByText('db_max_size_mb · at start and daily, oldest first · default 500 MB').waitFor()
    await page.getByRole('button', { name: 'Reset: Size of the archive' }).click()
    await expect.poll(() => size.inputValue()).toBe('500')
  })

  it('that is raised, or takes nothing, is no question; one click keeps more days', async () => {
    const page = await storage()
    await page.getByRole('button', { name: 'Keep 30 days' }).click()
    await page.getByText('Keeps 30 days of runs, trends for ever.').waitFor()
    expect(await page.getByRole('button', { name: 'Keep 30 days' }).count()).toBe(0)
    const days = page.getByRole('textbox', { name: 'Keep runs for, days' })
    expect(await days.inputValue()).toBe('30')
    await days.fill('20')
    await days.press('Enter')
    await page.locator('.notice', { hasText: 'Keep runs for: 20 days. Nothing has to go.' }).waitFor()
    expect(await page.locator('.question').count()).toBe(0)
  })

  it('refuses what is no limit', async () => {
    const page = await storage()
    const size = page.getByRole('textbox', { name: 'Size of the archive, MB' })
    await size.fill('9')
    await size.press('Enter')
    await page.getByText('A whole number from 10 on.').waitFor()
    expect(await size.getAttribute('aria-invalid')).toBe('true')
    await page.keyboard.press('Escape')
    expect(await size.inputValue()).toBe('500')
    expect(await size.getAttribute('aria-invalid')).toBe('false')
  })

  it('of framework runs follows that of app runs until it has its own, and again when it is emptied', async () => {
    const page = await storage()
    const own = page.getByRole('textbox', { name: /^Keep framework runs for/ })
    expect(await own.getAttribute('placeholder')).toBe('as app runs')
    await own.fill('30')
    await own.press('Enter')
    await page.getByText('db_framework_retention_days · checked every hour · default as app runs').waitFor()
    await own.fill('')
    await own.press('Enter')
    const question = page.getByRole('group', { name: 'Keep framework runs for' })
    await question.getByText(/framework runs? older than/).waitFor()
    await question.getByRole('button', { name: 'Lower and remove' }).click()
    await question.waitFor({ state: 'detached' })
    expect(await own.inputValue()).toBe('')
  })

  it('from the environment is shown as such and is no field', async () => {
    const page = await storage({ fixed: true })
    await page.getByText('db_retention_days · set by an environment variable: it cannot be changed here').waitFor()
    expect(await page.getByRole('textbox', { name: /^Keep runs for/ }).count()).toBe(0)
    expect(await page.getByRole('button', { name: /^Keep \d+ days/ }).count()).toBe(0)
    expect(await page.getByRole('button', { name: 'Move…' }).isDisabled()).toBe(true)
    await page.getByText('The place is set by an environment variable (db_path) and cannot be changed here.').waitFor()
  })

  it('that is too small for what is kept for ever says so', async () => {
    const page = await storage(TOO_FULL)
    const size = page.getByRole('textbox', { name: 'Size of the archive, MB' })
    await size.fill('10')
    await size.press('Enter')
    await page.getByRole('button', { name: 'Lower and remove' }).click()
    await page.getByRole('alert').getByText('The limit is too small.').waitFor()
  })

  it('is the same on the Settings page', async () => {
    const page = await open({ path: '/settings' })
    const days = page.getByRole('textbox', { name: 'Keep runs for, days' })
    await days.fill('2')
    await days.press('Enter')
    const question = page.getByRole('group', { name: 'Keep runs for' })
    await question.getByText(/^Removes .* app runs and .* framework runs older than 21 Nov 15:12\.$/).waitFor()
    await question.getByRole('button', { name: 'Lower and remove' }).click()
    await page.getByText('db_retention_days · checked every hour · default 7 days').waitFor()
  })

  it('is not changed when it cannot be found out what it removes', async () => {
    const page = await storage(FULL)
    refuseQuestions(houseOf(page))
    const size = page.getByRole('textbox', { name: 'Size of the archive, MB' })
    await size.fill('10')
    await size.press('Enter')
    const alert = page.getByRole('alert').filter({ hasText: 'What that would remove could not be found out' })
    await alert.waitFor()
    houseOf(page).faults.clear()
    await alert.getByRole('button', { name: 'Try again' }).click()
    await page
      .getByRole('group', { name: 'Size of the archive' })
      .getByText(/^Removes/)
      .waitFor()
  })
})
