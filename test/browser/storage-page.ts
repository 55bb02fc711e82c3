import type { Locator, Page } from 'playwright'
import { useBrowser } from './browser'

/** A browser in which the Storage page is opened. */
export function useStorage() {
  const { open } = useBrowser()

  /** The Storage page with its figures. */
  async function storage(query = '', width = 1440): Promise<Page> {
    const page = await open({ path: '/storage', query, width, height: 900 })
    await page.locator('.use-bar').waitFor()
    return page
  }

  return { open, storage }
}

/** The buttons that begin work on the archive. */
export function actions(page: Page): Locator {
  return page.getByRole('group', { name: 'Work on the archive' })
}

/** The text of the log's first row. */
export function newestEntry(page: Page): Promise<string> {
  return page.getByRole('table', { name: 'What was removed, newest first' }).getByRole('row').nth(1).innerText()
}
