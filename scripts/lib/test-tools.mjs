/** What only the tests need from the system: a Chromium, a display, a session bus with a desktop's parts on it. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { missingDisplayPackages } from './display.mjs'
import { findProgram } from './processes.mjs'
import { failure } from './steps.mjs'

/** Program → the Debian package that brings it: the bus itself, a notification service, a panel with a tray, titles. */
const DESKTOP_PROGRAMS = {
  'dbus-run-session': 'dbus',
  'dbus-daemon': 'dbus',
  dunst: 'dunst',
  'xfce4-panel': 'xfce4-panel',
  xwininfo: 'x11-utils',
}

/** The one without a window of its own comes first: the same pages take it a quarter less of the processor. */
const CHROMIUM_NAMES = [
  'chromium-headless-shell',
  'chromium',
  'chromium-browser',
  'google-chrome-stable',
  'google-chrome',
]

function chromiumCandidates() {
  if (process.platform === 'darwin') {
    return ['Google Chrome', 'Chromium'].map((name) => `/Applications/${name}.app/Contents/MacOS/${name}`)
  }
  if (process.platform === 'win32') {
    const roots = [process.env.PROGRAMFILES, process.env['PROGRAMFILES(X86)'], process.env.LOCALAPPDATA]
    return roots.filter(Boolean).map((root) => join(root, 'Google', 'Chrome', 'Application', 'chrome.exe'))
  }
  return CHROMIUM_NAMES.map((name) => findProgram(name)).filter(Boolean)
}

/** @returns {string | null} the Chromium or Chrome for the browser tests; the variable CHROMIUM_PATH decides if set */
function findChromium() {
  if (process.env.CHROMIUM_PATH) return process.env.CHROMIUM_PATH
  return chromiumCandidates().find((path) => existsSync(path)) ?? null
}

/** @returns {string} as `findChromium`, but fails with a sentence */
export function requireChromium() {
  const path = findChromium()
  if (path && existsSync(path)) return path
  throw failure(
    path ? `CHROMIUM_PATH names ${path}, which does not exist.` : 'No Chromium was found for the browser tests.',
    'install Chromium or Google Chrome, or let CHROMIUM_PATH name its executable.',
  )
}

/** @returns {string[]} the Debian packages that the tests still need here */
export function missingTestPackages() {
  if (process.platform !== 'linux') return []
  return [
    ...(findChromium() ? [] : ['chromium-headless-shell']),
    ...missingDesktopPackages(),
    ...missingDisplayPackages(true),
  ]
}

function missingDesktopPackages() {
  const missing = Object.entries(DESKTOP_PROGRAMS).filter(([program]) => !findProgram(program))
  return [...new Set(missing.map(([, name]) => name))]
}
