import type { Session } from 'electron'
import { app, shell } from 'electron'
import { isOwnUrl, mayOpenOutside, mayRequest } from './origin'
import type { Origins } from './origin'

/** Denies every permission, every foreign request and every download of a session. */
export function lockSession(session: Session, origins: Origins): void {
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false))
  session.setPermissionCheckHandler(() => false)
  session.setDevicePermissionHandler(() => false)
  session.webRequest.onBeforeRequest((details, answer) => answer({ cancel: !mayRequest(details.url, origins) }))
  session.on('will-download', (event) => event.preventDefault())
}

/** Whatever web contents come into being: no navigation away, no new windows, no webviews. */
export function lockContents(origins: Origins, warn: (message: string) => void): void {
  app.on('web-contents-created', (_event, contents) => {
    const refuse = (event: { preventDefault: () => void }, url: string): void => {
      if (isOwnUrl(url, origins)) return
      event.preventDefault()
      warn(`navigation refused: ${url.slice(0, 200)}`)
    }
    contents.on('will-navigate', (event) => refuse(event, event.url))
    contents.on('will-redirect', (event) => refuse(event, event.url))
    contents.on('will-frame-navigate', (event) => refuse(event, event.url))
    contents.on('will-attach-webview', (event) => event.preventDefault())
    contents.setWindowOpenHandler(({ url }) => {
      if (mayOpenOutside(url)) void shell.openExternal(url)
      else warn(`window refused: ${url.slice(0, 200)}`)
      return { action: 'deny' }
    })
  })
}
