import type { Session } from 'electron'
import { app } from 'electron'
import { isOwnPage, mayRequest } from './origin'
import type { Origins } from './origin'

/** Denies every permission, every foreign request and every download of a session. */
export function lockSession(session: Session, origins: Origins): void {
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
export function lockContents(
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
