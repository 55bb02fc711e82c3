/** The npm packages of the lock file: installed when they differ from it, left alone when they do not. */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { inCache, withLock } from './cache.mjs'
import { inRepository, repositoryRoot } from './paths.mjs'
import { attempt, locateNpm, run } from './processes.mjs'

const STAMP = '.hassette-monitor-stamp'

/**
 * What node_modules must have been made from to be current.
 * @param {string} lockText content of package-lock.json
 * @param {string} nodeVersion like "v20.19.0"
 * @param {string} npmVersion like "11.1.0"
 * @returns {string}
 */
export function packagesStamp(lockText, nodeVersion, npmVersion) {
  const hash = createHash('sha256').update(lockText).digest('hex')
  const major = (version) => version.replace(/^v/, '').split('.')[0]
  return `${hash} node ${major(nodeVersion)} npm ${major(npmVersion)}`
}

/**
 * Whether an install made by hand (`npm install x`) left exactly what the lock file says, so that nothing has to be
 * installed again.
 * @param {{ packages: Record<string, any> }} lock package-lock.json
 * @param {{ packages: Record<string, any> }} installed npm's own node_modules/.package-lock.json
 * @returns {boolean} packages that are optional (other systems' binaries) may be missing
 */
export function installMatchesLock(lock, installed) {
  const isSame = (wanted, found) => found?.version === wanted.version && found.integrity === wanted.integrity
  const wanted = Object.entries(lock.packages).filter(([path]) => path !== '')
  const isExtra = ([path]) => !(path in lock.packages)
  if (Object.entries(installed.packages).some(isExtra)) return false
  return wanted.every(([path, entry]) => {
    const found = installed.packages[path]
    return found ? isSame(entry, found) : Boolean(entry.optional || entry.devOptional)
  })
}

function readText(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : ''
}

function packagesAreCurrent(lockText, stamp) {
  const stampFile = inRepository('node_modules', STAMP)
  const found = readText(stampFile).trim()
  if (found === stamp) return true
  // Another Node or npm laid these packages out: install anew. Another lock file may only mean an install by hand.
  const sameTools = found === '' || found.slice(64) === stamp.slice(64)
  const installed = readText(inRepository('node_modules', '.package-lock.json'))
  if (!sameTools || !installed || !installMatchesLock(JSON.parse(lockText), JSON.parse(installed))) return false
  writeFileSync(stampFile, `${stamp}\n`)
  return true
}

/**
 * Installs the packages of package-lock.json, if node_modules does not hold them already.
 * @param {(text: string) => void} say
 * @returns {Promise<void>}
 */
export async function ensurePackages(say) {
  const npm = locateNpm()
  const lockText = readText(inRepository('package-lock.json'))
  const stamp = packagesStamp(lockText, process.version, npm.version)
  const install = async () => {
    if (packagesAreCurrent(lockText, stamp)) return say('current')
    say('installing with npm ci')
    await npmCi(npm.cli)
    writeFileSync(inRepository('node_modules', STAMP), `${stamp}\n`)
    say('installed with npm ci')
  }
  if (packagesAreCurrent(lockText, stamp)) return say('current')
  const checkout = createHash('sha256').update(repositoryRoot).digest('hex').slice(0, 16)
  await withLock(inCache('checkouts', checkout), install, () => say('waiting for another set-up of this folder'))
}

async function npmCi(cli) {
  // Without --include=dev, NODE_ENV=production would leave the build tools out. No dependency needs its install script,
  // and better-sqlite3's would compile for nothing.
  const args = [cli, 'ci', '--ignore-scripts', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']
  const options = { cwd: repositoryRoot }
  // First from npm's cache alone where it can: this is what works offline. A stale cache gets a second, plain attempt.
  const cached = await attempt(process.execPath, [...args, '--prefer-offline'], options)
  if (cached.code === 0) return
  await run(process.execPath, args, {
    ...options,
    purpose: 'Installing the npm packages',
    remedy: 'connect to the internet or to an npm registry and run the command again; later starts work offline.',
  })
}
