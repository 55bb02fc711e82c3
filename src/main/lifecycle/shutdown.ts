import { app } from 'electron'
import type { Log } from '../log/log'

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
