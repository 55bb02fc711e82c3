import { app, session } from 'electron'
import type { Service } from '../util/service'
import { lockContents, lockSession } from './lockdown'
import type { Origins } from './origin'
import { devServerOf, pageUrl } from './origin'
import { serveApp } from './protocol'

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
