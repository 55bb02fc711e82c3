import { app } from 'electron'
import { parseFlags } from '../cli/flags'
import type { Log } from '../log/log'
import type { Service } from '../util/service'
import type { MainWindow, OpenWindow } from '../windows/main-window'
import { pathOfLink } from '../cli/deep-link'

/** What the events of the app work on. */
export interface AppEventParts {
  window: Pick<MainWindow, 'close'>
  open: OpenWindow
  /** The link of this start, if there was one. */
  link: string | null
  hidden: boolean
  /** Whether the app goes on when its last window was closed. */
  closesToTray: () => boolean
}

/**
 * Opens the window at the start (unless hidden), at a second start, for links and at a click on the dock; ends the app
 * with its last window, unless something else is left to bring it back.
 */
export function createAppEvents({ window, open, link, hidden, closesToTray }: AppEventParts): Service {
  const onSecondStart = (_event: unknown, _argv: string[], _cwd: string, data: unknown): void => {
    // Chromium reorders the plain argv, so the second process sends its own along.
    const argv = (data as { argv?: unknown } | null)?.argv
    const flags = Array.isArray(argv) ? tryFlags(argv.filter((arg) => typeof arg === 'string')) : null
    open(flags?.link ? pathOfLink(flags.link) : null)
  }
  const onLink = (event: { preventDefault: () => void }, url: string): void => {
    event.preventDefault()
    open(pathOfLink(url))
  }
  const onActivate = (): void => open(null)
  const onLastClosed = (): void => {
    if (!closesToTray()) app.quit()
  }

  return {
    name: 'window',
    start: () => {
      app.on('second-instance', onSecondStart)
      app.on('open-url', onLink)
      app.on('activate', onActivate)
      app.on('window-all-closed', onLastClosed)
      if (!hidden) open(link === null ? null : pathOfLink(link))
    },
    stop: () => {
      app.off('second-instance', onSecondStart)
      app.off('open-url', onLink)
      app.off('activate', onActivate)
      app.off('window-all-closed', onLastClosed)
      window.close()
    },
  }
}

function tryFlags(argv: string[]): { link: string | null } | null {
  try {
    return parseFlags(argv.slice(1), false)
  } catch {
    return null
  }
}

/** A service that takes longer is left behind. */
const STOP_TIMEOUT_MS = 8000

/**
 * Ends the app in order whoever asks for it (last window, menu, SIGINT, SIGTERM, session end): `stop` runs once, then
 * the process exits. A service that does not stop in 8 s does not keep the app alive.
 */
export function stopBeforeExit(stop: () => Promise<void>, warn: (message: string) => void): void {
  let stopping = false
  app.on('before-quit', (event) => {
    event.preventDefault()
    if (stopping) return
    stopping = true
    const timeout = new Promise<void>((resolve) => {
      setTimeout(() => {
        warn('a service did not stop in time')
        resolve()
      }, STOP_TIMEOUT_MS)
    })
    void Promise.race([stop(), timeout]).then(() => app.exit(0))
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => app.quit())
}

/** Ends a start that failed: the reason in the log and on stderr, exit code 1. */
export function leaveWith(thrown: unknown, log: Log): void {
  log.error('start failed', thrown)
  process.stderr.write(`Hassette Monitor did not start: ${thrown instanceof Error ? thrown.message : String(thrown)}\n`)
  app.exit(1)
}
