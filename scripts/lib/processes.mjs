/** Starting other programs, and never leaving them behind when the script ends first. */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { failure } from './steps.mjs'

const OUTPUT_TAIL_CHARS = 4000
const PARENT_POLL_MS = 500

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set()
let endsChildrenOnExit = false
/** @type {(signal: NodeJS.Signals) => void} */
let onEndSignal = (signal) => process.exit(exitCodeOf(null, signal))

/**
 * Makes sure that a child ends when this script does, also by SIGTERM or Ctrl-C.
 * @param {import('node:child_process').ChildProcess} child
 */
export function endWithScript(child) {
  running.add(child)
  child.once('exit', () => running.delete(child))
  if (endsChildrenOnExit) return
  endsChildrenOnExit = true
  process.once('exit', () => running.forEach((each) => each.kill('SIGTERM')))
  // Without a handler a signal ends Node at once and the exit event never comes.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => onEndSignal(signal))
  if (process.env.npm_lifecycle_event) endWithNpm()
}

/** npm starts scripts through a shell, which dies of a SIGTERM to npm without passing it on. */
function endWithNpm() {
  const shell = process.ppid
  const watch = setInterval(() => {
    if (process.ppid === shell) return
    clearInterval(watch)
    onEndSignal('SIGTERM')
  }, PARENT_POLL_MS)
  watch.unref()
}

/**
 * Replaces what Ctrl-C, SIGTERM and SIGHUP do, for the time in which a child decides when this script ends.
 * @param {(signal: NodeJS.Signals) => void} handler
 * @returns {() => void} takes it back
 */
export function takeOverEndSignals(handler) {
  const before = onEndSignal
  onEndSignal = handler
  return () => {
    onEndSignal = before
  }
}

/**
 * The exit code a shell would report.
 * @param {number | null} code
 * @param {string | null} signal
 * @returns {number}
 */
export function exitCodeOf(code, signal) {
  if (code !== null) return code
  return 128 + (constants.signals[signal ?? ''] ?? 1)
}

/**
 * @typedef {object} Outcome
 * @property {number} code exit code; 128 + signal number after a signal; 127 if the program could not be started
 * @property {string | null} signal name of the signal that ended it
 * @property {string} stdout
 * @property {string} output stdout and stderr as they came
 */

/**
 * Runs a program to its end and collects what it printed. Never throws.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, timeoutMs?: number, onOutput?: (text: string) => void }} [options]
 * @returns {Promise<Outcome>}
 */
export function attempt(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      timeout: options.timeoutMs,
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    })
    endWithScript(child)
    let stdout = ''
    let output = ''
    const collect = (text) => {
      output += text
      options.onOutput?.(text)
    }
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text
      collect(text)
    })
    child.stderr.setEncoding('utf8').on('data', collect)
    child.once('error', (error) => resolve({ code: 127, signal: null, stdout, output: `${output}${error.message}` }))
    child.once('close', (code, signal) => resolve({ code: exitCodeOf(code, signal), signal, stdout, output }))
  })
}

/**
 * Runs a program that must succeed.
 * @param {string} command
 * @param {string[]} args
 * @param {Parameters<typeof attempt>[2] & { purpose: string, remedy: string }} options for the failure's sentence
 * @returns {Promise<string>} its stdout
 */
export async function run(command, args, options) {
  const outcome = await attempt(command, args, options)
  if (outcome.code === 0) return outcome.stdout
  const how = outcome.signal ? `was ended by ${outcome.signal}` : `ended with code ${outcome.code}`
  throw failure(`${options.purpose} failed: it ${how}.`, options.remedy, outcome.output.slice(-OUTPUT_TAIL_CHARS))
}

/**
 * Finds a program on PATH.
 * @param {string} name
 * @returns {string | null} its path
 */
export function findProgram(name) {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const candidate = join(folder, name)
    if (folder && existsSync(candidate)) return candidate
  }
  return null
}

/**
 * The npm that belongs to this Node, found without node_modules and without a shell (Windows' npm.cmd would need one).
 * @returns {{ cli: string, folder: string, version: string }} npm-cli.js, npm's own folder, its version
 */
export function locateNpm() {
  const nodeFolder = dirname(realpathSync(process.execPath))
  const onPath = findProgram('npm')
  const candidates = [
    process.env.npm_execpath,
    join(nodeFolder, '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    join(nodeFolder, 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    onPath && realpathSync(onPath),
  ]
  const cli = candidates.find((each) => each && each.endsWith('npm-cli.js') && existsSync(each))
  if (!cli) throw failure('npm was not found beside Node.', 'install Node 20.19 or newer together with its npm.')
  const folder = dirname(dirname(realpathSync(cli)))
  return { cli, folder, version: JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version }
}

/** @returns {boolean} whether this process may install system packages and runs Chromium without its sandbox */
export function isRoot() {
  return process.getuid?.() === 0
}
