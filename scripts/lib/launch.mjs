/** Starting the application in the resolved Electron, and ending together with it. */
import { spawn } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { lacksDisplay, startInvisibleDisplay } from './display.mjs'
import { repositoryRoot } from './paths.mjs'
import { endWithScript, exitCodeOf, isRoot, takeOverEndSignals } from './processes.mjs'

/** npm and the terminal may deliver one Ctrl-C twice; Chromium takes a second signal for "at once". */
const SAME_SIGNAL_MS = 1000
const GROUP_PATIENCE_MS = 5000

/** @returns {string[]} what Chromium needs to run as root; nothing for anybody else */
export function sandboxArguments() {
  return process.platform === 'linux' && isRoot() ? ['--no-sandbox'] : []
}

/**
 * Starts a program that shows windows; on a machine without a display, on an invisible one.
 * @param {string} command
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} [environment] added to this process' own
 * @param {{ windows: boolean }} [options] windows: false for a program that only serves pages
 * @returns {Promise<number>} its exit code
 */
export async function runWithDisplay(command, args, environment = {}, { windows } = { windows: true }) {
  const display = windows && lacksDisplay(process.platform, process.env) ? await startInvisibleDisplay() : null
  if (display) {
    process.stdout.write('  No display was found: the window opens on an invisible one (Xvfb).\n')
  }
  if (windows && sandboxArguments().length > 0) {
    process.stdout.write("  Running as root: Chromium's sandbox is off for this start (--no-sandbox).\n")
  }
  const env = { ...process.env, ...environment, ...(display && { DISPLAY: display.name }) }
  // Terminals inside of Electron applications hand it down; it would make ours a plain Node.
  delete env.ELECTRON_RUN_AS_NODE
  // In a process group of its own the child gets no Ctrl-C from the terminal; it gets exactly one signal from us.
  const child = spawn(command, args, {
    cwd: repositoryRoot,
    env,
    stdio: 'inherit',
    detached: process.platform !== 'win32',
  })
  endWithScript(child)
  const giveBack = takeOverEndSignals(signalOnce(child))
  return new Promise((resolve) => {
    const end = async (code) => {
      await endOfGroup(child.pid)
      giveBack()
      display?.stop()
      resolve(code)
    }
    child.once('error', (error) => {
      process.stderr.write(`${command} could not be started: ${error.message}\n`)
      end(127)
    })
    child.once('exit', (code, signal) => end(exitCodeOf(code, signal)))
  })
}

/**
 * Waits for what the child has started itself: electron-vite passes a signal on and ends before the application does,
 * which would lose its display in the middle of closing.
 */
async function endOfGroup(leader) {
  if (!leader || process.platform === 'win32') return
  const end = Date.now() + GROUP_PATIENCE_MS
  while (groupLives(leader) && Date.now() < end) await delay(50)
  if (groupLives(leader)) process.kill(-leader, 'SIGKILL')
}

function groupLives(leader) {
  try {
    return process.kill(-leader, 0)
  } catch {
    return false
  }
}

/** First signal: ask the child to end. A later one: make it. */
function signalOnce(child) {
  let firstAt = 0
  return () => {
    const now = Date.now()
    if (firstAt === 0) child.kill('SIGTERM')
    else if (now - firstAt > SAME_SIGNAL_MS) child.kill('SIGKILL')
    firstAt ||= now
  }
}
