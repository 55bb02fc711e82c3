import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { MovableClock } from '@main/util/clock'
import type { AlertsStatus } from '@shared/alert'
import type { SaidNotification } from '../support/said'
import { alertsStatus, notificationsIn } from '../support/alerts-in-window'
import type { Dunst } from '../support/dunst'
import { dunstOf } from '../support/dunst'
import type { RunningApp } from '../support/electron-app'
import { dataFolder, launchApp, removeFolders } from '../support/electron-app'
import type { HassetteWriter, WantedRow } from '../support/hassette-writer'
import { startHassetteWriter } from '../support/hassette-writer'
import { recordedStorm } from '../support/recorded-storm'
import type { SessionBus } from '../support/session-bus'
import { startSessionBus } from '../support/session-bus'
import type { TrayItem } from '../support/tray-item'
import { trayItem } from '../support/tray-item'
import { waitFor } from '../support/wait'

/** From a failure's commit to its notification. */
const WITHIN_MS = 15_000
const PATIENCE = { timeout: 20_000 }
const HOOK = { HASSETTE_MONITOR_TEST_HOOK: '1' }
const MINUTE_S = 60
const DAY_S = 86_400
const WELL = { error: 0, di: 0, timed_out: 0, cancelled: 0, skipped: 0 }

type Hooked = typeof globalThis & { hassetteMonitorTest: { clock: MovableClock } }

const statusOf = ({ page }: RunningApp): Promise<AlertsStatus> => alertsStatus(page)

/** What people heard, oldest first. */
async function heardIn({ page }: RunningApp): Promise<SaidNotification[]> {
  return (await notificationsIn(page)).filter(({ state }) => state.kind === 'sent').reverse()
}

function kinds(notices: SaidNotification[], kind: SaidNotification['kind']): SaidNotification[] {
  return notices.filter((notice) => notice.kind === kind)
}

/** Failures of each open incident. */
async function failuresIn(app: RunningApp): Promise<number[]> {
  return (await statusOf(app)).open.map(({ failures }) => failures)
}

/** The figure beside Alerts in the sidebar. */
async function badge({ page }: RunningApp): Promise<string> {
  return (await page.locator('nav a[href*="/alerts"] .badge').allTextContents()).join('').trim()
}

/** Titles of all that the daemon has shown and that were not replaced, newest first. */
async function shownBy(dunst: Dunst): Promise<string[]> {
  await dunst.closeAll()
  return (await dunst.history()).map(({ title }) => title)
}

