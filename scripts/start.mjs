/** `npm start`: from a fresh clone to the running application. Words after `--` go to the application. */
import { splitArguments } from './lib/arguments.mjs'
import { RETRY_VARIABLE } from './lib/electron-runtime.mjs'
import { runWithDisplay, sandboxArguments } from './lib/launch.mjs'
import { repositoryRoot } from './lib/paths.mjs'
import { setUp } from './lib/setup.mjs'
import { runMain } from './lib/steps.mjs'

const RETRY_FLAG = '--retry-electron'

runMain(async () => {
  const { flags, rest } = splitArguments(process.argv.slice(2), [RETRY_FLAG])
  if (flags.has(RETRY_FLAG)) process.env[RETRY_VARIABLE] = '1'
  const runtime = await setUp({ build: true })
  return runWithDisplay(runtime.executable, [...sandboxArguments(), repositoryRoot, ...rest])
})
