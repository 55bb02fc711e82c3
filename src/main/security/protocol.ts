import { readFile } from 'node:fs/promises'
import { protocol } from 'electron'
import { assetPath } from './asset-path'
import { CONTENT_SECURITY_POLICY } from './csp'
import { APP_HOST, APP_SCHEME } from './origin'

/** Must run before `ready`. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: APP_SCHEME, privileges: { standard: true, secure: true, codeCache: true } },
  ])
}

const HEADERS = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
}

/**
 * Serves the window's files from `root`, with the policy on every answer. `file://` is not used at all: with the
 * packaged fuses it cannot read the asar.
 */
export function serveApp(root: string): void {
  protocol.handle(APP_SCHEME, async (request) => {
    const url = new URL(request.url)
    const asset = url.host === APP_HOST && request.method === 'GET' ? assetPath(root, url.pathname) : null
    if (asset === null) return new Response(null, { status: 404, headers: HEADERS })
    try {
      return new Response(await readFile(asset.file), { headers: { ...HEADERS, 'content-type': asset.type } })
    } catch {
      return new Response(null, { status: 404, headers: HEADERS })
    }
  })
}
