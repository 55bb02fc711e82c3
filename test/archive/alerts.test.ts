import { createAlerts } from '@archive/alerts'
import { Failure } from '@shared/result'
import { DEFAULT_ALERT_SETTINGS } from '@shared/alert-settings'
import { beforeEach, describe, expect, it } from 'vitest'
import { CONTEXT } from '../support/archive'
import { useTempFolder } from '../support/fixtures'
import { BEGIN_US, madeSession } from '../support/synthetic'
import { AlertHome, DAY, failure, HOUR, kindsOf, MINUTE, NOW, SECOND } from './alert-home'

const FAILED = { kind: 'failed', reason: 'system', said: 'nobody there' } as const
const TEST = { content: { kind: 'test' }, incidentId: null, silent: false, replaces: null } as const

describe('the alerts on an archive', () => {
  const folder = useTempFolder()
  let home: AlertHome
  beforeEach(async () => {
    home = new AlertHome(folder.path('archive.db'))
    await home.look()
  })

  it('open an incident, keep it with its notification, and end it', async () => {
    home.fails(6)
    const opened = await home.look()
    expect(kindsOf(opened)).toEqual(['opened'])
    expect(opened.open).toMatchObject([{ sourceId: home.sourceId, failures: 6, clearedUs: null, late: false }])
    expect(home.incidents()).toEqual(opened.open)
    expect(await home.notifications()).toMatchObject([
      { id: opened.notifications[0]?.id, kind: 'opened', incidentId: opened.open[0]?.id, state: { kind: 'pending' } },
    ])
    home.nowUs += 2 * MINUTE
    home.runs([{ startedUs: home.nowUs - SECOND }])
    const ended = await home.after(HOUR)
    expect(ended.open).toEqual([])
    expect(home.incidents()).toMatchObject([{ ending: 'recovered', failures: 6 }])
  })

  it('say nothing twice of what they saw', async () => {
    home.fails(6)
    await home.look()
    expect((await home.look()).notifications).toEqual([])
    expect((await home.after(SECOND)).open).toMatchObject([{ failures: 6 }])
    expect(home.incidents()).toHaveLength(1)
  })

  it('look at runs of apps only', async () => {
    home.runs(Array.from({ length: 9 }, () => ({ failed: true, tier: 'framework' as const })))
    expect((await home.look()).open).toEqual([])
  })

  it('take two looks at once one after the other', async () => {
    home.fails(6)
    let release = (): void => undefined
    const gate = new Promise<void>((resolve) => (release = resolve))
    const first = home.alerts.step(home.input(), { pause: () => gate })
    const second = home.look().then((out) => {
      order.push('second')
      return out
    })
    const order: string[] = []
    for (let turn = 0; turn < 5; turn++) await CONTEXT.pause()
    order.push('first')
    release()
    expect(kindsOf(await first)).toEqual(['opened'])
    expect((await second).notifications).toEqual([])
    expect(order).toEqual(['first', 'second'])
  })

  it('go on after a look that was cancelled between two slices', async () => {
    home.runs(Array.from({ length: 2500 }, (_, n) => ({ startedUs: home.nowUs - MINUTE + n * 1000 })))
    home.fails(6)
    let slices = 0
    const cancelling = () => (++slices === 2 ? Promise.reject(new Failure('cancelled', '')) : CONTEXT.pause())
    await expect(home.alerts.step(home.input(), { pause: cancelling })).rejects.toMatchObject({ code: 'cancelled' })
    expect(slices).toBe(2)
    const out = await home.look()
    expect(kindsOf(out)).toEqual(['opened'])
    expect(out.open).toMatchObject([{ failures: 6 }])
    expect(home.incidents()).toHaveLength(1)
  })

  it('leave the archive as it was when it refuses what they found, and go on when it no longer does', async () => {
    home.db.exec(`CREATE TRIGGER refuse BEFORE INSERT ON notifications BEGIN SELECT raise(ABORT, 'no'); END`)
    home.fails(6)
    await expect(home.look()).rejects.toThrow('no')
    await expect(home.look()).rejects.toThrow('no')
    expect(home.incidents()).toEqual([])
    home.db.exec('DROP TRIGGER refuse')
    expect(kindsOf(await home.look())).toEqual(['opened'])
    expect(home.incidents()).toMatchObject([{ failures: 6 }])
  })

  it('do not hand out again what is being shown, though a look failed meanwhile', async () => {
    home.fails(6)
    expect(kindsOf(await home.look())).toEqual(['opened'])
    home.runs([{}])
    const cancelled = { pause: () => Promise.reject(new Failure('cancelled', '')) }
    await expect(home.alerts.step(home.input(), cancelled)).rejects.toMatchObject({ code: 'cancelled' })
    expect((await home.look()).notifications).toEqual([])
  })

  it('hand out what was noted in a look that was cancelled later', async () => {
    home.fails(6)
    const cancelled = { pause: () => Promise.reject(new Failure('cancelled', '')) }
    await expect(home.alerts.step(home.input(), cancelled)).rejects.toMatchObject({ code: 'cancelled' })
    expect(kindsOf(await home.look())).toEqual(['opened'])
  })

  it('note what is not shown, with the reason', async () => {
    const off = { ...DEFAULT_ALERT_SETTINGS, enabled: false }
    home.fails(6)
    expect((await home.look([{ kind: 'settings', settings: off }])).notifications).toEqual([])
    expect(await home.notifications()).toMatchObject([{ title: '', state: { kind: 'withheld', reason: 'off' } }])
  })

  it('keep what became of a notification, and those that were shown without them', async () => {
    home.fails(6)
    const [due] = (await home.look()).notifications
    home.alerts.settleNotification({ id: due!.id, outcome: FAILED })
    home.alerts.addNotification({ notification: TEST, outcome: { kind: 'sent' }, atUs: NOW })
    const kept = await home.notifications()
    expect(kept.map(({ kind, state }) => [kind, state])).toEqual([
      ['opened', FAILED],
      ['test', { kind: 'sent' }],
    ])
  })

  it('keep the newest 2000 notifications', () => {
    for (let n = 0; n < 2003; n++)
      home.alerts.addNotification({ notification: TEST, outcome: { kind: 'sent' }, atUs: NOW + n })
    const kept = home.db.prepare('SELECT count(*) AS n, min(at_us) AS oldest FROM notifications').get()
    expect(kept).toEqual({ n: 2000, oldest: NOW + 3 })
  })

  it('tell rows that are read late in one summary only', async () => {
    const began = home.nowUs
    home.runs([...Array(6).keys()].map((n) => failure(1, began + n * SECOND)))
    home.runs([...Array(6).keys()].map((n) => failure(2, began + 2 * HOUR + n * SECOND)))
    home.nowUs += 3 * HOUR
    const reading = await home.look([], [home.sight({ kind: 'unknown' })])
    expect(reading.notifications).toEqual([])
    const out = await home.look()
    expect(kindsOf(out)).toEqual(['summary'])
    expect(out.notifications[0]?.title).toBe('While away: 2 spikes, 2 still open')
    expect((await home.notifications()).filter(({ kind }) => kind === 'opened')).toMatchObject([
      { state: { kind: 'withheld', reason: 'late' } },
      { state: { kind: 'withheld', reason: 'late' } },
    ])
    expect((await home.look()).notifications).toEqual([])
  })

  it('open nothing in the first minute of a session, and do after it', async () => {
    const startedUs = home.nowUs + MINUTE
    home.parents([madeSession(1, { startedUs: BEGIN_US, ending: 'clean', stoppedUs: home.nowUs, heartbeatUs: null })])
    home.parents([madeSession(2, { startedUs })])
    home.nowUs = startedUs + 30 * SECOND
    home.fails(9)
    expect((await home.look()).open).toEqual([])
    home.nowUs = startedUs + 2 * MINUTE
    home.fails(6)
    expect((await home.look()).open).toMatchObject([{ failures: 6 }])
  })

  it('keep whole microseconds only', async () => {
    home.fails(7)
    await home.look()
    await home.after(DAY)
    for (const incident of home.incidents()) {
      const { firstUs, openedUs, lastUs, clearedUs } = incident
      for (const us of [firstUs, openedUs, lastUs, clearedUs ?? 0]) expect(Number.isSafeInteger(us)).toBe(true)
    }
    expect(home.incidents()).toHaveLength(1)
  })

  it('close with an archive that cannot be written to any more', async () => {
    home.fails(6)
    await home.look()
    home.db.close()
    expect(() => home.alerts.close()).not.toThrow()
    home = new AlertHome(folder.path('other.db'), 'none')
    expect(() => createAlerts(home.db).close()).not.toThrow()
  })
})
