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
