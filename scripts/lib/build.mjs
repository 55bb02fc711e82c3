/** The application's build, skipped while nothing it is made from has changed. */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { inCache, withLock } from './cache.mjs'
import { inRepository, repositoryRoot } from './paths.mjs'
import { run } from './processes.mjs'

const INPUTS = [
  'src',
  'migrations',
  'electron.vite.config.ts',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.base.json',
]
const OUTPUTS = ['out/main/index.js', 'out/preload/index.cjs', 'out/renderer/index.html']
const STAMP = 'out/.build-stamp'

function filesBelow(path) {
  const facts = statSync(path, { throwIfNoEntry: false })
  if (!facts) return []
  if (facts.isFile()) return [path]
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesBelow(join(path, name)))
}

/**
 * One hash over the names and contents of files.
 * @param {string} root the folder the names are relative to
 * @param {string[]} paths files and folders below it; missing ones count as such
 * @returns {string}
 */
export function contentStamp(root, paths) {
  const hash = createHash('sha256')
  for (const path of paths) {
    for (const file of filesBelow(join(root, path))) {
      const content = readFileSync(file)
      hash.update(`${relative(root, file)}\0${content.length}\0`).update(content)
    }
  }
  return hash.digest('hex')
}

function isCurrent(stamp) {
  if (!OUTPUTS.every((path) => existsSync(inRepository(path)))) return false
  return existsSync(inRepository(STAMP)) && readFileSync(inRepository(STAMP), 'utf8') === stamp
}

/** @returns {string} the oldest Electron whose syntax the built code must keep to, like "33" */
export function electronFloorMajor() {
  const manifest = JSON.parse(readFileSync(inRepository('package.json'), 'utf8'))
  return /electron@(\d+)/.exec(manifest.devDependencies['electron-floor'])[1]
}

/**
 * Builds the application into out/, if it is not there already.
 * @param {(text: string) => void} say
 * @returns {Promise<void>}
 */
export async function ensureBuild(say) {
  const build = async () => {
    const stamp = contentStamp(repositoryRoot, INPUTS)
    if (isCurrent(stamp)) return say('current')
    say('building with electron-vite')
    const electronVite = inRepository('node_modules', 'electron-vite', 'bin', 'electron-vite.js')
    await run(process.execPath, [electronVite, 'build', '--logLevel', 'warn'], {
      cwd: repositoryRoot,
      env: { ...process.env, ELECTRON_MAJOR_VER: electronFloorMajor() },
      purpose: 'Building the application',
      remedy: 'mend what the compiler reports above; `npm run check` shows more.',
    })
    writeFileSync(inRepository(STAMP), stamp)
    say('built')
  }
  const checkout = createHash('sha256').update(repositoryRoot).digest('hex').slice(0, 16)
  return withLock(inCache('checkouts', `${checkout}-build`), build, () => say('waiting for another build'))
}
