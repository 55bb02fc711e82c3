/** The steps of `npm test` and `npm run check`: static checks, and one vitest run per project. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureBuild } from './build.mjs'
import { startInvisibleDisplay } from './display.mjs'
import { inRepository, repositoryRoot } from './paths.mjs'
import { attempt, findProgram } from './processes.mjs'
import { printFailure, seconds } from './steps.mjs'
import { emptyTally, tallyVitest } from './tally.mjs'

const STEP_TIMEOUT_MS = 20 * 60 * 1000
const LONG_STEP_TIMEOUT_MS = 6 * 3600 * 1000

/**
 * @typedef {object} TestStep
 * @property {string} name
 * @property {(context: TestContext) => Promise<import('./tally.mjs').Tally>} run
 * @typedef {object} TestContext
 * @property {NodeJS.ProcessEnv} env for every program
 * @property {string[]} filters parts of test file names; none for all
 */

/** Runs a package's program with this Node: no shell, the same on Windows. */
function tool(name, ...args) {
  const programs = {
    tsc: ['typescript', 'bin', 'tsc'],
    'vue-tsc': ['vue-tsc', 'bin', 'vue-tsc.js'],
    prettier: ['prettier', 'bin', 'prettier.cjs'],
    eslint: ['eslint', 'bin', 'eslint.js'],
    knip: ['knip', 'bin', 'knip.js'],
    vitest: ['vitest', 'vitest.mjs'],
  }
  return [inRepository('node_modules', ...programs[name]), ...args]
}

function printStep(name, text, startedAt) {
  process.stdout.write(`${name.padEnd(20)}${text} (${seconds(performance.now() - startedAt)})\n`)
}

/** A program that is silent when all is well; what it says is printed only when it fails. */
function staticStep(name, args) {
  const run = async ({ env }) => {
    const startedAt = performance.now()
    const outcome = await attempt(process.execPath, args, { cwd: repositoryRoot, env, timeoutMs: STEP_TIMEOUT_MS })
    const passed = outcome.code === 0
    if (!passed) process.stdout.write(`\n${outcome.output.trim()}\n`)
    printStep(name, passed ? 'passed' : 'FAILED', startedAt)
    return { ...emptyTally(), [passed ? 'passed' : 'failed']: 1 }
  }
  return { name, run }
}

const buildStep = {
  name: 'build',
  run: async () => {
    const startedAt = performance.now()
    let text = 'built'
    try {
      await ensureBuild((said) => (text = said))
      printStep('build', `passed, ${text}`, startedAt)
      return { ...emptyTally(), passed: 1 }
    } catch (error) {
      printFailure(error)
      printStep('build', 'FAILED', startedAt)
      return { ...emptyTally(), failed: 1 }
    }
  },
}

function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return null
  }
}

/**
 * One vitest project in a process of its own.
 * @param {string} name
 * @param {{ onBus?: boolean, onDisplay?: boolean }} [needs] a private session bus, an invisible display
 * of its own: windows would come and go under the user's mouse, or under those of another step
 * @returns {TestStep}
 */
function vitestStep(name, { onBus = false, onDisplay = false } = {}) {
  const run = async ({ env, filters }) => {
    const startedAt = performance.now()
    const display =
      onDisplay && process.platform === 'linux' ? await startInvisibleDisplay({ openToAllUsers: true }) : null
    const folder = mkdtempSync(join(tmpdir(), 'hassette-monitor-tests-'))
    const report = join(folder, 'report.json')
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
    const args = tool('vitest', 'run', '--project', name, '--passWithNoTests', ...reporters, ...filters)
    const dbus = onBus && process.platform === 'linux' ? findProgram('dbus-run-session') : null
    const [command, ...words] = [...(dbus ? [dbus, '--'] : []), process.execPath, ...args]
    process.stdout.write(`\n${name}\n`)
    const { code } = await attempt(command, words, {
      cwd: repositoryRoot,
      env: display ? { ...env, DISPLAY: display.name, WAYLAND_DISPLAY: undefined } : env,
      timeoutMs: env.LONG ? LONG_STEP_TIMEOUT_MS : STEP_TIMEOUT_MS,
      onOutput: wholeLines((lines) => process.stdout.write(lines)),
    })
    display?.stop()
    const { tally, complaint } = tallyVitest(readReport(report), code)
    rmSync(folder, { recursive: true, force: true })
    const verdict = complaint ? `FAILED: ${complaint}` : `${tally.passed} passed, ${tally.failed} failed`
    printStep(name, verdict, startedAt)
    return tally
  }
  return { name, run }
}

/** Passes text on line by line: a line is never cut by what another program prints. */
function wholeLines(print) {
  let begun = ''
  return (text) => {
    const lines = begun + text
    const end = lines.lastIndexOf('\n') + 1
    begun = lines.slice(end)
    if (end > 0) print(lines.slice(0, end))
  }
}

const STATIC_STEPS = [
  staticStep('types-main', tool('tsc', '-p', 'tsconfig.main.json')),
  staticStep('types-preload', tool('tsc', '-p', 'tsconfig.preload.json')),
  staticStep('types-renderer', tool('vue-tsc', '-p', 'tsconfig.renderer.json')),
  staticStep('types-test', tool('vue-tsc', '-p', 'tsconfig.test.json')),
  // The oldest Electron the code is written for; the pinned one is what the steps above see.
  staticStep('types-floor', tool('tsc', '-p', 'tsconfig.electron-floor.json')),
  staticStep('format', tool('prettier', '--check', '--log-level', 'warn', '.')),
  staticStep('lint', tool('eslint', '--max-warnings', '0', '.')),
  // Who may import whom, and how tangled it may be.
  staticStep('layers', [inRepository('scripts', 'structure.mjs'), '--check']),
  staticStep('knip', tool('knip')),
]

/** Static checks run two at a time. */
const LANES = 2

/**
 * One round after the other; the steps of a round run side by side. Tests have a round each: two such steps at a time
 * were slower than one after the other (2 processors), and windows that wait for one fail.
 * @type {TestStep[][]}
 */
const ROUNDS = [
  [buildStep, ...STATIC_STEPS],
  [vitestStep('unit')],
  [vitestStep('renderer')],
  [vitestStep('archive')],
  [vitestStep('browser')],
  [vitestStep('e2e', { onBus: true, onDisplay: true })],
  [vitestStep('pictures', { onDisplay: true })],
  [vitestStep('package', { onBus: true, onDisplay: true })],
]

/** Names of all steps, in the order of `npm test`. */
export const STEP_NAMES = ROUNDS.flat().map(({ name }) => name)

/**
 * Runs steps to the end, whatever fails.
 * @param {string[]} names of the steps to run, in any order
 * @param {TestContext} context
 * @returns {Promise<(import('./tally.mjs').Tally & { name: string, milliseconds: number })[]>} in the order of their ends
 */
export async function runSteps(names, context) {
  const results = []
  for (const round of ROUNDS) {
    const waiting = round.filter(({ name }) => names.includes(name))
    const runLane = async () => {
      for (let step = waiting.shift(); step; step = waiting.shift()) {
        const startedAt = performance.now()
        const tally = await step.run(context)
        results.push({ ...tally, name: step.name, milliseconds: performance.now() - startedAt })
      }
    }
    await Promise.all(Array.from({ length: LANES }, runLane))
  }
  return results
}
