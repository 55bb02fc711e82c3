import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { extname, join, normalize, resolve, sep } from 'node:path'
import type { AddressInfo } from 'node:net'
import { build } from 'vite'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** Address of the window on the fake, e.g. `http://127.0.0.1:41234/web.html`. */
    webUrl: string
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
  return { url: `http://127.0.0.1:${port}/web.html`, close: () => server.close() }
}

let close: (() => void) | undefined

/** Vitest globalSetup of the browser project: builds the window on the fake and serves it. */
export async function setup(project: TestProject): Promise<void> {
  await build({ configFile: resolve(import.meta.dirname, '../../vite.web.config.ts'), logLevel: 'warn' })
  const served = await serve(resolve(import.meta.dirname, '../../out/web'))
  close = served.close
  project.provide('webUrl', served.url)
}

/** Stops serving. */
export function teardown(): void {
  close?.()
}
