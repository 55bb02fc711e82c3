import type { SourceSight } from '@main/archive/api'
import type { HassetteState } from '@shared/source'
import { beforeEach, describe, expect, it } from 'vitest'
import { CONTEXT } from '../support/archive'
import { useTempFolder } from '../support/fixtures'
import { BEGIN_US, madeSession } from '../support/synthetic'
import { AlertHome, DAY, failure, HOUR, kindsOf, MINUTE, NOW, SECOND } from './alert-home'

const six = (fromUs: number, target = 1) => [...Array(6).keys()].map((n) => failure(target, fromUs + n * SECOND))

const GONE = { code: 'source_not_found', message: 'gone' } as const

describe('a source that is met first', () => {
  const folder = useTempFolder()
  let home: AlertHome
  beforeEach(() => {
    home = new AlertHome(folder.path('archive.db'))
  })

  it('is history: its incidents are kept and never told', async () => {
    home.runs(six(NOW - MINUTE))
    const out = await home.look()
    expect(out.open).toMatchObject([{ failures: 6, late: true }])
    expect(out.notifications).toEqual([])
    expect(await home.notifications()).toEqual([])
  })

  it('stays history until all of it was read', async () => {
    const reading = home.sight({ kind: 'unknown' })
    await home.look([], [reading])
    home.fails(6)
    expect(await home.look([], [reading])).toMatchObject({ notifications: [], unread: [home.sourceId] })
    home.fails(6, 2)
    expect(await home.look()).toMatchObject({ notifications: [], unread: [] })
    home.nowUs += 20 * MINUTE
    home.fails(6, 3)
    expect(kindsOf(await home.look())).toEqual(['opened'])
  })

  it('is not judged before all of it was read, also if it is gone meanwhile', async () => {
    home.fails(6)
    const sights = [{ kind: 'unknown' }, { kind: 'blind', sinceUs: NOW, problem: GONE }] as const
    for (const sight of sights) {
      const out = await home.look([], [home.sight(sight)])
      expect(out).toMatchObject({ open: [], unread: [home.sourceId] })
      home.crash()
    }
    expect(home.memory().cursors).toEqual({})
    expect((await home.look()).open).toMatchObject([{ failures: 6, late: true }])
  })

  it.each(['snapshot', 'sample'] as const)('as a %s never notifies', async (mode) => {
    home.mode = mode
    await home.look()
    home.fails(6)
    const out = await home.look()
    expect(out.open).toHaveLength(1)
    expect(out.notifications).toEqual([])
    const blind = home.sight({ kind: 'blind', sinceUs: NOW, problem: GONE })
    const later = await home.after(HOUR, [blind])
    expect([later.notifications, later.blind]).toEqual([[], []])
  })

  it('as a snapshot is over a day after its end, whenever it is read', async () => {
    home.mode = 'snapshot'
    home.fails(6)
    expect((await home.after(23 * HOUR)).open).toHaveLength(1)
    expect((await home.after(2 * HOUR)).open).toEqual([])
    const [incident] = home.incidents()
    expect(incident).toMatchObject({ ending: 'stale', clearedUs: incident?.lastUs })
  })

  it('is over at once when it ended long ago', async () => {
    home.mode = 'snapshot'
    home.fails(6)
    expect(await home.after(9 * DAY)).toMatchObject({ open: [], notifications: [] })
    expect(home.incidents()).toMatchObject([{ failures: 6, ending: 'stale' }])
  })

  it('is learnt from its last eight days', async () => {
    const old = new AlertHome(folder.path('old.db'), 'none')
    old.runs(Array.from({ length: 9000 }, (_, n) => ({ startedUs: BEGIN_US - 400 * DAY + n * SECOND })))
    old.runs(Array.from({ length: 400 }, (_, n) => ({ startedUs: BEGIN_US + n * MINUTE })))
    let slices = 0
    await old.alerts.step(old.input(), { pause: () => CONTEXT.pause().finally(() => slices++) })
    // Blocks of 4096 that end before are not read.
    expect(slices).toBeLessThanOrEqual(3)
    old.restart()
    const source = old.memory().engine.sources[old.sourceId]
    expect(source?.targets[1]?.history.reduce((sum, [, n]) => sum + n, 0)).toBe(400)
  })

  it('is read to the end of every stream', async () => {
    const old = home.backfill()
    home.runs(
      Array.from({ length: 500 }, (_, n) => ({ startedUs: BEGIN_US + n * MINUTE })),
      old,
    )
    await home.look()
    const { cursors, engine } = home.memory()
    expect(Object.keys(cursors)).toHaveLength(2)
    const streams = home.db.prepare('SELECT id, last_sequence AS last FROM streams').all() as {
      id: number
      last: number
    }[]
    for (const { id, last } of streams) expect(cursors[id]).toBe(id * 2 ** 40 + last)
    expect(engine.sources[home.sourceId]?.importing).toBe(false)
  })
})

