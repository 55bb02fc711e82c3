import type { UserEvent } from '@main/alerts/engine/events'
import { DEFAULT_ALERT_SETTINGS } from '@shared/alert-settings'
import { beforeEach, describe, expect, it } from 'vitest'
import { useTempFolder } from '../support/fixtures'
import { AlertHome, HOUR, kindsOf, MINUTE, SECOND } from './alert-home'

describe.each(['restart', 'crash'] as const)('after a %s the alerts', (ending) => {
  const folder = useTempFolder()
  let home: AlertHome
  beforeEach(async () => {
    home = new AlertHome(folder.path('archive.db'))
    await home.look()
  })

  it('know what was read as history', () => {
    home[ending]()
    expect(home.memory().engine.sources[home.sourceId]).toMatchObject({ importing: false })
  })

  it('go on with an open incident, and tell it once', async () => {
    home.fails(6)
    const before = await home.look()
    home.alerts.settleNotification({ id: before.notifications[0]!.id, outcome: { kind: 'sent' } })
    home[ending]()
    home.nowUs += MINUTE
    home.fails(2)
    const out = await home.look()
    expect(out.notifications).toEqual([])
    expect(out.open).toMatchObject([{ id: before.open[0]?.id, failures: 8 }])
    expect(home.incidents()).toHaveLength(1)
  })

  it('count every run once, whenever they were told', async () => {
    for (let n = 0; n < 5; n++) {
      home.nowUs += 5 * SECOND
      home.fails(2)
      await home.look()
      home[ending]()
    }
    expect((await home.look()).open).toMatchObject([{ failures: 10 }])
    expect((await home.notifications()).filter(({ kind }) => kind === 'opened')).toHaveLength(1)
  })

  it('show what was due when they ended, and only once', async () => {
    home.fails(6)
    const [due] = (await home.look()).notifications
    home[ending]()
    home.nowUs += 9 * MINUTE
    expect((await home.look()).notifications).toEqual([due])
    expect((await home.look()).notifications).toEqual([])
  })

  it('give up what was due more than ten minutes ago', async () => {
    home.fails(6)
    await home.look()
    home[ending]()
    home.nowUs += 11 * MINUTE
    expect((await home.look()).notifications).toEqual([])
    const [notice] = await home.notifications()
    expect(notice).toMatchObject({ kind: 'opened', state: { kind: 'failed' } })
  })

  it('remember what somebody chose', async () => {
    home.fails(6)
    const [incident] = (await home.look()).open
    const { sourceId } = home
    const [groupId, targetId] = [incident!.groupIds[0]!, incident!.targets[0]!.targetId]
    const untilUs = home.nowUs + 3 * HOUR
    const choices: UserEvent[] = [
      { kind: 'settings', settings: { ...DEFAULT_ALERT_SETTINGS, remind: true } },
      { kind: 'pause', untilUs },
      { kind: 'snooze', sourceId, incidentId: incident!.id, snooze: { kind: 'recovery' } },
    ]
    for (const choice of choices) {
      await home.look()
      await home.look([choice])
      home[ending]()
    }
    const snoozed = await home.look()
    expect(snoozed.open).toMatchObject([{ snooze: { kind: 'recovery' } }])
    expect(snoozed.pausedUntilUs).toBe(untilUs)
    expect(home.memory().engine.settings.remind).toBe(true)
    await home.look([{ kind: 'muteGroup', sourceId, groupId, muted: true }])
    await home.look([{ kind: 'muteTarget', sourceId, targetId, muted: true }])
    home[ending]()
    const muted = await home.look()
    expect(muted.open).toEqual([])
    expect(muted.muted).toEqual([
      { kind: 'target', sourceId, targetId, title: 'app_1.target_1' },
      { kind: 'group', sourceId, groupId, title: expect.any(String) as string },
    ])
    await home.look([{ kind: 'muteTarget', sourceId, targetId, muted: false }])
    await home.look([{ kind: 'muteGroup', sourceId, groupId, muted: false }])
    home[ending]()
    expect((await home.look()).muted).toEqual([])
  })

  it('say once what happened while the app was closed', async () => {
    home[ending]()
    home.nowUs += HOUR
    home.fails(6)
    home.nowUs += HOUR
    expect(kindsOf(await home.look())).toEqual(['summary'])
    home[ending]()
    expect(kindsOf(await home.look())).toEqual(['summary'])
    expect((await home.notifications()).filter(({ kind }) => kind === 'summary')).toHaveLength(1)
  })
})

