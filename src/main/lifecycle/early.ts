import { mkdirSync } from 'node:fs'
import { app } from 'electron'
import type { Places } from '../cli/places'
import { registerAppScheme } from '../security/protocol'

/**
 * What Electron wants to know before `ready`: where our files lie, that every renderer is sandboxed, and our scheme.
 * Throws when the data folder cannot be made.
 */
export function prepareElectron(places: Places): void {
  mkdirSync(places.dataDir, { recursive: true, mode: 0o700 })
  mkdirSync(places.sessionDir, { recursive: true, mode: 0o700 })
  app.setPath('userData', places.dataDir)
  app.setPath('sessionData', places.sessionDir)
  app.setPath('crashDumps', places.sessionDir)
  app.setAppLogsPath(places.logsDir)
  // Windows groups notifications and task bar buttons by it; elsewhere it does nothing.
  app.setAppUserModelId('io.github.hassette-monitor')
  app.enableSandbox()
  registerAppScheme()
}

/**
 * Makes this process the only one for its data folder. False = another one has it; that one has been told to show its
 * window.
 */
export function claimInstance(argv: readonly string[]): boolean {
  return app.requestSingleInstanceLock({ argv })
}
