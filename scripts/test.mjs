/**
 * `npm test`: sets up, then runs every check there is and ends with the time of each step and one line of figures. `npm test -- unit lint` runs
 * only the steps named; `npm test -- e2e -- window` only the test files with that in their name; `--long` adds the
 * *.long.test.ts files.
 */
import { availableParallelism, loadavg } from 'node:os'
import { parseTestArguments } from './lib/arguments.mjs'
import { startInvisibleDisplay } from './lib/display.mjs'
import { setUp } from './lib/setup.mjs'
import { failure, runMain, seconds } from './lib/steps.mjs'
import { resultLine, sumTallies, timeLine } from './lib/tally.mjs'
import { STEPS_WITH_WINDOWS, TEST_STEPS, runSteps } from './lib/test-steps.mjs'
import { requireChromium } from './lib/test-tools.mjs'

const STEP_NAMES = TEST_STEPS.map((step) => step.name)

function chooseSteps(names) {
  if (names.length === 0) return TEST_STEPS
  const wanted = new Set(names)
  if (wanted.has('e2e') || wanted.has('pictures')) wanted.add('build')
  return TEST_STEPS.filter((step) => wanted.has(step.name))
}

/** What the tests find in their environment, so that they need to know nothing of the set-up. */
async function testEnvironment(runtime, steps, long) {
  const env = {
    ...process.env,
    // Terminals inside of Electron applications hand it down; it would make Electron a plain Node.
    ELECTRON_RUN_AS_NODE: undefined,
    HASSETTE_MONITOR_TEST_ELECTRON: runtime.executable,
    CHROMIUM_PATH: requireChromium(),
    ...(long && { LONG: '1' }),
    // Programs behind a pipe cannot see whether a person reads along.
    ...(process.stdout.isTTY ? { FORCE_COLOR: '1' } : { NO_COLOR: '1', FORCE_COLOR: undefined }),
  }
  const hasWindows = steps.some((step) => STEPS_WITH_WINDOWS.includes(step.name))
  if (!hasWindows || process.platform !== 'linux') return { env, stop: () => {} }
  // Never on the user's own display: windows would come and go under the mouse.
  const display = await startInvisibleDisplay({ openToAllUsers: true })
  delete env.WAYLAND_DISPLAY
  return { env: { ...env, DISPLAY: display.name }, stop: display.stop }
}

runMain(async () => {
  const started = performance.now()
  const { long, names, filters, unknown } = parseTestArguments(process.argv.slice(2), STEP_NAMES)
  if (unknown.length > 0) throw failure(`Unknown step: ${unknown.join(' ')}.`, `choose from ${STEP_NAMES.join(', ')}.`)
  const steps = chooseSteps(names)
  const runtime = await setUp({ tests: true })
  const { env, stop } = await testEnvironment(runtime, steps, long)
  process.stdout.write('\n')
  const results = await runSteps(steps, { env, filters })
  const total = sumTallies(results)
  stop()
  process.stdout.write(`\n${timeLine(results, loadavg()[0], availableParallelism())}\n`)
  process.stdout.write(`All of it took ${seconds(performance.now() - started)}.\n${resultLine(total)}\n`)
  return total.failed > 0 ? 1 : 0
})
