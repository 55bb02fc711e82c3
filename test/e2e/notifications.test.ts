import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { NotificationDelivery, Notifier, SystemNotification } from '@main/notifications/notifier'
import { deliveryFailureWords } from '@shared/notification-text'
import type { Dunst } from '../support/dunst'
import { dunstOf } from '../support/dunst'
import type { RunningApp } from '../support/electron-app'
import { launchApp, removeFolders } from '../support/electron-app'
import type { SessionBus } from '../support/session-bus'
import { startSessionBus } from '../support/session-bus'

/** A busy machine answers late. */
const PATIENCE = { timeout: 15_000 }

type Hooked = typeof globalThis & { hassetteMonitorTest: { notifier: Notifier } }

const NOTE: SystemNotification = {
  key: 'incident 7',
  title: 'kitchen_lights.on_motion fails every run',
  body: '8 of 8 runs since 14:02. <lambda> & light.kitchen.',
  path: '/history?range=1h',
  isSilent: true,
  isUrgent: false,
}

async function show({ app }: RunningApp, note: Partial<SystemNotification> = {}): Promise<NotificationDelivery> {
  return app.evaluate((_, each) => (globalThis as Hooked).hassetteMonitorTest.notifier.show(each), { ...NOTE, ...note })
}

async function withdraw({ app }: RunningApp, key: string): Promise<void> {
  await app.evaluate((_, each) => (globalThis as Hooked).hassetteMonitorTest.notifier.withdraw(each), key)
}

describe.skipIf(process.platform !== 'linux')('notifications of a Linux desktop (needs a session bus)', () => {
  let session: SessionBus
  let running: RunningApp
  beforeEach(async () => {
    session = await startSessionBus()
    running = await launchApp(['--sample'], { env: { ...session.env, HASSETTE_MONITOR_TEST_HOOK: '1' } })
  })
  afterEach(async () => {
    await running.close().catch(() => undefined)
    await session.stop()
    removeFolders()
  })

  describe('with a notification service', () => {
    let dunst: Dunst
    beforeEach(async () => {
      await session.startDunst()
      dunst = dunstOf(session)
    })

    it('show title and body, and what looks like markup in it as text', async () => {
      expect(await show(running)).toEqual({ kind: 'sent' })
      await expect.poll(dunst.displayed, PATIENCE).toBe(1)
      await dunst.closeAll()
      const body = '8 of 8 runs since 14:02. &lt;lambda&gt; &amp; light.kitchen.'
      expect(await dunst.history()).toEqual([{ app: 'Hassette Monitor', title: NOTE.title, body }])
    })

    it('a click opens the window on its page', async () => {
      await show(running)
      await running.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.hide())
      await dunst.click()
      await expect.poll(() => running.page.evaluate(() => location.hash), PATIENCE).toMatch(/^#\/history\?.*range=1h/)
      await expect
        .poll(
          () => running.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isVisible()),
          PATIENCE,
        )
        .toBe(true)
    })

    it('a later one takes the place of the earlier one of its incident, and only of that', async () => {
      await show(running)
      await show(running, { key: 'incident 8', title: 'garage_door fails' })
      await expect.poll(dunst.displayed, PATIENCE).toBe(2)
      await show(running, { title: 'kitchen_lights.on_motion is fine again' })
      await expect.poll(dunst.displayed, PATIENCE).toBe(2)
      await expect.poll(async () => (await dunst.history()).map(({ title }) => title), PATIENCE).toEqual([NOTE.title])
      await dunst.closeAll()
      expect((await dunst.history()).map(({ title }) => title).toSorted()).toEqual([
        'garage_door fails',
        'kitchen_lights.on_motion fails every run',
        'kitchen_lights.on_motion is fine again',
      ])
    })

    it('one that is withdrawn is gone, and all are when the app ends', async () => {
      await show(running)
      await show(running, { key: 'incident 8', title: 'garage_door fails' })
      await withdraw(running, 'incident 8')
      await expect.poll(dunst.displayed, PATIENCE).toBe(1)
      await running.close()
      await expect.poll(dunst.displayed, PATIENCE).toBe(0)
    })
  })

  it('without a notification service: failed, with the reason, and again as soon as one is there', async () => {
    expect(await show(running)).toEqual({ kind: 'failed', reason: 'refused' })
    expect(deliveryFailureWords({ reason: 'refused' })).toContain('no notification service')
    await session.startDunst()
    expect(await show(running)).toEqual({ kind: 'sent' })
    await expect.poll(dunstOf(session).displayed, PATIENCE).toBe(1)
  })
})
