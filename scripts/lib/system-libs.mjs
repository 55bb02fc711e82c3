/** The system libraries Electron links against or loads on demand; only Linux lacks some of them. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { recall, remember } from './cache.mjs'
import { attempt, findProgram } from './processes.mjs'
import { failure } from './steps.mjs'
import { ensureSystemPackages } from './system-packages.mjs'

const MEMORY_FILE = 'system-libraries.json'

/** Library → the Debian 12 package that brings it. The first group is linked, the second loaded at run time. */
const PACKAGE_OF_LIBRARY = {
  'libnss3.so': 'libnss3',
  'libnssutil3.so': 'libnss3',
  'libsmime3.so': 'libnss3',
  'libnspr4.so': 'libnspr4',
  'libasound.so.2': 'libasound2',
  'libgbm.so.1': 'libgbm1',
  'libatk-1.0.so.0': 'libatk1.0-0',
  'libatk-bridge-2.0.so.0': 'libatk-bridge2.0-0',
  'libatspi.so.0': 'libatspi2.0-0',
  'libcups.so.2': 'libcups2',
  'libdrm.so.2': 'libdrm2',
  'libgtk-3.so.0': 'libgtk-3-0',
  'libpango-1.0.so.0': 'libpango-1.0-0',
  'libcairo.so.2': 'libcairo2',
  'libxkbcommon.so.0': 'libxkbcommon0',
  'libXcomposite.so.1': 'libxcomposite1',
  'libXdamage.so.1': 'libxdamage1',
  'libXfixes.so.3': 'libxfixes3',
  'libXrandr.so.2': 'libxrandr2',
  'libXext.so.6': 'libxext6',
  'libX11.so.6': 'libx11-6',
  'libxcb.so.1': 'libxcb1',
  'libexpat.so.1': 'libexpat1',
  'libdbus-1.so.3': 'libdbus-1-3',
  'libudev.so.1': 'libudev1',
  'libglib-2.0.so.0': 'libglib2.0-0',
  'libgio-2.0.so.0': 'libglib2.0-0',
  'libgobject-2.0.so.0': 'libglib2.0-0',
}
const LOADED_ON_DEMAND = {
  'libgtk-3.so.0': 'libgtk-3-0',
  'libXss.so.1': 'libxss1',
  'libXtst.so.6': 'libxtst6',
  'libnotify.so.4': 'libnotify4',
}

/**
 * Reads the output of `ldd`.
 * @param {string} text
 * @returns {{ found: string[], missing: string[] }} paths of the libraries found, names of those that are not
 */
export function parseLdd(text) {
  const found = [...text.matchAll(/=> (\/\S+)/g)].map((match) => match[1])
  const missing = [...text.matchAll(/^\s*(\S+) => not found/gm)].map((match) => match[1])
  return { found: [...new Set(found)], missing: [...new Set(missing)] }
}

/**
 * Reads the output of `ldconfig -p` for some libraries.
 * @param {string} text
 * @param {string[]} names
 * @returns {{ found: string[], missing: string[] }} as `parseLdd`
 */
export function parseLdconfig(text, names) {
  const pathOf = (name) =>
    text
      .split('\n')
      .find((line) => line.trimStart().startsWith(`${name} `))
      ?.split('=> ')[1]
      ?.trim()
  return {
    found: names.flatMap((name) => pathOf(name) ?? []),
    missing: names.filter((name) => !pathOf(name)),
  }
}

/**
 * The packages that bring missing libraries.
 * @param {string[]} libraries
 * @returns {{ packages: string[], unknown: string[] }} `unknown`: libraries no package is known for
 */
export function packagesFor(libraries) {
  const known = { ...PACKAGE_OF_LIBRARY, ...LOADED_ON_DEMAND }
  return {
    packages: [...new Set(libraries.flatMap((name) => known[name] ?? []))].sort(),
    unknown: libraries.filter((name) => !known[name]),
  }
}

async function inspect(dist) {
  const files = readdirSync(dist).filter((name) => name === 'electron' || /\.so(\.\d+)*$/.test(name))
  const ldd = await attempt(
    'ldd',
    files.map((name) => join(dist, name)),
  )
  const ldconfig = await attempt(findProgram('ldconfig') ?? '/sbin/ldconfig', ['-p'])
  const own = new Set(files)
  const linked = parseLdd(ldd.output)
  const loaded = parseLdconfig(ldconfig.stdout, Object.keys(LOADED_ON_DEMAND))
  return {
    // Electron brings libffmpeg.so and others along; ldd does not see them from everywhere.
    missing: [...new Set([...linked.missing.filter((name) => !own.has(name)), ...loaded.missing])],
    found: [...linked.found, ...loaded.found],
  }
}

/**
 * Makes sure that Electron finds its system libraries. Remembers the libraries' paths, so that the next check only
 * looks whether they still exist.
 * @param {import('./electron-runtime.mjs').ElectronRuntime} runtime
 * @param {(text: string) => void} say
 * @returns {Promise<void>}
 */
export async function ensureSystemLibraries(runtime, say) {
  if (process.platform !== 'linux') return say('nothing to check on this system')
  const key = `${runtime.dist} ${runtime.version}`
  const memory = recall(MEMORY_FILE)
  if (memory?.key === key && memory.paths.every((path) => existsSync(path))) return say('all there')
  const before = await inspect(runtime.dist)
  const { packages, unknown } = packagesFor(before.missing)
  const reason = `A system library that Electron needs (${before.missing.join(', ')})`
  if (unknown.length > 0) {
    throw failure(`${reason} is missing.`, `install the packages of this system that bring ${unknown.join(', ')}.`)
  }
  await ensureSystemPackages(packages, reason, say)
  const after = packages.length > 0 ? await inspect(runtime.dist) : before
  if (after.missing.length > 0) {
    throw failure(`Electron still misses ${after.missing.join(', ')}.`, 'install the packages that bring them.')
  }
  remember(MEMORY_FILE, { key, paths: after.found })
  say(packages.length > 0 ? `installed ${packages.join(' ')}` : 'all there')
}

/**
 * The packages worth installing before Electron is there to be asked, so that this runs beside the other steps.
 * @returns {Promise<string[]>} Debian packages
 */
export async function missingKnownPackages() {
  const ldconfig = await attempt(findProgram('ldconfig') ?? '/sbin/ldconfig', ['-p'])
  const names = Object.keys({ ...PACKAGE_OF_LIBRARY, ...LOADED_ON_DEMAND })
  return packagesFor(parseLdconfig(ldconfig.stdout, names).missing).packages
}
