import { renameSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import type { MovableClock } from '@main/util/clock'
import type { SaidNotification } from '../support/said'
import { notificationsIn } from '../support/alerts-in-window'
import { dunstOf } from '../support/dunst'
import { dataFolder, launchApp, removeFolders } from '../support/electron-app'
import { startHassetteWriter } from '../support/hassette-writer'
import { startSessionBus } from '../support/session-bus'
import { trayItem } from '../support/tray-item'

type Hooked = typeof globalThis & { hassetteMonitorTest: { clock: MovableClock } }

/** A source must have been looked for in vain for a minute, by a clock that nobody moves. */
const LOOKED = { timeout: 120_000, interval: 500 }
const MINUTE_MS = 60_000

it('a Hassette whose file is gone is told after ten minutes, once, and quietly when it is back (needs a session bus)', async () => {
  const session = await startSessionBus()
  onTestFinished(session.stop)
  await session.startDunst()
  await session.startPanel()
  const dunst = dunstOf(session)
  onTestFinished(removeFolders)
  const folder = dataFolder()
  const path = join(folder, 'cottage.db')
  const hassette = await startHassetteWriter(path, { onEnd: onTestFinished })
  await hassette.run({ count: 50 })
  const running = await launchApp(['--source', path], {
    dataDir: join(folder, 'data'),
    env: { ...session.env, HASSETTE_MONITOR_TEST_HOOK: '1' },
  })
  onTestFinished(() => running.close().catch(() => undefined))
  const heard = (): Promise<SaidNotification[]> => notificationsIn(running.page)
  const pass = (minutes: number) =>
    running.app.evaluate((_, ms) => (globalThis as Hooked).hassetteMonitorTest.clock.move(ms), minutes * MINUTE_MS)
  const item = await trayItem(session)
  await expect.poll(item.tooltip, LOOKED).toBe('Hassette: all fine')

  renameSync(path, `${path}.away`)
  await expect.poll(item.tooltip, LOOKED).toMatch(/^Hassette: not watching cottage since \d\d:\d\d$/)
  await pass(8)
  await expect
    .poll(() => running.page.getByText('not watching since', { exact: false }).count(), LOOKED)
    .toBeGreaterThan(0)
  expect(await heard()).toEqual([])
  await pass(4)
  await expect.poll(() => dunst.displayed(), LOOKED).toBe(1)
  const [opened, ...more] = await heard()
  expect(opened).toMatchObject({ kind: 'opened', outcome: { kind: 'sent' } })
  expect(opened?.title).toMatch(/^Not watching cottage since \d\d:\d\d$/)
  expect(more).toEqual([])

  renameSync(`${path}.away`, path)
  await expect.poll(item.tooltip, LOOKED).toBe('Hassette: all fine')
  const status = () => running.page.evaluate(() => window.hassetteMonitor.alerts.status())
  await expect.poll(async () => ((await status()) as { value?: { open: unknown[] } }).value?.open, LOOKED).toEqual([])
  expect((await heard()).filter(({ kind }) => kind === 'opened')).toHaveLength(1)
}, 600_000)
