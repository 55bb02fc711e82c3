import { expect, it, onTestFinished } from 'vitest'
import { alertsStatus, notificationsIn } from '../support/alerts-in-window'
import { dunstOf } from '../support/dunst'
import { dataFolder, launchApp, removeFolders } from '../support/electron-app'
import { realHassette } from '../support/real-hassette'
import { startSessionBus } from '../support/session-bus'
import { waitFor } from '../support/wait'

/** Nothing is told of a session's first minute. */
const GRACE_MS = 62_000
const WITHIN_MS = 15_000

it('a storm in a real Hassette is one notification, and no more when it ends (needs a session bus)', async (ctx) => {
  const hassette = await realHassette({ onEnd: onTestFinished, rate: 20 })
  if ('skipped' in hassette) return ctx.skip(hassette.skipped)
  const startedMs = Date.now()
  const session = await startSessionBus()
  onTestFinished(session.stop)
  await session.startDunst()
  const dunst = dunstOf(session)
  onTestFinished(removeFolders)
  const app = await launchApp(['--source', hassette.database], { dataDir: dataFolder(), env: session.env })
  onTestFinished(() => app.close().catch(() => undefined))
  await waitFor('the end of the first minute', () => Date.now() - startedMs > GRACE_MS, 2 * GRACE_MS)
  expect(await notificationsIn(app.page)).toEqual([])
  const stormMs = Date.now()
  await hassette.storm({ seconds: 10, interval: 0.2 })
  await waitFor('the notification', async () => (await dunst.displayed()) === 1, 30_000)
  const delayMs = Date.now() - stormMs
  process.stdout.write(`  first bad state to notification: ${delayMs} ms\n`)
  expect(delayMs).toBeLessThan(WITHIN_MS)
  await waitFor('the end of the incident', async () => (await alertsStatus(app.page)).open.length === 0, 20 * 60_000)
  expect((await notificationsIn(app.page)).filter(({ kind }) => kind === 'opened')).toHaveLength(1)
}, 1_500_000)
