import { extname, relative, resolve, sep, isAbsolute } from 'node:path'

/** The window's own scheme and host: everything it shows comes from here and from nowhere else. */
export const APP_SCHEME = 'app'
export const APP_HOST = 'hassette-monitor'
const APP_URL = `${APP_SCHEME}://${APP_HOST}/index.html`

/** In development Vite serves the window (hot reload); a packaged app never has another origin. */
export interface Origins {
  /** e.g. `http://localhost:5173`; null outside development. */
  devServer: string | null
}

/** The dev server that the environment names (electron-vite does); a packaged app does not look at it. */
export function devServerOf(env: NodeJS.ProcessEnv, isPackaged: boolean): string | null {
  return (!isPackaged && env['ELECTRON_RENDERER_URL']) || null
}

/** The page of the window. */
export function pageUrl({ devServer }: Origins): string {
  return devServer === null ? APP_URL : `${devServer.replace(/\/$/, '')}/index.html`
}

/**
 * Whether a URL is the window's page, at whatever place of it (`#/history`). No other file of ours is one, and anything
 * that does not parse is not.
 */
export function isOwnPage(url: string, origins: Origins): boolean {
  return isOwnUrl(url, origins) && url.split('#', 1)[0] === pageUrl(origins)
}

/** Whether a URL names a file of ours. Anything that does not parse does not. */
export function isOwnUrl(url: string, origins: Origins): boolean {
  let parsed: URL
  try {
    parsed = new URL(url)
  } catch {
    return false
  }
  if (parsed.protocol === `${APP_SCHEME}:`)
    return parsed.host === APP_HOST && parsed.username === '' && parsed.port === ''
  return origins.devServer !== null && parsed.origin === new URL(origins.devServer).origin
}

/** Whether the session may request a URL at all: our scheme, the dev server and its socket, and nothing else. */
export function mayRequest(url: string, origins: Origins): boolean {
  if (isOwnUrl(url, origins)) return true
  if (url.startsWith('devtools://')) return origins.devServer !== null
  if (url.startsWith('data:image/')) return true
  return origins.devServer !== null && url.startsWith(origins.devServer.replace(/^http/, 'ws'))
}

/**
 * The pages outside that the app may open in the user's browser: whole URLs. A link of the window stands here first. No
 * part of one is free, since whatever a page may add to an address leaves the computer with it.
 */
const OUTSIDE_PAGES: ReadonlySet<string> = new Set(['https://hassette.readthedocs.io/'])

/** Whether a link may be handed to the system's browser. */
export function mayOpenOutside(url: string): boolean {
  return OUTSIDE_PAGES.has(url)
}

/** The one policy of every page we serve; no inline script or style, no network. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.json': 'application/json; charset=utf-8',
}

/**
 * The file of the window's folder that a URL path names; null when it would lie outside (also by encoded `..`, back
 * slashes or a null byte) or has a type we do not serve.
 */
export function assetPath(root: string, urlPath: string): { file: string; type: string } | null {
  let decoded: string
  try {
    decoded = decodeURIComponent(urlPath)
  } catch {
    return null
  }
  if (decoded.includes('\0') || decoded.includes('\\')) return null
  const file = resolve(root, `.${sep}${decoded.replace(/^\/+/, '')}`)
  const inside = relative(root, file)
  if (inside === '' || inside.startsWith('..') || isAbsolute(inside)) return null
  const type = TYPES[extname(file)]
  return type === undefined ? null : { file, type }
}

/** Chromium's command line as we want it, before it reads it. */
export interface Switches {
  set: readonly (readonly [name: string, value: string])[]
  remove: readonly string[]
}

/** Doors through which any program of this computer could drive the window. `--inspect` is shut by a fuse. */
const DEBUGGING = ['remote-debugging-port', 'remote-debugging-pipe', 'remote-debugging-address', 'remote-allow-origins']

/** Each of them would win over the proxy that we set. */
const OTHER_PROXIES = ['no-proxy-server', 'proxy-auto-detect', 'proxy-pac-url']

/**
 * The switches that leave Chromium without a network, but for the dev server (null outside development). Requests of
 * the page can be refused one by one, but preconnects, DNS prefetches and WebRTC pass no such place: so no name and no
 * address resolves for any of them, multicast DNS included, and TCP has only a proxy that is not there.
 */
export function chromiumSwitches(devServer: string | null, isPackaged: boolean): Switches {
  const url = devServer === null ? null : new URL(devServer)
  return {
    set: [
      // `^NOTFOUND` fails at once; the older `~NOTFOUND` is itself looked for by multicast when WebRTC asks.
      ['host-resolver-rules', ['MAP * ^NOTFOUND', ...(url ? [`EXCLUDE ${url.hostname}`] : [])].join(', ')],
      ['proxy-server', 'socks5://nothing.invalid:9'],
      // Chromium goes around a proxy for this computer's own addresses unless told not to.
      ['proxy-bypass-list', ['<-loopback>', ...(url ? [url.host] : [])].join(';')],
    ],
    remove: [...OTHER_PROXIES, ...(isPackaged ? DEBUGGING : [])],
  }
}
