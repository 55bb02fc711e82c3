/** `npm run screenshots`: docs/screenshots/ from the real app on the sample home, light, dark and narrow. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { brotliDecompressSync } from 'node:zlib'
import { startInvisibleDisplay } from './lib/display.mjs'
import { sandboxArguments } from './lib/launch.mjs'
import { repositoryRoot } from './lib/paths.mjs'
import { setUp } from './lib/setup.mjs'
import { runMain } from './lib/steps.mjs'

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

async function show(page, name) {
  // The pane that connects opens by itself where a Hassette is found, and stays from page to page.
  const pane = page.getByRole('button', { name: 'Look at the sample first' })
  if (await pane.isVisible()) await pane.click()
  const go = (path) => page.evaluate((target) => (location.hash = target), `#${path}`)
  if (name === 'overview') {
    await go('/overview?range=7d')
    await page.locator('.uplot canvas').waitFor()
    await page.locator('.short-list li').first().waitFor()
  } else if (name === 'handlers' || name === 'jobs') {
    await go(`/${name}?range=24h`)
    await page.getByRole('row').nth(5).waitFor()
  } else if (name === 'target') {
    await go('/handlers?range=24h')
    await page.getByRole('row').nth(1).click()
    await page.locator('.uplot canvas').nth(1).waitFor()
    await page.getByRole('row').nth(3).waitFor()
  } else if (name === 'history') {
    await go('/history?range=24h')
    const failed = page.getByRole('row').filter({ hasText: 'DependencyResolutionError' }).first()
    await failed.waitFor()
    await failed.click()
    await page.getByText('Parameter').first().waitFor()
  } else if (name === 'sessions') {
    await go('/sessions?range=30d')
    await page.getByRole('row').nth(3).waitFor()
  } else if (name === 'alerts' || name === 'incident') {
    await go('/alerts')
    const incident = page.locator('a[href*="incident="]').first()
    await incident.waitFor()
    await page.getByText('Looking at the last 7 days').waitFor({ state: 'detached' })
    if (name === 'incident') await incident.click()
    if (name === 'incident') await page.locator('.inspector .uplot canvas, .inspector svg').first().waitFor()
  } else if (name === 'storage') {
    await go('/storage')
    await page.getByText('Compact now').waitFor()
  } else if (name === 'connect') {
    await go('/handlers?range=24h')
    await page.getByRole('button', { name: 'Connect your Hassette' }).click()
    await page.getByRole('textbox', { name: 'Path of hassette.db' }).waitFor()
    await page.getByRole('button', { name: 'Look again' }).and(page.locator(':enabled')).waitFor()
  } else {
    await go('/settings')
    await page.getByText('hassette.db').first().waitFor()
  }
  // Figures and strips come a moment after the rows.
  await page.waitForLoadState('networkidle')
  await page.evaluate(() => document.fonts.ready)
}

async function resize(app, size) {
  await app.evaluate(({ BrowserWindow }, { width, height }) => {
    BrowserWindow.getAllWindows()[0].setContentSize(width, height)
  }, size)
}

/** Pictures of some pages, each theme and size; each starts where the one before ended. */
async function picture({ runtime, display, args, ready, pages, target }) {
  const { _electron } = await import('playwright')
  const dataDir = mkdtempSync(join(tmpdir(), 'screenshots-'))
  const app = await _electron.launch({
    executablePath: runtime.executable,
    args: [...sandboxArguments(), repositoryRoot, ...args, '--data-dir', dataDir],
    env: { ...process.env, ...(display && { DISPLAY: display.name }) },
  })
  try {
    const page = await app.firstWindow()
    await page.getByText(ready).first().waitFor()
    for (const theme of ['light', 'dark']) {
      for (const size of Object.keys(SIZES)) {
        for (const name of pages) {
          await page.evaluate((value) => window.hassetteMonitor.settings.change({ name: 'theme', value }), theme)
          await resize(app, SIZES[size])
          await show(page, name)
          const file = `${name}-${theme}${size === 'narrow' ? '-narrow' : ''}.png`
          await page.screenshot({ path: join(target, file), animations: 'disabled' })
          process.stdout.write(`  docs/screenshots/${file}\n`)
        }
      }
    }
  } finally {
    await app.close()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

runMain(async () => {
  const runtime = await setUp({ tests: true, build: true })
  const display = process.platform === 'linux' ? await startInvisibleDisplay() : null
  const target = join(repositoryRoot, 'docs', 'screenshots')
  mkdirSync(target, { recursive: true })
  const folder = mkdtempSync(join(tmpdir(), 'screenshots-'))
  try {
    await picture({ runtime, display, target, args: ['--sample'], ready: 'up to date', pages: PAGES })
    const file = join(folder, 'house', 'hassette.db')
    mkdirSync(dirname(file))
    const packed = readFileSync(join(repositoryRoot, 'resources', 'sample', 'recording.db.br'))
    writeFileSync(file, brotliDecompressSync(packed))
    await picture({
      runtime,
      display,
      target,
      args: ['--source', file],
      ready: 'read completely',
      pages: PAGES_OF_A_FILE,
    })
  } finally {
    display?.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  return 0
})
