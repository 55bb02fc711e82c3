/** Packing the built application with electron-builder into dist/. */
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { needsCompiledAddon } from './native.mjs'
import { inRepository, repositoryRoot } from './paths.mjs'
import { run } from './processes.mjs'

/**
 * Packs the application with the given Electron.
 * @param {import('./electron-runtime.mjs').ElectronRuntime} runtime
 * @param {number} napi Node-API version of that Electron
 * @param {(text: string) => void} say
 * @returns {Promise<void>}
 */
export async function packageApplication(runtime, napi, say) {
  say('packing with electron-builder')
  const builder = inRepository('node_modules', 'electron-builder', 'out', 'cli', 'cli.js')
  const electron = [`-c.electronDist=${runtime.dist}`, `-c.electronVersion=${runtime.version}`]
  await run(process.execPath, [builder, '--dir', '--publish', 'never', ...electron], {
    cwd: repositoryRoot,
    // A package with the official Electron never holds a binary compiled on this machine.
    env: { ...process.env, UNUSED_ADDON_FOLDER: needsCompiledAddon([napi]) ? 'prebuilds' : 'build' },
    purpose: 'Packing the application',
    remedy: 'mend what electron-builder reports above.',
  })
  removeDefaultApp()
  say(`packed into ${unpackedFolder()}`)
}

/** @returns {string} where electron-builder leaves the unpacked application, relative to the repository */
export function unpackedFolder() {
  const suffix = process.arch === 'x64' ? '' : `-${process.arch}`
  if (process.platform === 'darwin') return `dist/mac${suffix}`
  return process.platform === 'win32' ? `dist/win${suffix}-unpacked` : `dist/linux${suffix}-unpacked`
}

/** electron-builder takes Electron's default app out of a download, but not out of a folder it was given. */
function removeDefaultApp() {
  const { productName } = JSON.parse(readFileSync(inRepository('package.json'), 'utf8'))
  const resources = process.platform === 'darwin' ? join(`${productName}.app`, 'Contents', 'Resources') : 'resources'
  const path = inRepository(unpackedFolder(), resources, 'default_app.asar')
  if (existsSync(path)) rmSync(path)
}
