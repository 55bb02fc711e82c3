import { expect } from 'vitest'
import type { TrayStateStore, TrayState } from '@main/tray/state'
import type { RunningApp } from './electron-app'

/** A busy machine answers late. */
export const PATIENCE = { timeout: 15_000 }

/** The app with what its tray shows in reach, and what a test has it keep. */
export type Hooked = typeof globalThis & { hassetteMonitorTest: { trayState: TrayStateStore }; asked: unknown[] }

/** One Hassette is live and nothing is open. */
export const CALM: TrayState = {
  judged: true,
  incidents: [],
  sources: [{ name: 'Home', state: 'live', sinceUs: null }],
  paused: null,
}

/** Two incidents are open. */
export function broken(sinceUs: number): TrayState {
  const incident = { id: 7, snooze: null, path: '/history?range=1h' }
  return {
    ...CALM,
    incidents: [
      { ...incident, title: 'kitchen_lights & co', sinceUs },
      { ...incident, id: 8, title: 'garage_door', sinceUs, path: '/jobs?range=1h' },
    ],
  }
}

/** Lets the tray of the app show this, as the alerts do. */
export async function publish({ app }: RunningApp, status: TrayState): Promise<void> {
  await app.evaluate((_, next) => (globalThis as Hooked).hassetteMonitorTest.trayState.publish(next), status)
}

export async function windowCount({ app }: RunningApp): Promise<number> {
  return app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)
}

/** `tray` of what the window is told about the app. */
export async function toldTray({ page }: RunningApp): Promise<string> {
  const answer = await page.evaluate(() => window.hassetteMonitor.app.info())
  return answer.ok ? answer.value.tray : answer.error.code
}

export async function chooseCloseToTray({ page }: RunningApp): Promise<void> {
  await page.evaluate(() => (location.hash = '#/settings'))
  const choice = page.getByRole('radio', { name: 'Keeps it in the tray' })
  await choice.click()
  await expect.poll(() => choice.getAttribute('aria-checked'), PATIENCE).toBe('true')
}