describe('the streams of a source', () => {
  const folder = useTempFolder()
  let home: AlertHome
  beforeEach(async () => {
    home = new AlertHome(folder.path('archive.db'))
    await home.look()
  })

  it('go on in a new epoch, from its first run', async () => {
    const epoch = home.epoch()
    home.parents([madeSession(1, { startedUs: NOW - HOUR })], epoch)
    home.runs(six(NOW - 10 * SECOND), epoch)
    expect((await home.look()).open).toMatchObject([{ failures: 6 }])
  })

  it('that are filled in later are history', async () => {
    home.runs(six(NOW - DAY), home.backfill())
    const out = await home.look()
    expect([out.open, out.notifications]).toEqual([[], []])
  })

  it('are told in slices, none twice', async () => {
    home.runs(Array.from({ length: 2000 }, (_, n) => ({ startedUs: NOW + n * 1000 })))
    home.nowUs += 10 * SECOND
    await home.look()
    home.restart()
    const told = Object.values(home.memory().engine.sources[home.sourceId]?.targets ?? {})
    const runs = told.flatMap(({ history }) => history).reduce((sum, [, n]) => sum + n, 0)
    expect(runs).toBe(3 * 24 * 6 + 2000)
  })
})

describe('the sessions of a source', () => {
  const folder = useTempFolder()
  const ended = (id: number, startedUs: number, stoppedUs: number, ending: 'clean' | 'killed' = 'clean') =>
    madeSession(id, { startedUs, stoppedUs, heartbeatUs: stoppedUs, ending })
  const stateOf = (home: AlertHome) => home.memory().engine.sources[home.sourceId]

  it('before its first run end none that runs', async () => {
    const home = new AlertHome(folder.path('archive.db'), 'none')
    home.parents([
      ended(1, BEGIN_US - 20 * DAY, BEGIN_US - 10 * DAY),
      madeSession(2, { startedUs: BEGIN_US - 9 * DAY }),
    ])
    home.runs([
      { startedUs: BEGIN_US, session: 2 },
      { startedUs: NOW - MINUTE, session: 2 },
    ])
    await home.look()
    expect(stateOf(home)).toMatchObject({ sessionStartedUs: BEGIN_US, sessionRunning: true })
  })

  it('that came and went between two looks are both known', async () => {
    const home = new AlertHome(folder.path('archive.db'))
    await home.look()
    home.parents([
      ended(1, BEGIN_US, NOW + MINUTE),
      ended(2, NOW + 2 * MINUTE, NOW + 3 * MINUTE, 'killed'),
      madeSession(3, { startedUs: NOW + 5 * MINUTE }),
    ])
    await home.after(6 * MINUTE)
    home.restart()
    expect(stateOf(home)).toMatchObject({ sessionStartedUs: NOW + 5 * MINUTE, sessionRunning: true })
    expect(stateOf(home)?.coverage.map(([from]) => from)).toEqual([
      BEGIN_US + MINUTE,
      NOW + 2 * MINUTE,
      NOW + 5 * MINUTE,
    ])
  })

  it('end, and their quiet counts no more', async () => {
    const home = new AlertHome(folder.path('archive.db'))
    await home.look()
    home.fails(6)
    await home.look()
    home.parents([ended(1, BEGIN_US, NOW + MINUTE, 'killed')])
    expect((await home.after(2 * DAY)).open).toHaveLength(1)
    home.restart()
    expect(stateOf(home)?.sessionRunning).toBe(false)
  })

  it('that are found to have ended after the next one began do not end it', async () => {
    const home = new AlertHome(folder.path('archive.db'))
    await home.look()
    home.parents([madeSession(2, { startedUs: NOW + MINUTE })])
    await home.after(2 * MINUTE)
    home.parents([ended(1, BEGIN_US, NOW + 90 * SECOND, 'killed')])
    await home.after(2 * MINUTE)
    home.restart()
    expect(stateOf(home)).toMatchObject({ sessionStartedUs: NOW + MINUTE, sessionRunning: true })
  })
})

