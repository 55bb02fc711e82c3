import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { TrayState } from '@main/tray/state'
import type { RunningApp } from '../support/electron-app'
import { dataFolder, launchApp, removeFolders, spawnApp } from '../support/electron-app'
import { startHassetteWriter } from '../support/hassette-writer'
import { startMadeUpTray } from '../support/made-up-tray'
import type { SessionBus } from '../support/session-bus'
import { startSessionBus } from '../support/session-bus'
import type { Hooked } from '../support/tray-app'
import { broken, CALM, chooseCloseToTray, PATIENCE, publish, toldTray, windowCount } from '../support/tray-app'
import { registeredItems, trayItem } from '../support/tray-item'
import { waitFor } from '../support/wait'

const HOUR_US = 3_600_000_000
const HOOK = { HASSETTE_MONITOR_TEST_HOOK: '1' }

const running: RunningApp[] = []
async function open(session: SessionBus): Promise<RunningApp> {
  const app = await launchApp(['--sample'], { env: { ...session.env, ...HOOK } })
  running.push(app)
  return app
}

describe.skipIf(process.platform !== 'linux')('the tray of a Linux desktop (needs a session bus)', () => {
  let session: SessionBus
  beforeAll(async () => {
    session = await startSessionBus()
    await session.startPanel()
  })
  afterEach(async () => {
    await Promise.all(running.splice(0).map(({ close }) => close().catch(() => undefined)))
    removeFolders()
  })
  afterAll(() => session.stop())

  it('holds one icon that says how things are, with a menu for everything', async () => {
    const app = await open(session)
    await publish(app, CALM)
    const item = await trayItem(session)
    await expect.poll(item.tooltip, PATIENCE).toBe('Hassette: all fine')
    expect(await item.labels()).toEqual([
      'Nothing open',
      '-',
      'Home · live',
      '-',
      'Open Hassette Monitor',
      'Open History',
      '-',
      'Quit and stop recording',
    ])
    expect((await item.menu()).map(({ enabled }) => enabled).slice(0, 3)).toEqual([false, true, false])
    expect(await registeredItems(session)).toHaveLength(1)
  })

  it('names the Hassette that is watched and judged, and offers to be quiet', async () => {
    const path = join(dataFolder(), 'cabin.db')
    const hassette = await startHassetteWriter(path, { onEnd: onTestFinished })
    await hassette.run({ count: 20 })
    running.push(await launchApp(['--source', path], { env: session.env }))
    const item = await trayItem(session)
    await expect.poll(item.tooltip, PATIENCE).toBe('Hassette: all fine')
    await expect.poll(async () => (await item.labels())[2], PATIENCE).toBe('cabin · live')
    expect(await item.labels()).toContain('Pause notifications')
  })

  it('changes shape, tooltip and menu with what is published, and goes back', async () => {
    const app = await open(session)
    const item = await trayItem(session)
    const nowUs = Date.now() * 1000
    const blind = { name: 'Cabin', state: 'blind' as const, sinceUs: nowUs }
    const pictures: string[] = []
    const shown: [TrayState, RegExp][] = [
      [CALM, /^Hassette: all fine$/],
      [broken(nowUs), /^Hassette: 2 incidents · kitchen_lights & co since \d\d:\d\d$/],
      [{ ...CALM, sources: [blind] }, /^Hassette: not watching Cabin since \d\d:\d\d$/],
      [{ ...CALM, paused: 'resumed' }, /^Hassette: notifications paused$/],
    ]
    for (const [status, tooltip] of shown) {
      await publish(app, status)
      await expect.poll(item.tooltip, PATIENCE).toMatch(tooltip)
      pictures.push(await item.picture())
    }
    expect(new Set(pictures).size).toBe(4)
    await publish(app, CALM)
    await expect.poll(item.picture, PATIENCE).toBe(pictures[0])
  })

  it('a click on an incident opens its page; a click on the icon opens the window', async () => {
    const app = await open(session)
    const item = await trayItem(session)
    await publish(app, broken(Date.now() * 1000))
    const label = await waitFor('the incident', async () =>
      (await item.labels()).find((each) => each.startsWith('kitchen_lights & co · since')),
    )
    await item.click(label)
    await expect.poll(() => app.page.evaluate(() => location.hash), PATIENCE).toMatch(/^#\/history\?.*range=1h/)

    await app.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.hide())
    await item.activate()
    await expect
      .poll(() => app.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isVisible()), PATIENCE)
      .toBe(true)
  })

  it('asks the alerts to be quiet, for as long as the menu says', async () => {
    const app = await open(session)
    const item = await trayItem(session)
    await publish(app, broken(Date.now() * 1000))
    expect(await item.labels()).not.toContain('Snooze')
    await app.app.evaluate(() => {
      const hooked = globalThis as Hooked
      hooked.asked = []
      hooked.hassetteMonitorTest.trayState.takeControls({
        snooze: (snooze) => hooked.asked.push(['snooze', snooze]),
        endSnooze: () => hooked.asked.push(['endSnooze']),
        pause: (untilUs) => hooked.asked.push(['pause', untilUs]),
        resume: () => hooked.asked.push(['resume']),
      })
    })
    await waitFor('the menu', async () => (await item.labels()).includes('Snooze'))
    const before = Date.now() * 1000
    await item.click('Until it recovers')
    await item.click('For 1 hour')
    await item.click('Until resumed')
    const asked = await waitFor('three requests', async () => {
      const list = await app.app.evaluate(() => (globalThis as Hooked).asked)
      return list.length === 3 && list
    })
    expect(asked).toEqual([
      ['snooze', { kind: 'recovery' }],
      ['snooze', { kind: 'until', us: expect.any(Number) }],
      ['pause', null],
    ])
    const { us } = (asked as [string, { us: number }][])[1]![1]
    expect(us).toBeGreaterThanOrEqual(before + HOUR_US)
    expect(us).toBeLessThanOrEqual(Date.now() * 1000 + HOUR_US)
  })

  it('keeps the app without a window where somebody chose that, and Quit ends it', async () => {
    const app = await open(session)
    await chooseCloseToTray(app)
    const item = await trayItem(session)
    await app.page.close()
    await expect.poll(() => windowCount(app), PATIENCE).toBe(0)
    const reopened = app.app.waitForEvent('window')
    await item.click('Open Hassette Monitor')
    await (await reopened).getByRole('navigation').waitFor()
    const ended = new Promise<void>((resolve) => app.app.once('close', () => resolve()))
    await item.click('Quit and stop recording')
    await ended
    expect(await registeredItems(session)).toEqual([])
  })

  it('closing the window ends the app where nobody chose anything', async () => {
    const app = await open(session)
    await trayItem(session)
    const ended = new Promise<void>((resolve) => app.app.once('close', () => resolve()))
    await app.page.close()
    await ended
  })

  it('without a tray the window says so, is not closed into it, and finds the tray when it is back', async () => {
    const app = await open(session)
    await chooseCloseToTray(app)
    const item = await trayItem(session)
    const missing = app.page.getByText('This desktop shows no tray icons now')
    expect(await missing.count()).toBe(0)
    await session.stopPanel()
    await missing.waitFor()
    await expect(item.tooltip()).rejects.toThrow()
    await session.startPanel()
    await missing.waitFor({ state: 'detached' })
    await publish(app, broken(Date.now() * 1000))
    const again = await trayItem(session)
    await expect.poll(again.tooltip, PATIENCE).toContain('2 incidents')
    expect(await registeredItems(session)).toHaveLength(1)

    await session.stopPanel()
    await missing.waitFor()
    const ended = new Promise<void>((resolve) => app.app.once('close', () => resolve()))
    await app.page.close()
    await ended
    await session.startPanel()
  })

  it('a window that was closed into a tray comes back when the tray goes', async () => {
    const app = await open(session)
    await chooseCloseToTray(app)
    await trayItem(session)
    await app.page.close()
    await expect.poll(() => windowCount(app), PATIENCE).toBe(0)
    const reopened = app.app.waitForEvent('window')
    await session.stopPanel()
    await (await reopened).getByRole('navigation').waitFor()
    await session.startPanel()
  })

  it('a window is not closed into a tray that does not have the icon', async () => {
    await session.stopPanel()
    const deaf = await startMadeUpTray(session)
    deaf.setHost(true)
    const app = await open(session)
    await chooseCloseToTray(app)
    await expect.poll(() => toldTray(app), PATIENCE).toBe('there')
    const ended = new Promise<void>((resolve) => app.app.once('close', () => resolve()))
    await app.page.close()
    await ended
    await deaf.stop()
    await session.startPanel()
  })

  it('an app without a session bus runs as before', async () => {
    const process = spawnApp(['--sample', '--data-dir', `${session.env['XDG_DATA_HOME']}/monitor`, '--hidden'], {
      ...session.env,
      DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere/bus',
    })
    await waitFor('the reason', () => process.stderr().includes('session bus:'))
    expect(await registeredItems(session)).toEqual([])
    process.child.kill('SIGTERM')
    expect(await process.ended).toBe(0)
  })
})
