/** The cache outside the repository, shared by all checkouts: whole folders and files, published by one rename. */
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { homedir, hostname, platform } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

const APPLICATION = 'hassette-monitor'
const HEARTBEAT_MS = 5_000
const STALE_AFTER_MS = 60_000
const POLL_MS = 200

/**
 * The cache folder for a system and its environment.
 * @param {string} system as `os.platform()` names it
 * @param {Record<string, string | undefined>} environment
 * @param {string} home
 * @returns {string}
 */
export function cacheFolderFor(system, environment, home) {
  const base =
    system === 'win32'
      ? environment.LOCALAPPDATA || join(home, 'AppData', 'Local')
      : environment.XDG_CACHE_HOME || (system === 'darwin' ? join(home, 'Library', 'Caches') : join(home, '.cache'))
  return join(base, APPLICATION)
}

/**
 * A path in the cache; the folder it lies in exists afterwards.
 * @param {...string} parts
 * @returns {string}
 */
export function inCache(...parts) {
  const path = join(cacheFolderFor(platform(), process.env, homedir()), ...parts)
  mkdirSync(dirname(path), { recursive: true })
  return path
}

/**
 * A name beside `target` that no other process uses, so that the final rename stays on one file system.
 * @param {string} target
 * @returns {string}
 */
export function temporaryBeside(target) {
  return `${target}.tmp-${process.pid}-${Date.now().toString(36)}`
}

/**
 * Moves a finished folder or file to its place. Whoever was first wins: equal content, so nothing is lost.
 * @param {string} temporary
 * @param {string} target
 */
export function publish(temporary, target) {
  try {
    renameSync(temporary, target)
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true })
    if (!modifiedAt(target)) throw error
  }
}

/**
 * A small remembered fact. Unreadable or missing counts as not remembered.
 * @param {string} name file name in the cache
 * @returns {any} the value, null if there is none
 */
export function recall(name) {
  try {
    return JSON.parse(readFileSync(inCache(name), 'utf8'))
  } catch {
    return null
  }
}

/**
 * Remembers a small fact for later runs.
 * @param {string} name file name in the cache
 * @param {unknown} value anything JSON can hold; null forgets
 */
export function remember(name, value) {
  const target = inCache(name)
  if (value === null) return rmSync(target, { force: true })
  const temporary = temporaryBeside(target)
  writeFileSync(temporary, JSON.stringify(value, null, 2))
  renameSync(temporary, target)
}

function modifiedAt(path) {
  try {
    return statSync(path).mtimeMs
  } catch {
    return 0
  }
}

function processLives(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

/**
 * Whether a lock was left by a process that is gone: it stopped beating, or it ran here and no longer lives.
 * @param {string} lock the lock folder
 * @param {number} now milliseconds since 1970
 * @returns {boolean}
 */
export function isStaleLock(lock, now = Date.now()) {
  const beat = modifiedAt(lock)
  if (beat === 0) return false
  if (now - beat > STALE_AFTER_MS) return true
  try {
    const owner = JSON.parse(readFileSync(join(lock, 'owner.json'), 'utf8'))
    return owner.host === hostname() && !processLives(owner.pid)
  } catch {
    // Its owner made the folder a moment ago and has not signed yet.
    return false
  }
}

/**
 * Runs `work` while no other process works on the same target. Waits as long as the other one lives.
 * @template T
 * @param {string} target the folder or file that is being made; the lock is `<target>.lock` beside it
 * @param {() => Promise<T>} work must look again whether the target exists: another process may have made it
 * @param {() => void} [onWait] called once if there is somebody to wait for
 * @returns {Promise<T>}
 */
export async function withLock(target, work, onWait = () => {}) {
  const lock = `${target}.lock`
  for (let waited = false; !tryLock(lock); waited = true) {
    if (isStaleLock(lock)) {
      // If two processes clear the same lock at once, both may work; the publishing rename keeps that harmless.
      rmSync(lock, { recursive: true, force: true })
      continue
    }
    if (!waited) onWait()
    await delay(POLL_MS)
  }
  const beat = setInterval(() => touch(lock), HEARTBEAT_MS)
  beat.unref()
  sweepLeftovers(target)
  try {
    return await work()
  } finally {
    clearInterval(beat)
    rmSync(lock, { recursive: true, force: true })
  }
}

/** Removes what interrupted runs left of this target; only the holder of the lock may. */
function sweepLeftovers(target) {
  for (const name of readdirSync(dirname(target))) {
    if (name.startsWith(`${basename(target)}.tmp-`))
      rmSync(join(dirname(target), name), { recursive: true, force: true })
  }
}

function touch(path) {
  try {
    utimesSync(path, new Date(), new Date())
  } catch {
    // Somebody cleared the lock; the work goes on and publishes by rename.
  }
}

function tryLock(lock) {
  try {
    mkdirSync(lock)
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  }
  writeFileSync(join(lock, 'owner.json'), JSON.stringify({ pid: process.pid, host: hostname() }))
  return true
}
