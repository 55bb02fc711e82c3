/** The real application, standing still for its pictures. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { brotliDecompressSync } from 'node:zlib'
import { _electron } from 'playwright'
import { sandboxArguments } from '../launch.mjs'
import { inRepository, repositoryRoot } from '../paths.mjs'
import { openPage } from './pages.mjs'

const PRELOAD = inRepository('scripts', 'lib', 'pictures', 'preload.cjs')
/** No graphics card and no setting of the desktop has a say in how the window is drawn. */
const SWITCHES = [
  '--disable-gpu',
  '--disable-lcd-text',
  '--force-color-profile=srgb',
  '--force-device-scale-factor=1',
  '--lang=en-US',
]
/** The window waits for nothing once it has asked nothing for so long. */
const QUIET_MS = 100
/** A drawing is taken for a picture when it has not changed for so long. */
const STILL_MS = 100
/** The same for one that is not what was expected: a busy machine may be late with something. */
const SURELY_STILL_MS = 1000
const PATIENCE_MS = 15_000
const START_TIMEOUT_MS = 20_000
const START_TRIES = 3

/**
 * @typedef {object} PictureApp
 * @property {() => import('playwright').Page} window the one that is open now
 * @property {(picture: import('./pages.mjs').Picture, suffices?: (png: Buffer) => boolean) => Promise<Buffer>} draw a
 * PNG; a drawing that `suffices` is taken at once, any other only when it has been the same for a while
 * @property {() => Promise<void>} close also removes its folders
 */

/**
 * Starts the built application in a home of its own, where no Hassette is found. It starts once more when a picture
 * wants another source.
 * @param {string} executable the Electron to run
 * @param {NodeJS.ProcessEnv} env its DISPLAY is used
 * @returns {Promise<PictureApp>}
 */
export async function startPictureApp(executable, env) {
  const start = (source) => startAnew(() => startStill(executable, env, source))
  let running = await start('sample')
  return {
    window: () => running.window,
    draw: async (picture, suffices) => {
      if (running.source !== picture.source) {
        await running.close()
        running = await start(picture.source)
      }
      return running.draw(picture, suffices)
    },
    close: () => running.close(),
  }
}

/** On a busy machine Electron's debugger now and then ignores a Playwright that comes while the app starts: 2 in 100. */
async function startAnew(start) {
  for (let tries = 1; ; tries++) {
    try {
      return await start()
    } catch (error) {
      if (error.name !== 'TimeoutError' || tries === START_TRIES) throw error
    }
  }
}

async function startStill(executable, env, source) {
  const folder = mkdtempSync(join(tmpdir(), 'pictures-'))
  let app = null
  const close = async () => {
    await app?.close()
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    app = await launch(executable, env, folder, source)
    const window = await app.firstWindow()
    await app.context().addInitScript({ path: PRELOAD })
    // Its first page was there before the clock stood still.
    await window.reload()
    const ready = source === 'sample' ? 'up to date' : 'read completely'
    await window.getByText(ready).first().waitFor()
    await untilAlertsAreStill(window)
    return { source, window, draw: createDrawing(app, window, folder), close }
  } catch (error) {
    await close()
    throw error
  }
}

function launch(executable, env, folder, source) {
  const ours = source === 'sample' ? ['--sample'] : ['--source', unpackRecording(folder)]
  const args = [repositoryRoot, ...ours, '--data-dir', dataDirIn(folder)]
  return _electron.launch({
    timeout: START_TIMEOUT_MS,
    executablePath: executable,
    args: ['-r', PRELOAD, ...SWITCHES, ...sandboxArguments(), ...args],
    cwd: repositoryRoot,
    // Playwright would have every page believe in a light desktop.
    colorScheme: null,
    env: stillEnvironment(env, folder),
  })
}

/**
 * The alerts look every few seconds, and what a first look finds open a second one may close. Any choice of a person makes
 * them look at once; to go on without a pause changes nothing.
 */
