/** `npm run check`: what to run before a commit. Types, lint, layers and the quick tests, in less than a minute. */
import { setUp } from './lib/setup.mjs'
import { runMain, seconds } from './lib/steps.mjs'
import { resultLine, sumTallies } from './lib/tally.mjs'
import { STEP_NAMES, runSteps } from './lib/test-steps.mjs'

const LEFT_OUT = ['build', 'archive', 'browser', 'e2e', 'pictures', 'package']

runMain(async () => {
  const started = performance.now()
  await setUp({ tests: true })
  process.stdout.write('\n')
  const steps = STEP_NAMES.filter((name) => !LEFT_OUT.includes(name))
  const total = sumTallies(await runSteps(steps, { env: process.env, filters: [] }))
  process.stdout.write(`\nAll of it took ${seconds(performance.now() - started)}.\n${resultLine(total)}\n`)
  return total.failed > 0 ? 1 : 0
})
