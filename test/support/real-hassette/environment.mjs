/** A Python environment with Hassette in it, made once per machine and version. */
import { execFile } from 'node:child_process'
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { inCache, withLock } from '../../../scripts/lib/cache.mjs'

const start = promisify(execFile)
const INSTALL_MS = 240_000

/** 3.11 and 3.12 say they would do, but their early patch releases cannot import Hassette. */
const OLDEST = [3, 13]

/**
 * The environment for a version of Hassette, installed if it is not there.
 * @param {string} version
 * @returns {Promise<{ python: string } | { skipped: string }>} its interpreter, or why there is none, in one sentence
 */
export async function ensureEnvironment(version) {
  const folder = inCache(`hassette-${version}`)
  const python = process.platform === 'win32' ? join(folder, 'Scripts', 'python.exe') : join(folder, 'bin', 'python')
  const ready = join(folder, 'ready')
  if (existsSync(ready)) return { python }
  return withLock(folder, async () => {
    if (existsSync(ready)) return { python }
    const base = await findPython()
    if (base === null) return { skipped: `A real Hassette needs Python ${OLDEST.join('.')} or newer; none was found.` }
    // Made in its place: the programs of an environment hold its path. `ready` says that it is complete.
    rmSync(folder, { recursive: true, force: true })
    try {
      await start(base, ['-m', 'venv', folder], { timeout: INSTALL_MS })
      const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-input']
      await start(python, [...install, '--timeout', '20', '--retries', '1', `hassette==${version}`], {
        timeout: INSTALL_MS,
      })
      await start(python, ['-c', 'import hassette'], { timeout: INSTALL_MS })
    } catch (error) {
      rmSync(folder, { recursive: true, force: true })
      const said = String(error.stderr || error.message)
        .trim()
        .split('\n')
        .at(-1)
      return { skipped: `Hassette ${version} cannot be installed: no package index gave it to pip (${said}).` }
    }
    writeFileSync(ready, '')
    return { python }
  })
}

/** The first Python that is new enough: on PATH, of pyenv, whatever `python3` is. */
async function findPython() {
  const pyenv = join(process.env.PYENV_ROOT ?? join(homedir(), '.pyenv'), 'versions')
  const installed = existsSync(pyenv) ? readdirSync(pyenv).filter((name) => /^3\.(1[3-9]|[2-9]\d)\./.test(name)) : []
  const candidates = [
    'python3.13',
    'python3.14',
    ...installed.map((name) => join(pyenv, name, 'bin', 'python3')),
    'python3',
    'python',
  ]
  for (const candidate of candidates) {
    const check = `import sys, venv, ensurepip; sys.exit(sys.version_info < (${OLDEST.join(', ')}))`
    const fits = await start(candidate, ['-c', check], { timeout: 20_000 }).then(
      () => true,
      () => false,
    )
    if (fits) return candidate
  }
  return null
}
