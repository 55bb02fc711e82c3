import { readFile } from 'node:fs/promises'
import { app, protocol, session } from 'electron'
import type { Session } from 'electron'
import type { Service } from '../util/service'
import {
  APP_HOST,
  APP_SCHEME,
  assetPath,
  CONTENT_SECURITY_POLICY,
  devServerOf,
  isOwnPage,
  mayRequest,
  pageUrl,
} from './policy'
import type { Origins } from './policy'

/** The locks on everything the window could do, and the address it is served at. */
export interface Security extends Service {
  url: string
  origins: Origins
}

/**
 * `root` is the folder of the window's files. Contents are locked at once, the session when Electron is ready.
 * `openUrl` hands a page to the system's browser.
 */
export function createSecurity(
  root: string,
  openUrl: (url: string) => Promise<void>,
  warn: (message: string) => void,
): Security {
  const origins: Origins = { devServer: devServerOf(process.env, app.isPackaged) }
  lockContents(origins, openUrl, warn)
  return {
    name: 'security',
    url: pageUrl(origins),
    origins,
    start: () => {
      lockSession(session.defaultSession, origins)
      serveApp(root)
    },
    stop: () => undefined,
  }
}

/** Denies every permission, every foreign request and every download of a session. */
function lockSession(session: Session, origins: Origins): void {
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false))
  session.setPermissionCheckHandler(() => false)
  session.setDevicePermissionHandler(() => false)
  session.webRequest.onBeforeRequest((details, answer) => answer({ cancel: !mayRequest(details.url, origins) }))
  session.on('will-download', (event) => event.preventDefault())
}

/**
 * Whatever web contents come into being: no navigation but to our page, no new windows, no webviews, no datagrams.
 * `openUrl` gets the links that wanted a window, and fails when it opens none.
 */
function lockContents(
  origins: Origins,
  openUrl: (url: string) => Promise<void>,
  warn: (message: string) => void,
): void {
  app.on('web-contents-created', (_event, contents) => {
    const refuse = (event: { preventDefault: () => void }, url: string): void => {
      if (isOwnPage(url, origins)) return
      event.preventDefault()
      warn(`navigation refused: ${url.slice(0, 200)}`)
    }
    // WebRTC sends by UDP around every proxy; Electron 33 heeds this call, not the switch of the same meaning.
    contents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp')
    contents.on('will-navigate', (event) => refuse(event, event.url))
    contents.on('will-redirect', (event) => refuse(event, event.url))
    contents.on('will-frame-navigate', (event) => refuse(event, event.url))
    contents.on('will-attach-webview', (event) => event.preventDefault())
    contents.setWindowOpenHandler(({ url }) => {
      openUrl(url).catch(() => warn(`window refused: ${url.slice(0, 200)}`))
      return { action: 'deny' }
    })
  })
}

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
function serveApp(root: string): void {
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
