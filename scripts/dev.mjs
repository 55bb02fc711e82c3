/**
 * `npm run dev`: the application with hot reload. `npm run dev:web`: the window's pages alone in a browser, on the fake
 * of the contract, without Electron. Words after `--` go to the application or to vite.
 */
import { splitArguments } from './lib/arguments.mjs'
import { electronFloorMajor } from './lib/build.mjs'
import { runWithDisplay, sandboxArguments } from './lib/launch.mjs'
import { ensurePackages } from './lib/packages.mjs'
import { inRepository } from './lib/paths.mjs'
import { setUp } from './lib/setup.mjs'
import { runMain, step } from './lib/steps.mjs'

async function developInBrowser(args) {
  await step('npm packages', ensurePackages)
  const vite = inRepository('node_modules', 'vite', 'bin', 'vite.js')
  process.stdout.write('  The page is /web.html below the address that vite prints.\n')
  return runWithDisplay(process.execPath, [vite, '--config', 'vite.web.config.ts', ...args], {}, { windows: false })
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