async function untilAlertsAreStill(window) {
  for (let looks = 0; looks < 2; looks++) {
    const answer = await window.evaluate(() => window.hassetteMonitor.alerts.pause({ until: null }))
    if (!answer.ok) throw new Error(`The alerts cannot look: ${answer.error.message}`)
  }
}

function dataDirIn(folder) {
  return join(folder, 'data')
}

/** The sample's recording as a file that no Hassette writes any more; returns its path. */
function unpackRecording(folder) {
  const file = join(folder, 'house', 'hassette.db')
  mkdirSync(dirname(file))
  writeFileSync(file, brotliDecompressSync(readFileSync(inRepository('resources', 'sample', 'recording.db.br'))))
  utimesSync(file, 0, 0)
  return file
}

function stillEnvironment(env, folder) {
  const foreign = /^(HASSETTE|XDG_|DBUS_|GTK_|LANG|LC_|ELECTRON_|WAYLAND_)/
  const kept = Object.entries(env).filter(([name]) => !foreign.test(name))
  return { ...Object.fromEntries(kept), HOME: folder, TZ: 'Europe/Berlin', LANG: 'C.UTF-8' }
}

function createDrawing(app, window, folder) {
  /** What the window shows: a page that is opened again may not look the same. */
  let shown = ''

  async function show({ page, size }) {
    if (shown === `${page} ${size.width}`) return
    shown = `${page} ${size.width}`
    await resize(app, window, size)
    await openPage(window, page)
    // A row under the mouse looks different.
    await window.mouse.move(size.width / 2, 1)
  }

  return async (picture, suffices) => {
    await show(picture)
    await changeTheme(window, picture.theme)
    const end = performance.now() + PATIENCE_MS
    for (let [last, sinceMs] = [Buffer.alloc(0), 0]; ; await delay(STILL_MS)) {
      await untilQuiet(app, end)
      await replaceMovingTexts(window, folder)
      const png = await window.screenshot({ animations: 'disabled', scale: 'css' })
      const nowMs = performance.now()
      if (!last.equals(png)) [last, sinceMs] = [png, nowMs]
      if (suffices ? suffices(png) || nowMs - sinceMs > SURELY_STILL_MS : nowMs > sinceMs) return png
      if (nowMs > end) throw new Error(`${picture.name} does not come to rest: something in it moves.`)
    }
  }
}

async function resize(app, window, size) {
  await app.evaluate(({ BrowserWindow }, { width, height }) => {
    BrowserWindow.getAllWindows()[0].setContentSize(width, height)
  }, size)
  await window.waitForFunction(({ width, height }) => innerWidth === width && innerHeight === height, size)
}

async function changeTheme(window, theme) {
  await window.evaluate((value) => window.hassetteMonitor.settings.change({ name: 'theme', value }), theme)
  await window.waitForFunction((value) => matchMedia(`(prefers-color-scheme: ${value})`).matches, theme)
  await window.evaluate(() => document.fonts.ready)
}

async function untilQuiet(app, end) {
  const isQuiet = () =>
    app.evaluate((_electron, quietMs) => {
      const { open, lastAtMs } = globalThis.questionsOfTheWindow
      return open === 0 && performance.now() - lastAtMs > quietMs
    }, QUIET_MS)
  while (!(await isQuiet()) && performance.now() < end) await delay(20)
}

/** Gives what differs from machine to machine and from release to release a fixed text. */
function replaceMovingTexts(window, folder) {
  return window.evaluate(
    ([temporary, dataDir]) => {
      const fixed = [
        [dataDir, '~/.config/Hassette Monitor'],
        [temporary, '~/.local/share'],
        [/Hassette Monitor \d+\.\d+\.\d+[-.\w]*/, 'Hassette Monitor 0.1.0'],
      ]
      const nodes = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
      while (nodes.nextNode()) {
        const node = nodes.currentNode
        const text = fixed.reduce((each, [moving, still]) => each.replace(moving, still), node.data)
        if (text !== node.data) node.data = text
      }
    },
    [folder, dataDirIn(folder)],
  )
}
