/** Prepares runtime, packages and addon without starting anything: what editors and single vitest runs need. */
import { setUp } from './lib/setup.mjs'
import { runMain } from './lib/steps.mjs'

runMain(async () => {
  const runtime = await setUp({ tests: true })
  process.stdout.write(`Electron: ${runtime.executable}\n`)
})
