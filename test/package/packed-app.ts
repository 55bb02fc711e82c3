import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Writable } from 'node:stream'
import { unpackedFolder } from '../../scripts/lib/packaging.mjs'
import { inRepository } from '../../scripts/lib/paths.mjs'
import { sandboxArguments } from '../../scripts/lib/launch.mjs'
import { removeFolder } from '../support/remove-folder'

const folder = inRepository(unpackedFolder())
const macBundle = join(folder, 'Hassette Monitor.app', 'Contents')

/** Where `npm run package` leaves what this system installs: the program, its resources, the file with the fuses. */
export const PACKED = {
  darwin: {
    executable: join(macBundle, 'MacOS', 'Hassette Monitor'),
    resources: join(macBundle, 'Resources'),
    fuses: join(macBundle, 'Frameworks', 'Electron Framework.framework', 'Electron Framework'),
  },
  win32: {
    executable: join(folder, 'Hassette Monitor.exe'),
    resources: join(folder, 'resources'),
    fuses: join(folder, 'Hassette Monitor.exe'),
  },
  linux: {
    executable: join(folder, 'hassette-monitor'),
    resources: join(folder, 'resources'),
    fuses: join(folder, 'hassette-monitor'),
  },
}[process.platform as 'darwin' | 'win32' | 'linux']

/** The packed application while it runs. */
export interface PackedApp {
  child: ChildProcess
  dataDir: string
  /** Both streams so far. */
  output: () => string
  /** Exit code, or the signal that ended it. */
  ended: Promise<number | string>
  /** What `--remote-debugging-pipe` would read and write: descriptors 3 and 4. */
  debugging: { send: (message: string) => void; heard: () => string }
}

const started: PackedApp[] = []

/** Starts the packed application on an empty data folder, with nothing configured. */
export function startPackedApp(args: string[]): PackedApp {
  const dataDir = mkdtempSync(join(tmpdir(), 'hassette-monitor-package-'))
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(HASSETTE|ELECTRON|NODE_OPTIONS)/.test(name)),
  )
  const words = [...sandboxArguments(), '--data-dir', dataDir, ...args]
  const child = spawn(PACKED.executable, words, {
    env,
    cwd: dataDir,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'],
  })
  const [, , , toDebugger, fromDebugger] = child.stdio
  let output = ''
  let heard = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += String(chunk)))
  fromDebugger?.on('data', (chunk) => (heard += String(chunk)))
  // Nobody may be there to read.
  toDebugger?.on('error', () => undefined)
  const ended = new Promise<number | string>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 'unknown'))
  })
  const send = (message: string): void => void (toDebugger as Writable).write(message)
  const app = { child, dataDir, output: () => output, ended, debugging: { send, heard: () => heard } }
  started.push(app)
  return app
}

/** Ends whatever a test left running and removes its data folders. */
export async function endPackedApps(): Promise<void> {
  for (const { child, dataDir, ended } of started.splice(0)) {
    // Asked first: killed, it leaves helpers behind that still write into the folder for a moment.
    child.kill('SIGTERM')
    const forced = setTimeout(() => child.kill('SIGKILL'), 10_000)
    await ended
    clearTimeout(forced)
    removeFolder(dataDir)
  }
}
