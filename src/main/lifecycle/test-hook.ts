import { app } from 'electron'
import type { MovableClock } from '../util/clock'
import type { Notifier } from '../notifications/notifier'
import type { TrayStateStore } from '../tray/state'

/** What tests of the running app may reach. */
export interface TestParts {
  trayState: TrayStateStore
  notifier: Notifier
  /** The clock of the alerts. */
  clock: MovableClock
  lookAtHassettes: () => void
}

/** Set to 1 by the tests; unknown to users, and without effect in a packaged app. */
const VARIABLE = 'HASSETTE_MONITOR_TEST_HOOK'
/** How far the clock of the alerts is ahead from the start on, milliseconds. */
const CLOCK_VARIABLE = 'HASSETTE_MONITOR_TEST_CLOCK_MS'
/** Waits of the archive that cannot be opened, milliseconds. */
const WAITS_VARIABLE = 'HASSETTE_MONITOR_TEST_WAITS_MS'

function isTested(): boolean {
  return !app.isPackaged && process.env[VARIABLE] === '1'
}

/** Before an archive is tried again, and before somebody is notified of it; empty but in a test that asks for less. */
export function shortWaits(): { client: { retryMs?: number[] }; trouble: { tellAfterMs?: number } } {
  const ms = Number(process.env[WAITS_VARIABLE] ?? 0)
  if (!isTested() || !(ms > 0)) return { client: {}, trouble: {} }
  return { client: { retryMs: [ms] }, trouble: { tellAfterMs: 2 * ms } }
}

/**
 * Lets tests say what the tray shows and show notifications themselves, so that tray and notification service of a real
 * desktop are tested without an hour of failures before. They are reached through the debugger of an unpackaged app.
 */
export function exposeToTests(parts: TestParts): void {
  if (!isTested()) return
  parts.clock.move(Number(process.env[CLOCK_VARIABLE] ?? 0))
  Object.assign(globalThis, { hassetteMonitorTest: parts })
}