describe.skipIf(process.platform !== 'linux')('a home in which something breaks (needs a session bus)', () => {
  let session: SessionBus
  let dunst: Dunst
  let hassette: HassetteWriter
  let folder: string
  let running: RunningApp | null = null
  let movedS = 0
  let end = (): Promise<void> => Promise.resolve()

  const nowS = (): number => Date.now() / 1000 + movedS
  const failing = (target: string, startedAt = nowS()): WantedRow => ({ like: 'di', target, startedAt })

  beforeEach(async () => {
    movedS = 0
    session = await startSessionBus()
    await session.startDunst()
    await session.startPanel()
    dunst = dunstOf(session)
    folder = dataFolder()
    // A home that has run well for three days.
    const path = join(folder, 'cottage.db')
    hassette = await startHassetteWriter(path, { ageS: 3 * DAY_S, onEnd: (kill) => (end = kill) })
    await hassette.run({ count: 900, mix: WELL, startedAt: nowS() - 3 * DAY_S + 60, spanSeconds: 3 * DAY_S - 120 })
  })
  afterEach(async () => {
    await running?.close().catch(() => undefined)
    await end()
    await session.stop()
    removeFolders()
  })

  async function start(): Promise<RunningApp> {
    const app = await launchApp(['--source', hassette.path], {
      dataDir: join(folder, 'data'),
      env: { ...session.env, ...HOOK, HASSETTE_MONITOR_TEST_CLOCK_MS: String(movedS * 1000) },
    })
    running = app
    return app
  }

  async function pass(app: RunningApp, seconds: number): Promise<void> {
    movedS += seconds
    await app.app.evaluate((_, ms) => (globalThis as Hooked).hassetteMonitorTest.clock.move(ms), seconds * 1000)
  }

  async function calm(item: TrayItem): Promise<void> {
    await expect.poll(item.tooltip, PATIENCE).toBe('Hassette: all fine')
  }

  it('is told once, in tray, notification and window; over a restart, a second fault, and the end', async () => {
    const first = await start()
    const item = await trayItem(session)
    await calm(item)
    const fine = await item.picture()
    expect(await dunst.displayed()).toBe(0)

    // The storm of a real Hassette, at its own pace.
    const storm = recordedStorm('light_keeper', 'porch', 24)
    const begunS = nowS()
    let committedMs = 0
    for (const { afterS, columns } of storm) {
      await waitFor('the next failure', () => Promise.resolve(nowS() - begunS >= afterS || undefined), 30_000)
      await hassette.append([{ like: 'di', target: 'light_keeper/0/porch', startedAt: nowS(), columns }])
      committedMs ||= Date.now()
    }
    await expect.poll(() => heardIn(first), PATIENCE).toHaveLength(1)
    const [opened] = await heardIn(first)
    process.stdout.write(`  first failure to notification: ${(opened?.atUs ?? 0) / 1000 - committedMs} ms\n`)
    expect((opened?.atUs ?? Infinity) / 1000 - committedMs).toBeLessThan(WITHIN_MS)
    expect(opened?.title).toBe('4 dependency failures in a row — light_keeper.porch')
    await expect.poll(item.tooltip, PATIENCE).toMatch(/^Hassette: 1 incident · light_keeper\.porch.* since \d\d:\d\d$/)
    expect(await item.picture()).not.toBe(fine)
    await expect.poll(() => badge(first), PATIENCE).toMatch(/^1\b/)
    expect(await shownBy(dunst)).toEqual([opened?.title])

    // It goes on while the app is started again: nobody is told twice.
    await pass(first, 10 * MINUTE_S)
    await hassette.append([failing('light_keeper/0/porch')])
    await expect.poll(() => failuresIn(first), PATIENCE).toEqual([25])
    await first.close()
    const second = await start()
    await hassette.append([failing('light_keeper/0/porch')])
    await expect.poll(() => failuresIn(second), PATIENCE).toEqual([26])
    await expect.poll(() => badge(second), PATIENCE).toMatch(/^1\b/)
    expect(kinds(await heardIn(second), 'opened')).toHaveLength(1)

    // Another cause, more than a quarter of an hour after the first began: an incident of its own.
    await pass(second, 10 * MINUTE_S)
    const garage = Array.from({ length: 6 }, (_, index) => failing('garage_door/0/cover', nowS() + index))
    await hassette.append([failing('light_keeper/0/porch'), ...garage])
    await expect.poll(async () => kinds(await heardIn(second), 'opened'), PATIENCE).toHaveLength(2)
    expect(kinds(await heardIn(second), 'opened')[1]?.title).toMatch(/— garage_door\.cover$/)
    await expect.poll(() => badge(second), PATIENCE).toMatch(/^2\b/)

    // Both run well again; the quiet that proves it passes.
    await pass(second, 2 * MINUTE_S)
    const well = (target: string): WantedRow => ({ like: 'ok', target, startedAt: nowS() })
    await hassette.append([well('light_keeper/0/porch'), well('garage_door/0/cover')])
    await pass(second, 20 * MINUTE_S)
    await calm(await trayItem(session))
    await expect.poll(() => badge(second), PATIENCE).toBe('')
    // What lasted 20 minutes is told to have ended, silently; what lasted two is not.
    await expect
      .poll(async () => kinds(await heardIn(second), 'recovered').map(({ title }) => title), PATIENCE)
      .toEqual(['Recovered — light_keeper.porch'])
    expect(kinds(await heardIn(second), 'opened')).toHaveLength(2)
    expect(await shownBy(dunst)).toEqual(expect.arrayContaining(['Recovered — light_keeper.porch']))
  }, 120_000)

  it('is told though one run is dated 20 minutes ahead', async () => {
    const app = await start()
    await calm(await trayItem(session))
    await hassette.append([{ like: 'ok', target: 'light_keeper/0/porch', startedAt: nowS() + 20 * MINUTE_S }])
    await waitFor('the notification', async () => {
      await hassette.append([failing('garage_door/0/cover')])
      return (await dunst.displayed()) === 1
    })
    expect((await heardIn(app)).map(({ title }) => title)).toEqual([expect.stringMatching(/garage_door\.cover$/)])
  })

  it('can be snoozed from the tray, and a click on the notification opens the incident in its time', async () => {
    const app = await start()
    const item = await trayItem(session)
    await calm(item)
    // What is read with a source's first reading is history: it goes on failing until that is over.
    await waitFor('the notification', async () => {
      await hassette.append([failing('garage_door/0/cover')])
      return (await dunst.displayed()) === 1
    })
    await dunst.click()
    await expect
      .poll(() => app.page.evaluate(() => decodeURIComponent(location.hash)), PATIENCE)
      .toMatch(/^#\/alerts\?.*incident=1\b.*range=\d{4}-\d\d-\d\d[ +]\d\d:\d\d\.\./)
    await expect.poll(() => app.page.getByRole('heading', { name: /garage_door/ }).count(), PATIENCE).toBeGreaterThan(0)

    await item.click('For 1 hour')
    await expect.poll(async () => (await statusOf(app)).open[0]?.snooze?.kind, PATIENCE).toBe('until')
    await expect.poll(item.labels, PATIENCE).toContain('End snooze')
    await item.click('End snooze')
    await expect.poll(async () => (await statusOf(app)).open[0]?.snooze, PATIENCE).toBe(null)
  })
})

describe.skipIf(process.platform !== 'linux')('a desktop without a place for either (needs a session bus)', () => {
  let session: SessionBus
  beforeEach(async () => {
    session = await startSessionBus()
  })
  afterEach(async () => {
    await session.stop()
    removeFolders()
  })

  it('is told in the window what is missing, and the app goes on', async () => {
    const app = await launchApp(['--sample'], { env: session.env })
    await app.page.evaluate(() => (location.hash = '#/alerts'))
    await app.page.getByRole('button', { name: 'Send a test notification' }).click()
    await expect.poll(() => app.page.getByText('it runs no notification service').count(), PATIENCE).toBeGreaterThan(0)
    await app.page.evaluate(() => (location.hash = '#/settings'))
    await app.page.getByText('This desktop shows no tray icons now').waitFor()
    await app.page.evaluate(() => (location.hash = '#/history'))
    await app.page.locator('[id^="run-"]').first().waitFor()
    await app.close()
  })
})
