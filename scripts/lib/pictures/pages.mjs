/** Which pictures there are, and how the window is brought to what they show. */

const THEMES = ['light', 'dark']
const SIZES = { wide: { width: 1440, height: 900 }, narrow: { width: 820, height: 700 } }
const PAGES = [
  'overview',
  'handlers',
  'jobs',
  'target',
  'history',
  'sessions',
  'alerts',
  'incident',
  'connect',
  'settings',
]
/** The sample has no storage to look after: this is shown with its recording as a file. */
const PAGES_OF_A_FILE = ['storage']

/**
 * @typedef {object} Picture
 * @property {string} name of its file, without `.png`
 * @property {string} page
 * @property {'sample' | 'file'} source
 * @property {'light' | 'dark'} theme
 * @property {{ width: number, height: number }} size of the window's inside, CSS pixels
 */

/** @type {Picture[]} in the order in which they are drawn */
export const PICTURES = [...picturesOf(PAGES, 'sample'), ...picturesOf(PAGES_OF_A_FILE, 'file')]

function picturesOf(pages, source) {
  return pages.flatMap((page) =>
    Object.entries(SIZES).flatMap(([format, size]) =>
      THEMES.map((theme) => {
        const name = `${page}-${theme}${format === 'narrow' ? '-narrow' : ''}`
        return { name, page, source, theme, size }
      }),
    ),
  )
}

/**
 * Opens a page and waits until it shows what its picture is about.
 * @param {import('playwright').Page} window
 * @param {string} name one of the pages in `PICTURES`
 */
export async function openPage(window, name) {
  // The pane that connects stays from page to page.
  const pane = window.getByRole('button', { name: 'Look at the sample first' })
  if (await pane.isVisible()) await pane.click()
  const go = (path) => window.evaluate((target) => (location.hash = target), `#${path}`)
  if (name === 'overview') {
    await go('/overview?range=7d')
    await window.locator('.uplot canvas').waitFor()
    await window.locator('.short-list li').first().waitFor()
  } else if (name === 'handlers' || name === 'jobs') {
    await go(`/${name}?range=24h`)
    await window.getByRole('row').nth(5).waitFor()
  } else if (name === 'target') {
    await go('/handlers?range=24h')
    await window.getByRole('row').nth(1).click()
    await window.locator('.uplot canvas').nth(1).waitFor()
    await window.getByRole('row').nth(3).waitFor()
  } else if (name === 'history') {
    await go('/history?range=24h')
    const failed = window.getByRole('row').filter({ hasText: 'DependencyResolutionError' }).first()
    await failed.waitFor()
    await failed.click()
    await window.getByText('Parameter').first().waitFor()
  } else if (name === 'sessions') {
    await go('/sessions?range=30d')
    await window.getByRole('row').nth(3).waitFor()
  } else if (name === 'alerts' || name === 'incident') {
    await go('/alerts')
    const incident = window.locator('a[href*="incident="]').first()
    await incident.waitFor()
    await window.getByText('Looking at the last 7 days').waitFor({ state: 'detached' })
    if (name === 'incident') await incident.click()
    if (name === 'incident') await window.locator('.inspector .uplot canvas, .inspector svg').first().waitFor()
  } else if (name === 'storage') {
    await go('/storage')
    await window.getByText('Compact now').waitFor()
  } else if (name === 'connect') {
    await go('/handlers?range=24h')
    await window.getByRole('button', { name: 'Connect your Hassette' }).click()
    await window.getByRole('textbox', { name: 'Path of hassette.db' }).waitFor()
    await window.getByRole('button', { name: 'Look again' }).and(window.locator(':enabled')).waitFor()
  } else {
    await go('/settings')
    await window.getByText('hassette.db').first().waitFor()
  }
}