describe('the silence of a source', () => {
  const folder = useTempFolder()

  it('ends an incident only once all is read', async () => {
    const home = new AlertHome(folder.path('archive.db'))
    await home.look()
    home.fails(6)
    await home.look()
    home.nowUs += MINUTE
    home.runs([{ startedUs: home.nowUs - SECOND }])
    const notYet = home.sight({ kind: 'seen', caughtUp: false })
    expect((await home.after(HOUR, [notYet])).open).toHaveLength(1)
    expect((await home.after(HOUR, [home.sight({ kind: 'unknown' })])).open).toHaveLength(1)
    expect((await home.look()).open).toEqual([])
  })
})

describe('a source that is caught up with', () => {
  const folder = useTempFolder()
  let home: AlertHome
  beforeEach(async () => {
    home = new AlertHome(folder.path('archive.db'))
    await home.look()
  })

  it('is judged when all was read, not in the middle of it', async () => {
    home.fails(6)
    expect((await home.look([], [home.sight({ kind: 'unknown' })])).open).toEqual([])
    expect((await home.look([], [home.sight({ kind: 'seen', caughtUp: false })])).open).toEqual([])
    expect(kindsOf(await home.look())).toEqual(['opened'])
  })

  it('is judged by what was read when it is gone, and not by sessions beyond that', async () => {
    home.fails(6)
    home.parents([madeSession(1, { startedUs: BEGIN_US, ending: 'clean', stoppedUs: NOW + 2 * MINUTE })])
    home.parents([madeSession(2, { startedUs: NOW + 3 * MINUTE })])
    const gone = home.sight({ kind: 'blind', sinceUs: NOW, problem: GONE })
    expect((await home.after(5 * MINUTE, [gone])).open).toMatchObject([{ failures: 6 }])
    home.restart()
    const { sourceId } = home
    expect(home.memory().engine.sources[sourceId]).toMatchObject({ sessionStartedUs: BEGIN_US + MINUTE })
    await home.look()
    home.restart()
    expect(home.memory().engine.sources[sourceId]).toMatchObject({ sessionStartedUs: NOW + 3 * MINUTE })
  })
})

describe('several sources', () => {
  const folder = useTempFolder()
  let home: AlertHome
  let other: SourceSight
  beforeEach(() => {
    home = new AlertHome(folder.path('archive.db'))
    const added = home.db.prepare(`INSERT INTO sources (name, mode) VALUES ('Cabin', 'live')`).run()
    other = { ...home.sight(), sourceId: Number(added.lastInsertRowid), name: 'Cabin' }
  })

  it('are judged apart', async () => {
    await home.look([], [home.sight(), other])
    home.fails(6)
    const gone = { ...other, sight: { kind: 'blind' as const, sinceUs: home.nowUs, problem: GONE } }
    const out = await home.look([], [home.sight(), gone])
    expect(out.open).toMatchObject([{ sourceId: home.sourceId }])
    expect(out.blind).toEqual([{ sourceId: other.sourceId, name: 'Cabin', sinceUs: home.nowUs, problem: GONE }])
  })

  it('are forgotten when they are removed, with their incidents', async () => {
    await home.look([], [home.sight(), other])
    home.fails(6)
    await home.look([], [home.sight(), other])
    home.db.prepare(`UPDATE sources SET removed_us = 1, mode = 'snapshot' WHERE id = ?`).run(home.sourceId)
    const out = await home.after(MINUTE, [home.sight(), other])
    expect(out.open).toEqual([])
    expect(Object.keys(home.memory().engine.sources)).toEqual([String(other.sourceId)])
    expect(home.incidents()).toMatchObject([{ ending: 'stale', clearedUs: expect.any(Number) as number }])
    expect(await home.queries()['alerts.list']({ sourceId: null, beforeId: null, limit: 9 }, {} as never)).toHaveLength(
      1,
    )
  })
})

