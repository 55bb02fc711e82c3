/**
 * Everything between a fresh clone and a running application. Needs no node_modules. Steps that do not wait for each
 * other run side by side: the compilation of better-sqlite3, npm ci, the system packages.
 */
import { existsSync } from 'node:fs'
import { checkAddon, napiOf } from './addon-check.mjs'
import { ensureBuild } from './build.mjs'
import { missingDisplayPackages } from './display.mjs'
import { resolveElectron, runtimeNotice } from './electron-runtime.mjs'
import {
  activeAddonPath,
  compiledAddonPath,
  ensureCompiledAddon,
  missingCompilerPackages,
  needsCompiledAddon,
  placeAddon,
} from './native.mjs'
import { ensurePackages } from './packages.mjs'
import { seconds, step } from './steps.mjs'
import { ensureSystemLibraries, missingKnownPackages } from './system-libs.mjs'
import { ensureSystemPackages } from './system-packages.mjs'
import { missingTestPackages } from './test-tools.mjs'

/**
 * @typedef {object} Needs what the command is going to do
 * @property {boolean} [build] run the built application
 * @property {boolean} [tests] run tests: Node itself loads better-sqlite3 too, and Chromium and Xvfb are wanted
 */

/**
 * Sets up and prints one line per step.
 * @param {Needs} needs
 * @returns {Promise<import('./electron-runtime.mjs').ElectronRuntime>} the Electron to run
 */
export async function setUp(needs) {
  const started = performance.now()
  process.stdout.write('Setting up\n')
  const nodeIsOld = needsCompiledAddon([process.versions.napi])
  const compilerIsThere = missingCompilerPackages().length === 0
  // Compiling takes longest, so it starts before the runtime is known if it will be needed or can do no harm.
  const compileEarly = nodeIsOld && (needs.tests || compilerIsThere)

  const systemPackages = step('system packages', (say) => installSystemPackages(needs, compileEarly, say))
  const packages = step('npm packages', ensurePackages)
  const addon = compileEarly ? compileWhenReady(compilerIsThere ? null : systemPackages) : null
  // Whoever fails first is reported; the others must not count as unhandled.
  const background = [systemPackages, packages, addon]
  background.forEach((each) => each?.catch(() => {}))

  await Promise.race([packages, failureOf(background)])
  const runtime = await Promise.race([step('electron', resolveElectron), failureOf(background)])
  await systemPackages
  await step('system libraries', (say) => ensureSystemLibraries(runtime, say))
  await prepareAddon(runtime, needs, addon)
  if (needs.build) await step('application', ensureBuild)
  const notice = runtimeNotice(runtime)
  if (notice) process.stdout.write(`  ${notice}\n`)
  process.stdout.write(`Ready after ${seconds(performance.now() - started)}\n`)
  return runtime
}

/** Settles only by failing: the first failure among promises that run in the background. */
function failureOf(promises) {
  return new Promise((_, reject) => promises.forEach((each) => each?.catch(reject)))
}

async function installSystemPackages(needs, compileEarly, say) {
  if (process.platform !== 'linux') return say('nothing to check on this system')
  const names = [
    ...(await missingKnownPackages()),
    ...(needs.tests ? missingTestPackages() : missingDisplayPackages()),
    ...(compileEarly && !existsSync(compiledAddonPath()) ? missingCompilerPackages() : []),
  ]
  await ensureSystemPackages(names, `Something from the system (${names.join(', ')})`, say)
  say(names.length > 0 ? `installed ${names.join(' ')}` : 'all there')
}

async function compileWhenReady(systemPackages) {
  if (systemPackages && !existsSync(compiledAddonPath())) await systemPackages
  return step('better-sqlite3', ensureCompiledAddon)
}

/** Decides which binary of better-sqlite3 fits, puts it in its place and proves it in each runtime that loads it. */
async function prepareAddon(runtime, needs, compiling) {
  const electron = { name: `Electron ${runtime.version}`, executable: runtime.executable, electron: true }
  const node = { name: `Node ${process.versions.node}`, executable: process.execPath, electron: false }
  const hosts = needs.tests ? [electron, node] : [electron]
  const isNeeded = needsCompiledAddon(await Promise.all(hosts.map(napiOf)))
  if (isNeeded && !compiling) {
    const missing = missingCompilerPackages()
    await ensureSystemPackages(missing, `The compiler for better-sqlite3 (${missing.join(', ')})`, () => {})
    compiling = step('better-sqlite3', ensureCompiledAddon)
  }
  const compiled = compiling ? await compiling : null
  if (compiled) placeAddon(compiled)
  await step('addon check', async (say) => {
    const tried = await checkAddon(hosts, activeAddonPath())
    say(tried > 0 ? `loads in ${hosts.map((host) => host.name).join(' and ')}` : 'proven earlier')
  })
}
