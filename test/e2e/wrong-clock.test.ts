import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import type { AlertsStatus } from '@shared/alert'
import type { SaidNotification } from '../support/said'
import type { SourceInfo } from '@shared/source'
import { alertsStatus, notificationsIn } from '../support/alerts-in-window'
import { dunstOf } from '../support/dunst'
import { dataFolder, launchApp, removeFolders } from '../support/electron-app'
import { DI, makeHassette } from '../support/made-hassette'
import { startSessionBus } from '../support/session-bus'

const LOOKED = { timeout: 30_000, interval: 250 }
const DAY_S = 86_400

it('a Hassette whose clock is 20 minutes behind is watched and told of as any other; what one writes late is summed up (needs a session bus)', async () => {
  const session = await startSessionBus()
  onTestFinished(session.stop)
  await session.startDunst()
  const dunst = dunstOf(session)
  onTestFinished(removeFolders)
  const folder = dataFolder()
  /** A home that ran well for a day, by a clock that is off by so many seconds. */
  const home = (name: string, offS: number) => {
    const now = () => Date.now() / 1000 + offS
    const path = join(folder, `${name}.db`)
    const hassette = makeHassette(path)
    onTestFinished(hassette.close)
    const at = hassette.session(now() - DAY_S, { last_heartbeat_at: now() })
    const hall = hassette.handler('hall')
    for (let run = 0; run < 100; run++) hassette.run(at, now() - 86_000 + run * 850, hall)
    return { path, now, hassette, write: (ts: number, more = {}) => hassette.run(at, ts, hall, more) }
  }
  const behind = home('behind', -1200)
  const tardy = home('tardy', 0)
  const running = await launchApp(['--source', behind.path, '--source', tardy.path], {
    dataDir: join(folder, 'data'),
    env: session.env,
  })
  onTestFinished(() => running.close().catch(() => undefined))
  const sources = async (): Promise<SourceInfo[]> => {
    const answer = await running.page.evaluate(() => window.hassetteMonitor.sources.list())
    return answer.ok ? answer.value : []
  }
  const heard = async (): Promise<SaidNotification[]> =>
    (await notificationsIn(running.page)).filter(({ state }) => state.kind === 'sent')
  const open = async (): Promise<AlertsStatus['open']> => (await alertsStatus(running.page)).open
  await expect
    .poll(async () => (await sources()).map(({ state }) => state.kind).sort(), LOOKED)
    .toEqual(['live', 'up_to_date'])

  // It is written to now, whatever its dates say.
  const writing = setInterval(() => behind.write(behind.now()), 300)
  onTestFinished(() => clearInterval(writing))
  const known = async () => (await sources()).find(({ name }) => name === 'behind')
  await expect.poll(async () => (await known())?.mode, LOOKED).toBe('live')
  await expect.poll(async () => (await known())?.clockOffsetUs ?? 0, LOOKED).toBeGreaterThan(1_100_000_000)
  await expect.poll(async () => (await known())?.hassette?.kind, LOOKED).toBe('running')
  clearInterval(writing)
  const failing = setInterval(() => behind.write(behind.now(), DI), 300)
  onTestFinished(() => clearInterval(failing))
  await expect.poll(async () => (await open()).map(({ late }) => late), LOOKED).toEqual([false])
  await expect.poll(() => dunst.displayed(), LOOKED).toBe(1)
  expect((await heard()).map(({ kind }) => kind)).toEqual(['opened'])
  clearInterval(failing)

  // Committed at once while we watch, a quarter of an hour late.
  await expect.poll(async () => (await sources()).every(({ state }) => state.kind === 'live'), LOOKED).toBe(true)
  tardy.hassette.db.transaction(() => {
    for (let run = 0; run < 12; run++) tardy.write(tardy.now() - 900 + run, DI)
  })()
  const summaries = async () => (await heard()).filter(({ kind }) => kind === 'summary').map(({ title }) => title)
  await expect.poll(summaries, LOOKED).toEqual([expect.stringMatching(/^Recorded late by Hassette: 1 spike, /)])
  expect((await heard()).map(({ kind }) => kind).sort()).toEqual(['opened', 'summary'])
}, 120_000)
