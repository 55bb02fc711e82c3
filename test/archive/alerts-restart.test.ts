import { CONTEXT } from '../support/archive'
import { useTempFolder } from '../support/fixtures'
import { beforeEach, describe, expect, it } from 'vitest'
import type { AlertHome, MadeSource } from './alert-home'
import { DAY, HOUR, MINUTE, NOW, quietHome, SECOND } from './alert-home'

describe('alerts over restarts', () => {
  const folder = useTempFolder()
  let home: AlertHome
  let source: MadeSource
  beforeEach(async () => {
    ;({ home, source } = await quietHome(folder.path('archive.db')))
  })
  const opened = async () => (await home.notices()).filter(({ kind }) => kind === 'opened')
  const keptMemory = () => String(home.archive.db.prepare(`SELECT v FROM meta WHERE k = 'alerts'`).pluck().get())

  it.each(['restart', 'crash'] as const)('tell nobody twice, and forget nothing (%s)', async (how) => {
    source.fail(1, home.nowUs, 6)
    await home.after(8 * SECOND)
    home[how]()
    source.fail(1, home.nowUs, 2)
    const { open, notices } = await home.after(5 * SECOND)
    expect(open).toMatchObject([{ id: 1, failures: 8 }])
    // The first one was not settled: nobody knows whether anybody saw it.
    expect(notices.map(({ kind }) => kind)).toEqual(['opened'])
    expect(await opened()).toHaveLength(1)
  })

  it('keep what people chose, over a crash', async () => {
    source.fail(1, home.nowUs, 6)
    const { open } = await home.after(8 * SECOND)
    const [incident] = open
    const groupId = incident?.groupIds[0] ?? 0
    const until = { kind: 'until', us: home.nowUs + HOUR } as const
    await home.look([{ kind: 'snooze', sourceId: source.id, incidentId: incident?.id ?? 0, snooze: until }])
    home.crash()
    expect((await home.look()).open[0]?.snooze).toEqual(until)
    await home.look([{ kind: 'muteGroup', sourceId: source.id, groupId, muted: true }])
    await home.look([{ kind: 'pause', untilUs: home.nowUs + HOUR }])
    home.crash()
    const { muted, pausedUntilUs } = await home.look()
    expect(muted).toMatchObject([{ kind: 'group', groupId }])
    expect(pausedUntilUs).toBe(home.nowUs + HOUR)
  })

  it('count runs once that were counted before a crash and not written', async () => {
    source.fail(1, home.nowUs, 6)
    await home.after(8 * SECOND)
    const before = keptMemory()
    source.fail(1, home.nowUs)
    await home.after(SECOND)
    // It was only counted.
    expect(keptMemory()).toBe(before)
    expect((await home.incident(1)).failures).toBe(7)
    home.crash()
    source.fail(1, home.nowUs)
    expect((await home.after(SECOND)).open).toMatchObject([{ failures: 8 }])
    expect((await home.incident(1)).failures).toBe(8)
  })

  it('write what was counted by and by, and when they end', async () => {
    const before = keptMemory()
    source.run(1, home.nowUs)
    await home.after(11 * MINUTE)
    const after = keptMemory()
    expect(after).not.toBe(before)
    source.run(1, home.nowUs)
    await home.after(SECOND)
    expect(keptMemory()).toBe(after)
    home.alerts.close()
    expect(keptMemory()).not.toBe(after)
  })

  it('show what nobody showed within ten minutes, and give up what is older', async () => {
    source.fail(1, home.nowUs, 6)
    await home.after(8 * SECOND)
    home.crash()
    home.nowUs += 9 * MINUTE
    const { notices } = await home.look()
    expect(notices).toMatchObject([{ kind: 'opened', incidentId: 1 }])
    expect((await home.look()).notices).toEqual([])
    home.crash()
    home.nowUs += 2 * MINUTE
    expect((await home.look()).notices).toEqual([])
    expect(await opened()).toMatchObject([{ outcome: { kind: 'failed', reason: expect.stringContaining('ended') } }])
  })

  it('tell of a spike that is over while nobody looked in one summary', async () => {
    source.fail(1, NOW + HOUR, 20)
    source.run(1, NOW + 2 * HOUR)
    source.runWell(NOW + 3 * HOUR, NOW + 8 * HOUR)
    source.fail(2, NOW + 8 * HOUR - 15 * MINUTE, 8)
    home.restart()
    const { notices, open } = await home.after(8 * HOUR)
    expect(notices.map(({ kind, title }) => ({ kind, title }))).toEqual([
      { kind: 'summary', title: 'While away: 2 spikes, 1 still open' },
    ])
    expect(open).toMatchObject([{ late: true }])
    expect((await home.notices()).filter(({ outcome }) => outcome.kind === 'suppressed')).toHaveLength(2)
  })

  it('go on after a step that was cut off, from where it was', async () => {
    for (let n = 0; n < 3; n++) source.runWell(NOW + n * DAY, NOW + (n + 1) * DAY)
    source.fail(1, NOW + 3 * DAY, 1500)
    home.nowUs += 3 * DAY + 1500 * SECOND
    let pauses = 0
    const cut = {
      pause: () => (++pauses > 1 ? Promise.reject(new Error('cut off')) : Promise.resolve()),
    }
    const step = {
      nowUs: home.nowUs,
      utcOffsetMinutes: 0,
      events: [],
      sources: [{ sourceId: source.id, name: source.name, mode: source.mode, sight: source.sight }],
    }
    await expect(home.alerts.step(step, cut)).rejects.toThrow('cut off')
    const { open } = await home.alerts.step(step, CONTEXT)
    expect(open).toMatchObject([{ failures: 1500 }])
    expect(await opened()).toHaveLength(1)
  })

  it('take two steps at once one after the other', async () => {
    source.fail(1, home.nowUs, 6)
    home.nowUs += 8 * SECOND
    const both = await Promise.all([home.look(), home.look()])
    expect(both.map(({ notices }) => notices.length)).toEqual([1, 0])
  })

  it('never give a number twice when an older archive is put back', async () => {
    const older = keptMemory()
    source.fail(1, home.nowUs, 6)
    await home.after(8 * SECOND)
    home.archive.db.prepare(`UPDATE meta SET v = ? WHERE k = 'alerts'`).run(older)
    home.crash()
    // Its runs are there; so the incident is found again, under a number of its own.
    const { open } = await home.look()
    expect(open.map(({ id }) => id)).toEqual([2])
  })

  it('learn anew from the archive when their memory is of another version', async () => {
    home.archive.db
      .prepare(`UPDATE meta SET v = ? WHERE k = 'alerts'`)
      .run(JSON.stringify({ engine: JSON.stringify({ version: 0 }), cursors: {}, missedTo: {} }))
    home.crash()
    await home.look()
    source.fail(1, home.nowUs, 6)
    expect((await home.after(8 * SECOND)).notices).toMatchObject([{ kind: 'opened' }])
  })
})
