import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import type { MovableClock } from '@main/util/clock'
import type { AlertsStatus } from '@shared/alert'
import type { SaidNotification } from '../support/said'
import { alertsStatus, notificationsIn } from '../support/alerts-in-window'
import { dunstOf } from '../support/dunst'
import { dataFolder, launchApp, removeFolders } from '../support/electron-app'
import { startHassetteWriter } from '../support/hassette-writer'
import { startSessionBus } from '../support/session-bus'
import { trayItem } from '../support/tray-item'

type Hooked = typeof globalThis & { hassetteMonitorTest: { clock: MovableClock; lookAtHassettes: () => void } }

const LOOKED = { timeout: 30_000, interval: 250 }

it('a Hassette that was killed and one that was stopped are each told once, and never called fine (needs a session bus)', async () => {
  const session = await startSessionBus()
  onTestFinished(session.stop)
  await session.startDunst()
  await session.startPanel()
  const dunst = dunstOf(session)
  onTestFinished(removeFolders)
  const folder = dataFolder()
  const paths = { cottage: join(folder, 'cottage.db'), cabin: join(folder, 'cabin.db') }
  const cottage = await startHassetteWriter(paths.cottage, { onEnd: onTestFinished })
  const cabin = await startHassetteWriter(paths.cabin, { onEnd: onTestFinished, seed: 2 })
  await cottage.append([{}])
  await cabin.append([{}])
  const running = await launchApp(['--source', paths.cottage, '--source', paths.cabin], {
    dataDir: join(folder, 'data'),
    env: { ...session.env, HASSETTE_MONITOR_TEST_HOOK: '1' },
  })
  onTestFinished(() => running.close().catch(() => undefined))
  const heard = async (): Promise<SaidNotification[]> =>
    (await notificationsIn(running.page)).filter(({ kind }) => kind === 'opened').reverse()
  const open = async (): Promise<AlertsStatus['open']> => (await alertsStatus(running.page)).open
  /** So many minutes pass while the app is awake. */
  const pass = (minutes: number) =>
    running.app.evaluate((_, count) => {
      const { clock, lookAtHassettes } = (globalThis as Hooked).hassetteMonitorTest
      for (let step = 0; step < count; step++) {
        clock.pass(20_000)
        lookAtHassettes()
      }
    }, minutes * 3)
  const item = await trayItem(session)
  await expect.poll(item.tooltip, LOOKED).toBe('Hassette: all fine')

  await cottage.kill()
  await cabin.sessionStop()
  // What is stopped says so at once; what was killed is missed after two heartbeats.
  await expect.poll(item.tooltip, LOOKED).toMatch(/^Hassette: cabin stopped since \d\d:\d\d$/)
  expect(await heard()).toEqual([])
  await pass(11)
  await expect.poll(item.tooltip, LOOKED).toMatch(/^Hassette: cottage down since \d\d:\d\d$/)
  await expect.poll(() => dunst.displayed(), LOOKED).toBe(1)
  expect((await heard()).map(({ title }) => title)).toEqual([
    expect.stringMatching(/^cottage is down since \d\d:\d\d$/),
  ])
  await expect.poll(() => running.page.getByText('down since', { exact: false }).count(), LOOKED).toBeGreaterThan(0)
  await pass(20)
  await expect.poll(async () => (await heard()).length, LOOKED).toBe(2)
  expect((await heard()).at(-1)?.title).toMatch(/^cabin is stopped since \d\d:\d\d$/)
  await pass(60)
  expect(await heard()).toHaveLength(2)
  expect((await open()).map(({ rule }) => rule).sort()).toEqual(['down', 'stopped'])

  const again = await startHassetteWriter(paths.cottage, { onEnd: onTestFinished, seed: 3 })
  await cabin.sessionStart()
  await again.append([{}])
  await expect.poll(open, LOOKED).toEqual([])
  await expect.poll(item.tooltip, LOOKED).toBe('Hassette: all fine')
  expect(await heard()).toHaveLength(2)
}, 120_000)
