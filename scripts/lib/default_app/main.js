/**
 * Stands in for the default app of a stock Electron (`electron <folder or file>`); the registry runtime comes without.
 * An ES module with a top-level await on purpose: Electron holds 'ready' back until it is done, so the application's
 * main file runs before 'ready' and may still register schemes or switch hardware acceleration off.
 */
import { app } from 'electron'
import { readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

function endWith(code, stream, text) {
  stream.write(`${text}\n`)
  process.exit(code)
}

/** Reads the command line as the stock default app does: the first word without a dash is the application. */
function parseCommandLine(words) {
  const required = []
  for (let index = 0; index < words.length; index++) {
    const word = words[index]
    if (word === '--version' || word === '-v') endWith(0, process.stdout, `v${process.versions.electron}`)
    else if (word === '--abi' || word === '-a') endWith(0, process.stdout, process.versions.modules)
    else if (word === '--require' || word === '-r') required.push(words[++index])
    else if (word.startsWith('--app=')) return { required, application: word.slice('--app='.length) }
    else if (!word.startsWith('-')) return { required, application: word }
  }
  return endWith(1, process.stderr, 'usage: electron <application folder or file>')
}

/** Takes name and version from the application's package.json and returns its main file. */
function adoptApplication(path) {
  if (!statSync(path).isDirectory()) {
    app.setAppPath(dirname(path))
    return path
  }
  const manifest = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'))
  if (manifest.version) app.setVersion(manifest.version)
  if (manifest.productName || manifest.name) app.name = manifest.productName || manifest.name
  app.setDesktopName(manifest.desktopName || `${app.name}.desktop`)
  app.setAppPath(path)
  return resolve(path, manifest.main || 'index.js')
}

const { required, application } = parseCommandLine(process.argv.slice(1))
// Playwright passes its loader this way.
const requireFromHere = createRequire(join(process.cwd(), 'noop.js'))
for (const each of required) requireFromHere(each)
process.defaultApp = true
try {
  await import(pathToFileURL(adoptApplication(resolve(application))).href)
} catch (error) {
  console.error('The application threw an error while it was loaded:')
  console.error(error)
  process.exit(1)
}
