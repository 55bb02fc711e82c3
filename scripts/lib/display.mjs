/** A display for Electron: the user's own, or an invisible one (Xvfb) where a Linux machine has none. */
import { spawn } from 'node:child_process'
import { endWithScript, findProgram } from './processes.mjs'
import { failure } from './steps.mjs'

const START_TIMEOUT_MS = 15_000

/**
 * Whether an environment offers no display.
 * @param {string} system as `process.platform`
 * @param {Record<string, string | undefined>} environment
 * @returns {boolean}
 */
export function lacksDisplay(system, environment) {
  return system === 'linux' && !environment.DISPLAY && !environment.WAYLAND_DISPLAY
}

/** @returns {string[]} the Debian packages that a display still needs here */
export function missingDisplayPackages(always = false) {
  const isNeeded = process.platform === 'linux' && (always || lacksDisplay(process.platform, process.env))
  return isNeeded && !findProgram('Xvfb') ? ['xvfb'] : []
}

/**
 * Starts an invisible X display. It ends with `stop` or with this script.
 * @param {{ size?: string, openToAllUsers?: boolean }} [options] size like "1280x1024"; other users of this machine may
 * connect only if asked for
 * @returns {Promise<{ name: string, stop: () => void }>} name: the value for DISPLAY
 */
export function startInvisibleDisplay(options = {}) {
  const screen = `${options.size ?? '1280x1024'}x24`
  const access = options.openToAllUsers ? ['-ac'] : []
  // The server picks a free number and writes it to descriptor 1. In a group of its own, Ctrl-C does not take the
  // display away from an application that is about to close properly.
  const args = ['-displayfd', '1', '-screen', '0', screen, '-nolisten', 'tcp', ...access]
  const server = spawn('Xvfb', args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  endWithScript(server)
  return new Promise((resolve, reject) => {
    const remedy = 'try `Xvfb :99` by hand; it says why.'
    let complaint = ''
    const giveUp = (why) => reject(failure(`The invisible display (Xvfb) did not start: ${why}.`, remedy, complaint))
    const timer = setTimeout(() => giveUp('no answer'), START_TIMEOUT_MS)
    server.stderr.on('data', (text) => (complaint += text))
    server.once('error', (error) => giveUp(error.message))
    server.once('exit', (code) => giveUp(`it ended with code ${code}`))
    server.stdout.once('data', (text) => {
      clearTimeout(timer)
      server.unref()
      resolve({ name: `:${String(text).trim()}`, stop: () => server.kill('SIGTERM') })
    })
  })
}
