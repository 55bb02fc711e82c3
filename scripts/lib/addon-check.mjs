/** Loads better-sqlite3 in a child process of each runtime, so that a crash becomes a sentence. */
import { statSync } from 'node:fs'
import { recall, remember } from './cache.mjs'
import { compiledAddonPath } from './native.mjs'
import { repositoryRoot } from './paths.mjs'
import { attempt } from './processes.mjs'
import { failure } from './steps.mjs'

const MEMORY_FILE = 'checked-addons.json'
const REMEMBERED_CHECKS = 20
/** Opens a database in the main thread and in a worker thread; prints `ok` twice and the Node-API version. */
const PROBE = `
  const { Worker } = require('node:worker_threads')
  const body = "const D = require('better-sqlite3'); if (new D(':memory:').prepare('SELECT 1').pluck().get() !== 1) throw new Error('wrong answer')"
  new Function('require', body)(require)
  new Worker(body, { eval: true }).on('exit', (code) => { console.log(code === 0 ? 'ok' : 'worker failed'); process.exit(code) })
`

/**
 * @typedef {{ name: string, executable: string, electron: boolean }} AddonHost a runtime that will load the addon
 */

function environmentOf(host) {
  return host.electron ? { ...process.env, ELECTRON_RUN_AS_NODE: '1' } : process.env
}

/**
 * Asks a runtime for its Node-API version.
 * @param {AddonHost} host
 * @returns {Promise<number>}
 */
export async function napiOf(host) {
  if (!host.electron) return Number(process.versions.napi)
  const outcome = await attempt(host.executable, ['-p', 'process.versions.napi'], { env: environmentOf(host) })
  const version = Number(outcome.stdout.trim())
  if (outcome.code === 0 && version > 0) return version
  throw failure(`${host.name} does not start.`, 'read its output above.', outcome.output)
}

/** Changes whenever the addon's file or the runtime's executable does. */
function checkKey(host, addon) {
  const facts = [host.executable, addon].map((path) => {
    const { size, mtimeMs } = statSync(path)
    return `${path} ${size} ${mtimeMs}`
  })
  return facts.join(' | ')
}

/**
 * Proves once per runtime and addon that they work together, main thread and worker thread.
 * @param {AddonHost[]} hosts
 * @param {string} addon the binary's path in node_modules
 * @returns {Promise<number>} how many runtimes had to be tried; the others were remembered
 */
export async function checkAddon(hosts, addon) {
  const known = recall(MEMORY_FILE) ?? []
  const unknown = hosts.filter((host) => !known.includes(checkKey(host, addon)))
  for (const host of unknown) await loadAddon(host, addon)
  const proven = unknown.map((host) => checkKey(host, addon))
  if (proven.length > 0) remember(MEMORY_FILE, [...known, ...proven].slice(-REMEMBERED_CHECKS))
  return unknown.length
}

async function loadAddon(host, addon) {
  const outcome = await attempt(host.executable, ['-e', PROBE], { env: environmentOf(host), cwd: repositoryRoot })
  if (outcome.code === 0 && outcome.stdout.trim() === 'ok') return
  const how = outcome.signal ? `crashed with ${outcome.signal}` : `ended with code ${outcome.code}`
  throw failure(
    `better-sqlite3's native part does not work in ${host.name}: it ${how}.`,
    `delete ${addon} and ${compiledAddonPath()}, then run the command again.`,
    outcome.output.slice(-3000),
  )
}
