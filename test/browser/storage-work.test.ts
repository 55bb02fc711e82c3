import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { focused } from './browser'
import { refuseQuestions } from './house'
import { actions, holdWork, newestEntry, USED, useStorage } from './storage-page'

const { houseOf, storage } = useStorage()

describe('work on the archive', () => {
  it('shows its step, keeps the other actions off and says why, and tells how it ended', async () => {
    const page = await storage(USED)
    const work = holdWork(houseOf(page), 'compact')
    await actions(page).getByRole('button', { name: 'Compact now' }).click()
    await page.getByText(/^Writes the archive anew without gaps: about 31.MB become free\.$/).waitFor()
    await page.getByText(/Needs 1\.5.MB beside it for a while; [\d.]+.[GT]B are free\./).waitFor()
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
    work.show({ share: 0.42 })
    await expect.poll(() => bar.getAttribute('aria-valuenow')).toBe('42')
    await page.getByText('copying, 42\u202f%').waitFor()

    // It is shown wherever one is, and leads back.
    await page.keyboard.press('g')
    await page.keyboard.press('h')
    await page.getByRole('link', { name: 'Compacting · 42\u202f%' }).click()
    await bar.waitFor()
    for (const [step, share, said] of [
      ['copying', 0.9, 'copying, 90\u202f%'],
      ['checking', null, 'checking the copy'],
      ['replacing', null, 'putting it in place'],
    ] as const) {
      work.show({ step, share })
      await page.getByText(said).waitFor()
    }
    work.begin()
    await page
      .getByRole('status')
      .getByText(/Compacted\..*33.MB before, 1\.\d.MB now/)
      .waitFor()
    await expect.poll(() => page.locator('.use-sentence').innerText()).toContain('0\u202fB reusable')
    await expect.poll(() => newestEntry(page)).toContain('compacted')
    await page.getByRole('status').getByRole('button', { name: 'Close' }).click()
    expect(await page.locator('.work').count()).toBe(0)
  })

  it('that copies is cancelled when the copy ends, and says so; nothing is changed then', async () => {
    const page = await storage(USED)
    const work = holdWork(houseOf(page), 'backup')
    await actions(page).getByRole('button', { name: 'Back up…' }).click()
    await page.getByRole('button', { name: 'Cancel: Backing up' }).click()
    const button = page.getByRole('button', { name: 'Cancelling' })
    await button.waitFor()
    expect(await button.isDisabled()).toBe(true)
    await page.getByText('Cancelled when the copy ends; nothing is changed then.').waitFor()
    work.endCancelled()
    await page.getByRole('status').getByText('Cancelled; nothing was changed.').waitFor()
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
      .toMatch(/by you\s+\d+ app runs and \d+ framework runs past their days, up to 16 Nov 15:11/)
  })

  it('backs up, restores and moves after saying what happens, and tells where the file lies', async () => {
    const page = await storage()
    const { choose, places } = houseOf(page)
    const status = page.getByRole('status').locator('visible=true')
    const copy = join(places.dataDir, 'copy.db')
    choose(copy)
    await actions(page).getByRole('button', { name: 'Back up…' }).click()
    await status.getByText(`to ${copy}`).waitFor()
    await actions(page).getByRole('button', { name: 'Restore…' }).click()
    await page.getByText(/^A backup that you choose takes the place of the archive\./).waitFor()
    await page.getByRole('button', { name: 'Choose a backup…' }).click()
    await status.getByText(/what was here is now .*hassette\.db\.replaced-2026-11-23T/).waitFor()
    const elsewhere = join(places.dataDir, 'elsewhere')
    mkdirSync(elsewhere)
    choose(elsewhere)
    await actions(page).getByRole('button', { name: 'Move…' }).click()
    await page.getByRole('button', { name: 'Start fresh there…' }).click()
    await status.getByText(`the old file is still ${join(places.dataDir, 'hassette.db')}`).waitFor()
    await page.locator('.storage-path', { hasText: join(elsewhere, 'hassette.db') }).waitFor()
  })

  it('that is refused says why', async () => {
    const page = await storage()
    refuseQuestions(houseOf(page))
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
