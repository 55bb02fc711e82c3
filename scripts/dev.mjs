/**
 * `npm run dev`: the application with hot reload. `npm run dev:web`: the window in a plain browser, on the real handlers
 * over the sample home, without Electron. Words after `--` go to the application or to vite.
 */
import { splitArguments } from './lib/arguments.mjs'
import { electronFloorMajor } from './lib/build.mjs'
import { runWithDisplay, sandboxArguments } from './lib/launch.mjs'
import { ensurePackages } from './lib/packages.mjs'
import { inRepository } from './lib/paths.mjs'
import { setUp } from './lib/setup.mjs'
import { runMain, step } from './lib/steps.mjs'

/** Vite warns of a loader of configurations that is not the default yet. */
const QUIET = { VITE_CONFIG_NATIVE_IGNORE_WARNING: 'true' }

async function developInBrowser(args) {
  await step('npm packages', ensurePackages)
  const vite = inRepository('node_modules', 'vite', 'bin', 'vite.js')
  return runWithDisplay(process.execPath, [vite, '--config', 'dev/vite.config.ts', ...args], QUIET, { windows: false })
}

async function developInElectron(args) {
  const runtime = await setUp({})
  const electronVite = inRepository('node_modules', 'electron-vite', 'bin', 'electron-vite.js')
  const sandbox = sandboxArguments().length > 0 ? ['--noSandbox'] : []
  return runWithDisplay(process.execPath, [electronVite, 'dev', '--watch', ...sandbox, '--', ...args], {
    ELECTRON_EXEC_PATH: runtime.executable,
    ELECTRON_MAJOR_VER: electronFloorMajor(),
  })
}

runMain(() => {
  const { flags, rest } = splitArguments(process.argv.slice(2), ['--web'])
  return flags.has('--web') ? developInBrowser(rest) : developInElectron(rest)
})