describe('what the alerts remember', () => {
  const folder = useTempFolder()

  it('goes on with numbers beyond every incident in the archive', async () => {
    const home = new AlertHome(folder.path('archive.db'))
    await home.look()
    home.db.prepare(`INSERT INTO incidents (id, source_id, cleared_us, detail) VALUES (41, 1, 0, '{}')`).run()
    home.restart()
    home.fails(6)
    expect((await home.look()).open).toMatchObject([{ id: 42 }])
  })

  it('is built anew from the archive when another version of the engine kept it', async () => {
    const home = new AlertHome(folder.path('archive.db'))
    await home.look()
    home.fails(6, 2)
    await home.look()
    home.restart()
    const kept = home.db.prepare<[], string>(`SELECT v FROM meta WHERE k = 'alerts'`).pluck().get()!
    home.db.prepare(`UPDATE meta SET v = ? WHERE k = 'alerts'`).run(kept.replace(/"version":\d+/, '"version":0'))
    const out = await home.look()
    expect(out.startedOver).toBe(true)
    expect((await home.look()).startedOver).toBe(false)
    expect(kindsOf(out)).toEqual(['opened'])
    expect(home.incidents()[0]).toMatchObject({ ending: 'stale' })
    expect(out.learning).toEqual([])
    home.nowUs += 20 * MINUTE
    home.fails(6)
    expect(kindsOf(await home.look())).toEqual(['opened'])
  })

  it.each(['', '{"engine":', 'null', '[]', '{"engine":{}}', '{"engine":"x","cursors":3}'])(
    'is built anew from the archive where it is damaged (%j), and what is muted stays muted',
    async (damaged) => {
      const home = new AlertHome(folder.path('archive.db'))
      await home.look()
      home.fails(6, 2)
      await home.look()
      const { sourceId } = home
      const targetId = home.incidents()[0]!.targets[0]!.targetId
      const muted = [{ kind: 'target', sourceId, targetId, title: 'app_2.target_2' }]
      expect(await home.look([{ kind: 'muteTarget', sourceId, targetId, muted: true }])).toMatchObject({
        muted,
        open: [],
      })
      home.restart()
      expect(await home.look()).toMatchObject({ muted, startedOver: false })
      home.restart()
      home.db.prepare(`UPDATE meta SET v = ? WHERE k = 'alerts'`).run(damaged)
      expect(await home.look()).toMatchObject({ muted, open: [], startedOver: true })
      home.nowUs += 20 * MINUTE
      home.fails(6, 2)
      expect(await home.look()).toMatchObject({ muted, open: [], startedOver: false })
      expect(await home.look([{ kind: 'muteTarget', sourceId, targetId, muted: false }])).toMatchObject({ muted: [] })
      home.crash()
      expect(await home.look()).toMatchObject({ muted: [] })
    },
  )

  it('is kept every ten minutes, though nothing happens', async () => {
    const home = new AlertHome(folder.path('archive.db'))
    await home.look()
    home.runs([{}])
    await home.after(10 * MINUTE)
    const told = { ...home.memory().cursors }
    home.runs([{}])
    await home.after(5 * MINUTE)
    expect(home.memory().cursors).toEqual(told)
    await home.after(5 * MINUTE)
    expect(home.memory().cursors).not.toEqual(told)
  })

  it('survives a clock that is set back', async () => {
    const home = new AlertHome(folder.path('archive.db'))
    await home.look()
    home.nowUs -= HOUR
    home.fails(6)
    expect(kindsOf(await home.look())).toEqual(['opened'])
    home.crash()
    expect((await home.after(SECOND)).open).toMatchObject([{ failures: 6 }])
  })
})
