/** `npm run bench -- <name>`: sets up, then runs one bench of test/bench. Benches measure; they are no tests. */
import { spawn } from 'node:child_process'
import { inRepository, repositoryRoot } from './lib/paths.mjs'
import { endWithScript, exitCodeOf } from './lib/processes.mjs'
import { setUp } from './lib/setup.mjs'
import { runMain } from './lib/steps.mjs'

runMain(async () => {
  await setUp({ tests: true })
  process.stdout.write('\n')
  const bench = [inRepository('test', 'bench', 'bench.mjs'), ...process.argv.slice(2)]
  const child = spawn(process.execPath, bench, { stdio: 'inherit', cwd: repositoryRoot })
  endWithScript(child)
  return new Promise((resolve) => child.once('exit', (code, signal) => resolve(exitCodeOf(code, signal))))
})
