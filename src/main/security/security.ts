import { app, session } from 'electron'
import type { Service } from '../service'
import { lockContents, lockSession } from './lockdown'
import type { Origins } from './origin'
import { APP_URL } from './origin'
import { serveApp } from './protocol'

/** The locks on everything the window could do, and the address it is served at. */
export interface Security extends Service {
  url: string
  origins: Origins
}

/**
 * `root` is the folder of the window's files. In development electron-vite names its server in `ELECTRON_RENDERER_URL`;
 * a packaged app does not look at it. Contents are locked at once, the session when Electron is ready.
 */
export function createSecurity(root: string, warn: (message: string) => void): Security {
  const devServer = app.isPackaged ? null : (process.env['ELECTRON_RENDERER_URL'] ?? null)
  const origins: Origins = { devServer }
  lockContents(origins, warn)
  return {
    name: 'security',
    url: devServer === null ? APP_URL : `${devServer.replace(/\/$/, '')}/index.html`,
    origins,
    start: () => {
      lockSession(session.defaultSession, origins)
      serveApp(root)
    },
    stop: () => undefined,
  }
}
