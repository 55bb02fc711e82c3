/** The window's own scheme and host: everything it shows comes from here and from nowhere else. */
export const APP_SCHEME = 'app'
export const APP_HOST = 'hassette-monitor'
export const APP_URL = `${APP_SCHEME}://${APP_HOST}/index.html`

/** In development Vite serves the window (hot reload); a packaged app never has another origin. */
export interface Origins {
  /** e.g. `http://localhost:5173`; null outside development. */
  devServer: string | null
}

/** Whether a URL is one of our own pages. Anything that does not parse is not. */
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

/** The pages outside that the app may open in the user's browser: https only, hosts of a fixed list. */
const EXTERNAL_HOSTS = new Set(['github.com', 'hassette.readthedocs.io', 'www.home-assistant.io'])

/** Whether a link may be handed to the system's browser. */
export function mayOpenOutside(url: string): boolean {
  try {
    const parsed = new URL(url)
    return parsed.protocol === 'https:' && EXTERNAL_HOSTS.has(parsed.host) && parsed.username === ''
  } catch {
    return false
  }
}
