/** The steps of `npm test` and `npm run check`: static checks, and one vitest run per project. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureBuild } from './build.mjs'
import { inRepository, repositoryRoot } from './paths.mjs'
import { attempt, findProgram } from './processes.mjs'
import { printFailure, seconds } from './steps.mjs'
import { emptyTally, tallyVitest } from './tally.mjs'

const STEP_TIMEOUT_MS = 20 * 60 * 1000
const LONG_STEP_TIMEOUT_MS = 6 * 3600 * 1000

/**
 * @typedef {object} TestStep
 * @property {string} name
 * @property {'static' | 'vitest'} kind static steps may run beside each other
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
  return { name, kind: 'static', run }
}

const buildStep = {
  name: 'build',
  kind: 'static',
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

/** One vitest project in a process of its own; `onBus` gives it a private session bus. */
function vitestStep(name, onBus = false) {
  const run = async ({ env, filters }) => {
    const startedAt = performance.now()
    const folder = mkdtempSync(join(tmpdir(), 'hassette-monitor-tests-'))
    const report = join(folder, 'report.json')
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
    const args = tool('vitest', 'run', '--project', name, '--passWithNoTests', ...reporters, ...filters)
    const dbus = onBus && process.platform === 'linux' ? findProgram('dbus-run-session') : null
    const [command, ...words] = [...(dbus ? [dbus, '--'] : []), process.execPath, ...args]
    process.stdout.write(`\n${name}\n`)
    const { code } = await attempt(command, words, {
      cwd: repositoryRoot,
      env,
      timeoutMs: env.LONG ? LONG_STEP_TIMEOUT_MS : STEP_TIMEOUT_MS,
      onOutput: (text) => process.stdout.write(text),
    })
    const { tally, complaint } = tallyVitest(readReport(report), code)
    rmSync(folder, { recursive: true, force: true })
    const verdict = complaint ? `FAILED: ${complaint}` : `${tally.passed} passed, ${tally.failed} failed`
    printStep(name, verdict, startedAt)
    return tally
  }
  return { name, kind: 'vitest', run }
}

/** @type {TestStep[]} in the order of `npm test` */
export const TEST_STEPS = [
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
  buildStep,
  vitestStep('unit'),
  vitestStep('renderer'),
  vitestStep('archive'),
  vitestStep('browser'),
  vitestStep('e2e', true),
  vitestStep('pictures'),
  vitestStep('package', true),
]

/** The steps that run the built application. */
export const STEPS_WITH_WINDOWS = ['e2e', 'pictures', 'package']

/**
 * Runs steps to the end, whatever fails: static ones two at a time, then vitest projects one by one.
 * @param {TestStep[]} steps
 * @param {TestContext} context
 * @returns {Promise<(import('./tally.mjs').Tally & { name: string, milliseconds: number })[]>} in the order of their ends
 */
export async function runSteps(steps, context) {
  const results = []
  const take = async (step) => {
    const startedAt = performance.now()
    const tally = await step.run(context)
    results.push({ ...tally, name: step.name, milliseconds: performance.now() - startedAt })
  }
  const waiting = steps.filter((step) => step.kind === 'static')
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) await take(next)
  }
  await Promise.all([work(), work()])
  for (const step of steps.filter((each) => each.kind === 'vitest')) await take(step)
  return results
}
