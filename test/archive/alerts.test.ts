import { useTempFolder } from '../support/fixtures'
import { beforeEach, describe, expect, it } from 'vitest'
import type { AlertHome, MadeSource } from './alert-home'
import { MINUTE, quietHome, SECOND } from './alert-home'

describe('the alerts on an archive', () => {
  const folder = useTempFolder()
  let home: AlertHome
  let source: MadeSource
  beforeEach(async () => {
    ;({ home, source } = await quietHome(folder.path('archive.db')))
  })

  it('tell a handler that fails every run once, keep it while it goes on, and close it when it runs', async () => {
    source.fail(1, home.nowUs, 6)
    const { notices, open } = await home.after(8 * SECOND)
    expect(notices.map(({ kind, silent, incidentId }) => ({ kind, silent, incidentId }))).toEqual([
      { kind: 'opened', silent: false, incidentId: 1 },
    ])
    expect(open).toMatchObject([{ id: 1, sourceId: source.id, rule: 'streak', failures: 6, ending: null }])
    expect(open[0]?.targets).toEqual([{ targetId: expect.any(Number), appKey: 'app_1', name: 'target_1', failures: 6 }])
    expect(await home.incident(1)).toEqual(open[0])

    source.fail(1, home.nowUs)
    const later = await home.after(MINUTE)
    expect(later.notices).toEqual([])
    expect(later.open[0]?.failures).toBe(7)
    expect((await home.incident(1)).failures).toBe(7)

    source.run(1, home.nowUs)
    const over = await home.after(20 * MINUTE)
    expect(over.open).toEqual([])
    expect(await home.incident(1)).toMatchObject({ ending: 'recovered', failures: 7 })
    expect((await home.notices()).map(({ kind, outcome }) => [kind, outcome])).toEqual([
      ['opened', { kind: 'pending' }],
    ])
  })

  it('keep every time whole, whatever was worked out from it', async () => {
    // Gaps that cannot be divided without a rest decide when it is over.
    for (const second of [0, 1, 3, 4, 6, 8, 11]) source.fail(1, home.nowUs + second * SECOND + second)
    await home.after(15 * SECOND)
    source.run(1, home.nowUs)
    await home.after(20 * MINUTE)
    const times = home.archive.db.prepare('SELECT opened_us, last_us, cleared_us FROM incidents').raw().all()
    expect(times.flat().every(Number.isSafeInteger)).toBe(true)
    const { clearedUs, firstUs, lastUs } = await home.incident(1)
    expect([clearedUs, firstUs, lastUs].every(Number.isSafeInteger)).toBe(true)
  })

  it('settle what became of a notification', async () => {
    source.fail(1, home.nowUs, 6)
    const { notices } = await home.after(8 * SECOND)
    const [notice] = notices
    home.alerts.settleNotice({ noticeId: notice?.noticeId ?? 0, outcome: { kind: 'failed', reason: 'no desktop' } })
    expect(await home.notices()).toMatchObject([
      { kind: 'opened', title: notice?.title, body: notice?.body, outcome: { kind: 'failed', reason: 'no desktop' } },
    ])
  })

  it('are quiet about what is snoozed, muted, paused or comes in quiet hours, and say why', async () => {
    await home.look([{ kind: 'pause', untilUs: home.nowUs + 60 * MINUTE }])
    source.fail(1, home.nowUs, 6)
    const paused = await home.after(8 * SECOND)
    expect(paused.notices).toEqual([])
    expect(paused.pausedUntilUs).toBe(home.nowUs - 8 * SECOND + 60 * MINUTE)
    expect((await home.notices()).map(({ outcome }) => outcome)).toEqual([{ kind: 'suppressed', reason: 'paused' }])

    const [incident] = paused.open
    const snoozed = await home.look([
      { kind: 'snooze', sourceId: source.id, incidentId: incident?.id ?? 0, snooze: { kind: 'recovery' } },
    ])
    expect(snoozed.open[0]?.snooze).toEqual({ kind: 'recovery' })
    expect((await home.incident(incident?.id ?? 0)).snooze).toEqual({ kind: 'recovery' })

    const targetId = incident?.targets[0]?.targetId ?? 0
    const muted = await home.look([{ kind: 'muteTarget', sourceId: source.id, targetId, muted: true }])
    expect(muted.open).toEqual([])
    expect(muted.muted).toEqual([{ kind: 'target', sourceId: source.id, targetId, title: 'app_1.target_1' }])
    expect(await home.incident(incident?.id ?? 0)).toMatchObject({ ending: 'muted' })
    source.fail(1, home.nowUs, 6)
    expect((await home.after(8 * SECOND)).open).toEqual([])
    expect((await home.look([{ kind: 'muteTarget', sourceId: source.id, targetId, muted: false }])).muted).toEqual([])
  })

  it('mute a group by its title, and hear of others all the same', async () => {
    source.fail(1, home.nowUs, 6)
    const { open } = await home.after(8 * SECOND)
    const groupId = open[0]?.groupIds[0] ?? 0
    const { muted, open: left } = await home.look([{ kind: 'muteGroup', sourceId: source.id, groupId, muted: true }])
    expect(muted).toMatchObject([{ kind: 'group', groupId, title: expect.stringContaining('parameter new') }])
    expect(left).toEqual([])
    source.fail(2, home.nowUs + 30 * MINUTE, 6)
    expect((await home.after(31 * MINUTE)).open).toMatchObject([{ targets: [{ name: 'target_2' }] }])
  })

  it('tell a source that nobody can see after ten minutes, and when it is seen again', async () => {
    source.sight = { kind: 'blind', sinceUs: home.nowUs, reason: 'The file is gone' }
    const soon = await home.after(9 * MINUTE)
    expect(soon.notices).toEqual([])
    expect(soon.blind).toEqual([
      { sourceId: source.id, name: 'Cottage', sinceUs: home.nowUs - 9 * MINUTE, reason: 'The file is gone' },
    ])
    const later = await home.after(2 * MINUTE)
    expect(later.notices).toMatchObject([{ kind: 'opened', body: 'The file is gone' }])
    expect(later.open).toMatchObject([{ rule: 'blind', sourceId: source.id }])
    expect((await home.after(MINUTE)).notices).toEqual([])
    source.sight = { kind: 'seen', caughtUp: true }
    const seen = await home.after(MINUTE)
    expect(seen).toMatchObject({ open: [], blind: [] })
  })

  it('conclude nothing from the silence of a source that is not read to its end', async () => {
    source.fail(1, home.nowUs, 6)
    await home.after(8 * SECOND)
    source.run(1, home.nowUs)
    source.sight = { kind: 'unknown' }
    // Only a later run, or a look that reached the end, lets time pass.
    expect((await home.after(40 * MINUTE)).open).toHaveLength(1)
    source.sight = { kind: 'seen', caughtUp: false }
    expect((await home.after(SECOND)).open).toHaveLength(1)
    source.sight = { kind: 'seen', caughtUp: true }
    expect((await home.after(SECOND)).open).toEqual([])
  })
})
