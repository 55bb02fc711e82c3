/**
 * better-sqlite3's native part. Its prebuilt binary wants Node-API 10 (Node 22.14, Electron 35) and crashes on less;
 * there it is compiled once per machine, in the cache, for Node-API 9.
 */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { inCache, publish, temporaryBeside, withLock } from './cache.mjs'
import { inRepository } from './paths.mjs'
import { findProgram, locateNpm, run } from './processes.mjs'

/** The Node-API version that the prebuilt binary is made for. */
const PREBUILT_NAPI = 10
/** Raise it whenever the compiled result changes; it is part of the cached file's name. */
const RECIPE = 1
const PACKAGE = 'better-sqlite3'

/**
 * Whether a runtime needs the compiled binary.
 * @param {(number | string)[]} napiVersions `process.versions.napi` of each runtime that will load it
 * @returns {boolean}
 */
export function needsCompiledAddon(napiVersions) {
  return napiVersions.some((version) => Number(version) < PREBUILT_NAPI)
}

/**
 * The lock file for a folder that holds only one package and what it needs, so that npm checks the same hashes.
 * @param {{ lockfileVersion: number, packages: Record<string, any> }} lock package-lock.json
 * @param {string} name the package
 * @returns {{ manifest: object, lock: object }} package.json and package-lock.json
 */
export function reducedLock(lock, name) {
  const packages = {}
  const add = (each) => {
    const path = `node_modules/${each}`
    const entry = lock.packages[path]
    if (!entry || packages[path]) return
    packages[path] = { ...entry, dev: undefined }
    Object.keys(entry.dependencies ?? {}).forEach(add)
  }
  add(name)
  const manifest = {
    name: 'addon',
    version: '1.0.0',
    dependencies: { [name]: packages[`node_modules/${name}`].version },
  }
  const { name: rootName, version, dependencies } = manifest
  return {
    manifest,
    lock: {
      name: rootName,
      version,
      lockfileVersion: lock.lockfileVersion,
      requires: true,
      packages: { '': { name: rootName, version, dependencies }, ...packages },
    },
  }
}

function readLock() {
  return JSON.parse(readFileSync(inRepository('package-lock.json'), 'utf8'))
}

/** @returns {'glibc' | 'musl' | 'system'} the C library that a binary is bound to; only Linux has a choice */
function cLibrary() {
  if (process.platform !== 'linux') return 'system'
  process.report.excludeNetwork = true
  return process.report.getReport().header.glibcVersionRuntime ? 'glibc' : 'musl'
}

/** @returns {string} the compiled binary in the cache, whether or not it is there yet */
export function compiledAddonPath() {
  const { version } = readLock().packages[`node_modules/${PACKAGE}`]
  return inCache(`${PACKAGE}-${version}-r${RECIPE}-${process.platform}-${process.arch}-${cLibrary()}.node`)
}

/** @returns {string[]} the Debian packages that the compilation still needs */
export function missingCompilerPackages() {
  if (process.platform !== 'linux') return []
  const tools = { python3: 'python3', make: 'make', 'g++': 'g++' }
  return Object.keys(tools).flatMap((name) => (findProgram(name) ? [] : tools[name]))
}

/**
 * Compiles the addon into the cache, if it is not there. Needs no node_modules.
 * @param {(text: string) => void} say
 * @returns {Promise<string>} the binary's path
 */
export async function ensureCompiledAddon(say) {
  const target = compiledAddonPath()
  if (existsSync(target)) {
    say('compiled earlier')
    return target
  }
  return withLock(
    target,
    async () => {
      if (!existsSync(target)) await compile(target, say)
      say('compiled for this machine')
      return target
    },
    () => say('waiting for another set-up that compiles it'),
  )
}

async function compile(target, say) {
  const folder = temporaryBeside(target)
  const npm = locateNpm()
  try {
    mkdirSync(folder)
    const reduced = reducedLock(readLock(), PACKAGE)
    writeFileSync(join(folder, 'package.json'), JSON.stringify(reduced.manifest))
    writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(reduced.lock))
    say('fetching the source')
    const npmCi = [npm.cli, 'ci', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error']
    await run(process.execPath, npmCi, {
      cwd: folder,
      purpose: `Fetching the source of ${PACKAGE}`,
      remedy: 'connect to the internet or to an npm registry and run the command again; later starts work offline.',
    })
    say('compiling, about a minute')
    const source = join(folder, 'node_modules', PACKAGE)
    const gyp = join(npm.folder, 'node_modules', 'node-gyp', 'bin', 'node-gyp.js')
    const headers = nodeHeadersFolder()
    const gypArgs = ['rebuild', '--release', '--force_build=1', ...(headers ? [`--nodedir=${headers}`] : [])]
    await run(process.execPath, [gyp, ...gypArgs], {
      cwd: source,
      env: compilerEnvironment(process.env),
      purpose: `Compiling ${PACKAGE}`,
      remedy: 'read the compiler output above; with Node 22.14 or newer nothing has to be compiled.',
    })
    const binary = `${temporaryBeside(target)}.node`
    copyFileSync(join(source, 'build', 'Release', 'better_sqlite3.node'), binary)
    publish(binary, target)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * The environment of the compiler. The package's own NAPI_VERSION=10 is taken back on the command line of the compiler.
 * @param {NodeJS.ProcessEnv} environment
 * @returns {NodeJS.ProcessEnv}
 */
export function compilerEnvironment(environment) {
  // npm hands an empty or foreign nodedir down as npm_config_nodedir, and that wins over --nodedir.
  const kept = Object.entries(environment).filter(([name]) => name.toLowerCase() !== 'npm_config_nodedir')
  const flags = '-UNAPI_VERSION -DNAPI_VERSION=2147483647 -DNAPI_EXPERIMENTAL'
  return { ...Object.fromEntries(kept), CXXFLAGS: [environment.CXXFLAGS, flags].filter(Boolean).join(' ') }
}

/** The folder whose include/node fits this Node; null lets node-gyp download the headers. */
function nodeHeadersFolder() {
  const prefix = dirname(dirname(realpathSync(process.execPath)))
  const header = join(prefix, 'include', 'node', 'node_version.h')
  if (!existsSync(header)) return null
  const text = readFileSync(header, 'utf8')
  const part = (name) => new RegExp(`#define NODE_${name}_VERSION (\\d+)`).exec(text)?.[1]
  return `v${part('MAJOR')}.${part('MINOR')}.${part('PATCH')}` === process.version ? prefix : null
}

/** @returns {string} the binary that better-sqlite3 will load: a compiled one goes before the one it came with */
export function activeAddonPath() {
  if (existsSync(builtAddonPath())) return builtAddonPath()
  const system = cLibrary() === 'musl' ? 'linuxmusl' : process.platform
  return inRepository('node_modules', PACKAGE, 'prebuilds', `${system}-${process.arch}.node`)
}

function builtAddonPath() {
  return inRepository('node_modules', PACKAGE, 'build', 'Release', 'better_sqlite3.node')
}

/**
 * Puts the compiled addon where better-sqlite3 looks first. `npm ci` removes it, so every set-up looks again.
 * @param {string} compiled path in the cache
 */
export function placeAddon(compiled) {
  const target = builtAddonPath()
  const [wanted, found] = [compiled, target].map((path) => statSync(path, { throwIfNoEntry: false }))
  if (found && found.size === wanted.size && readFileSync(target).equals(readFileSync(compiled))) return
  mkdirSync(dirname(target), { recursive: true })
  // Not over the old file: a running process may have it mapped.
  const temporary = temporaryBeside(target)
  copyFileSync(compiled, temporary)
  publish(temporary, target)
}