describe('a source that is not seen', () => {
  const folder = useTempFolder()

  it('is told after ten minutes, once, and silently when it is seen again', async () => {
    const home = new AlertHome(folder.path('archive.db'))
    await home.look()
    const blind = home.sight({
      kind: 'blind',
      sinceUs: NOW,
      problem: { code: 'source_not_found', message: 'The file is gone.' },
    })
    const early = await home.after(9 * MINUTE, [blind])
    expect([early.notifications, early.open]).toEqual([[], []])
    expect(early.blind).toMatchObject([
      { sinceUs: NOW, problem: { code: 'source_not_found', message: 'The file is gone.' } },
    ])
    const late = await home.after(MINUTE, [blind])
    expect(kindsOf(late)).toEqual(['opened'])
    expect(late.open).toMatchObject([{ rule: 'blind', firstUs: NOW }])
    expect((await home.after(HOUR, [blind])).notifications).toEqual([])
    const unknown = await home.after(SECOND, [home.sight({ kind: 'unknown' })])
    expect(unknown.blind).toHaveLength(1)
    const seen = await home.after(SECOND)
    expect([seen.open, seen.blind]).toEqual([[], []])
    expect(home.incidents()).toMatchObject([{ rule: 'blind', ending: 'recovered' }])
  })

  it('is judged by its own clock, and by ours again once that is set right', async () => {
    const home = new AlertHome(folder.path('archive.db'))
    await home.look()
    const behindAfter = async (clockOffsetUs: number | null) => {
      await home.after(SECOND, [home.sight({ kind: 'seen', caughtUp: true, clockOffsetUs })])
      home.restart()
      return home.memory().engine.sources[home.sourceId]?.behindUs
    }
    expect(await behindAfter(20 * MINUTE)).toBe(20 * MINUTE)
    // What is not known changes nothing.
    expect(await behindAfter(null)).toBe(20 * MINUTE)
    expect(await behindAfter(0)).toBe(0)
    // One that is ahead needs no waiting for.
    expect(await behindAfter(-20 * MINUTE)).toBe(0)
  })

  it('that does not run is told once, over a restart of ours too, and is over only when it was seen to run', async () => {
    const path = folder.path('archive.db')
    const home = new AlertHome(path)
    await home.look()
    const seen = (hassette: HassetteState | null) => home.sight({ kind: 'seen', caughtUp: true, hassette })
    const down = { kind: 'down', how: 'killed', sinceUs: NOW, due: true } as const
    expect((await home.after(9 * MINUTE, [seen({ ...down, due: false })])).notifications).toEqual([])
    const told = await home.after(MINUTE, [seen(down)])
    expect(told.notifications.map(({ title, body }) => [title, body])).toEqual([
      [expect.stringMatching(/^Home is down since /), 'Its last session ended without a clean stop'],
    ])
    // Whoever starts anew has seen no sign yet.
    expect((await home.after(MINUTE, [seen(null)])).open).toHaveLength(1)
    expect((await home.after(MINUTE, [home.sight({ kind: 'unknown' })])).open).toHaveLength(1)
    const again = await home.after(HOUR, [seen(down)])
    expect([again.notifications, again.open.length]).toEqual([[], 1])
    expect(
      (await home.after(MINUTE, [seen({ kind: 'running', sinceUs: NOW, sure: true, signUs: null })])).open,
    ).toEqual([])
    expect(home.incidents()).toMatchObject([{ rule: 'down', ending: 'recovered' }])
  })
})
