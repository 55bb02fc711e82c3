/**
 * `npm test`: sets up, then runs every check there is and ends with the time of each step and one line of figures. `npm test -- unit lint` runs
 * only the steps named; `npm test -- e2e -- window` only the test files with that in their name; `--long` adds the
 * *.long.test.ts files.
 */
import { availableParallelism, loadavg } from 'node:os'
import { parseTestArguments } from './lib/arguments.mjs'
import { setUp } from './lib/setup.mjs'
import { failure, runMain, seconds } from './lib/steps.mjs'
import { resultLine, sumTallies, timeLine } from './lib/tally.mjs'
import { STEP_NAMES, runSteps } from './lib/test-steps.mjs'
import { requireChromium } from './lib/test-tools.mjs'

/** The steps that run the built application. */
const ON_THE_BUILD = ['e2e', 'pictures']

function chooseSteps(names) {
  if (names.length === 0) return STEP_NAMES
  return names.some((name) => ON_THE_BUILD.includes(name)) ? ['build', ...names] : names
}

/** What the tests find in their environment, so that they need to know nothing of the set-up. */
function testEnvironment(runtime, long) {
  return {
    ...process.env,
    // Terminals inside of Electron applications hand it down; it would make Electron a plain Node.
    ELECTRON_RUN_AS_NODE: undefined,
    HASSETTE_MONITOR_TEST_ELECTRON: runtime.executable,
    CHROMIUM_PATH: requireChromium(),
    ...(long && { LONG: '1' }),
    // Programs behind a pipe cannot see whether a person reads along.
    ...(process.stdout.isTTY ? { FORCE_COLOR: '1' } : { NO_COLOR: '1', FORCE_COLOR: undefined }),
  }
}

runMain(async () => {
  const started = performance.now()
  const { long, names, filters, unknown } = parseTestArguments(process.argv.slice(2), STEP_NAMES)
  if (unknown.length > 0) throw failure(`Unknown step: ${unknown.join(' ')}.`, `choose from ${STEP_NAMES.join(', ')}.`)
  const steps = chooseSteps(names)
  const runtime = await setUp({ tests: true })
  const env = testEnvironment(runtime, long)
  process.stdout.write('\n')
  const results = await runSteps(steps, { env, filters })
  const total = sumTallies(results)
  process.stdout.write(`\n${timeLine(results, loadavg()[0], availableParallelism())}\n`)
  process.stdout.write(`All of it took ${seconds(performance.now() - started)}.\n${resultLine(total)}\n`)
  return total.failed > 0 ? 1 : 0
})
