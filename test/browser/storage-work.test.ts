import type { Page } from 'playwright'
import { describe, expect, it } from 'vitest'
import { focused } from './browser'
import { actions, newestEntry, useStorage } from './storage-page'

const { storage } = useStorage()

const advance = (page: Page): Promise<void> => page.evaluate(() => window.fake.advance())

describe('work on the archive', () => {
  it('shows its step, keeps the other actions off and says why, and tells how it ended', async () => {
    const page = await storage('work=waits')
    await actions(page).getByRole('button', { name: 'Compact now' }).click()
    await page.getByText(/^Writes the archive anew without gaps: about 31.MB become free\.$/).waitFor()
    await page.getByText(/Needs 204.MB beside it for a while; 121.GB are free\./).waitFor()
    await page.getByText(/The copy itself cannot be interrupted/).waitFor()
    await page.keyboard.press('Enter')
    const bar = page.getByRole('progressbar', { name: 'Compacting' })
    await bar.waitFor()
    expect(await focused(page)).toBe('Cancel: Compacting')
    expect(await actions(page).getByRole('button', { disabled: true }).allInnerTexts()).toEqual([
      'Clean up now',
      'Compact now',
      'Back up…',
      'Restore…',
      'Move…',
    ])
    await page.getByText('The other actions wait until compacting ends.').waitFor()
    await advance(page)
    await expect.poll(() => bar.getAttribute('aria-valuenow')).toBe('42')
    await page.getByText('copying, 42\u202f%').waitFor()

    // It is shown wherever one is, and leads back.
    await page.keyboard.press('g')
    await page.keyboard.press('h')
    await page.getByRole('link', { name: 'Compacting · 42\u202f%' }).click()
    await bar.waitFor()
    for (const step of ['copying, 90\u202f%', 'checking the copy', 'putting it in place']) {
      await advance(page)
      await page.getByText(step).waitFor()
    }
    await advance(page)
    await page
      .getByRole('status')
      .getByText(/Compacted\..*235.MB before, 204.MB now/)
      .waitFor()
    await expect.poll(() => page.locator('.use-sentence').innerText()).toContain('0\u202fB reusable')
    await expect.poll(() => newestEntry(page)).toContain('compacted')
    await page.getByRole('status').getByRole('button', { name: 'Close' }).click()
    expect(await page.locator('.work').count()).toBe(0)
  })

  it('that copies is cancelled when the copy ends, and says so; nothing is changed then', async () => {
    const page = await storage('work=waits')
    await actions(page).getByRole('button', { name: 'Back up…' }).click()
    await page.getByRole('button', { name: 'Cancel: Backing up' }).click()
    const button = page.getByRole('button', { name: 'Cancelling' })
    await button.waitFor()
    expect(await button.isDisabled()).toBe(true)
    await page.getByText('Cancelled when the copy ends; nothing is changed then.').waitFor()
    const ended = page.getByRole('status').getByText('Cancelled; nothing was changed.')
    await expect
      .poll(async () => {
        await advance(page)
        return ended.count()
      })
      .toBe(1)
    expect(await newestEntry(page)).not.toContain('backed up')
  })

  it('cleans up at once: what is past its limits goes, the log says it', async () => {
    const page = await storage()
    await actions(page).getByRole('button', { name: 'Clean up now' }).click()
    await page
      .getByRole('status')
      .getByText(/Cleaned up\. \d+ runs removed/)
      .waitFor()
    await expect
      .poll(() => newestEntry(page))
      .toMatch(/by you\s+\d+ app runs and \d+ framework runs past their days, up to 16 Nov 15:12/)
  })

  it('backs up, restores and moves after saying what happens, and tells where the file lies', async () => {
    const page = await storage()
    const status = page.getByRole('status').locator('visible=true')
    await actions(page).getByRole('button', { name: 'Back up…' }).click()
    await status.getByText('to /home/anna/hassette-copy.db').waitFor()
    await actions(page).getByRole('button', { name: 'Restore…' }).click()
    await page.getByText(/^A backup that you choose takes the place of the archive\./).waitFor()
    await page.getByRole('button', { name: 'Choose a backup…' }).click()
    await status.getByText(/what was here is now .*before-restore/).waitFor()
    await actions(page).getByRole('button', { name: 'Move…' }).click()
    await page.getByRole('button', { name: 'Start fresh there…' }).click()
    await status.getByText(/the old file is still \/home\/anna\//).waitFor()
    await page.locator('.storage-path', { hasText: '/srv/archive/hassette.db' }).waitFor()
  })

  it('that is refused says why', async () => {
    const page = await storage()
    await page.evaluate(() => window.fake.setState('error'))
    await actions(page).getByRole('button', { name: 'Clean up now' }).click()
    await page.getByRole('alert').filter({ hasText: 'It did not work The archive was busy' }).waitFor()
  })

  it('is left by Esc before it begins, and the focus returns', async () => {
    const page = await storage()
    for (const name of ['Compact now', 'Restore…', 'Move…']) {
      await actions(page).getByRole('button', { name }).click()
      await page.locator('form.question').waitFor()
      await page.keyboard.press('Escape')
      await page.locator('form.question').waitFor({ state: 'detached' })
      expect(await focused(page)).toBe(name)
    }
  })
})
