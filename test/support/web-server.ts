import { mkdtempSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { extname, join, normalize, resolve, sep } from 'node:path'
import { chromium } from 'playwright'
import { build } from 'vite'
import type { TestProject } from 'vitest/node'
import { buildHouseThreads } from './house/build-threads'

declare module 'vitest' {
  interface ProvidedContext {
    /** Address of the window that asks whoever opens it, e.g. `http://127.0.0.1:41235/index.html`. */
    windowUrl: string
    /** Where the Chromium of all files of tests is reached, `ws://…`. */
    browserEndpoint: string
    /** Where archives of the invented house are kept for the next test that wants the same. */
    madeArchives: string
  }
}

/** What the app sends with its window (src/main/security), so that tests run under it too. */
export const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
}

/** Serves a folder on a free port of this machine, under the app's CSP. */
export async function serve(folder: string): Promise<{ url: string; close: () => void }> {
  const root = resolve(folder)
  const server = createServer((request, response) => {
    const path = normalize(join(root, new URL(request.url ?? '/', 'http://x').pathname))
    if (!path.startsWith(root + sep)) return response.writeHead(403).end()
    readFile(path).then(
      (body) =>
        response
          .writeHead(200, {
            'content-type': TYPES[extname(path)] ?? 'application/octet-stream',
            'content-security-policy': CSP,
          })
          .end(body),
      () => response.writeHead(404).end(),
    )
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, close: () => server.close() }
}

const CHROMIUM_ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

let end: (() => Promise<void>) | undefined

/** Vitest globalSetup of the browser project: builds the window and the archive's threads, serves the window, starts Chromium. */
export async function setup(project: TestProject): Promise<void> {
  const root = resolve(import.meta.dirname, '../..')
  // Vite warns of a loader of configurations that is not the default yet.
  process.env['VITE_CONFIG_NATIVE_IGNORE_WARNING'] = 'true'
  await build({ configFile: join(root, 'dev/vite.config.ts'), logLevel: 'warn' })
  await buildHouseThreads()
  const window = await serve(join(root, 'out/window'))
  const browser = await chromium.launchServer({
    executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium-headless-shell',
    args: CHROMIUM_ARGS,
  })
  const madeArchives = mkdtempSync(join(tmpdir(), 'hassette-monitor-archives-'))
  project.provide('windowUrl', `${window.url}/index.html`)
  project.provide('madeArchives', madeArchives)
  project.provide('browserEndpoint', browser.wsEndpoint())
  end = async () => {
    await browser.close()
    window.close()
    rmSync(madeArchives, { recursive: true, force: true })
  }
}

/** Ends all of it. */
export async function teardown(): Promise<void> {
  await end?.()
}
