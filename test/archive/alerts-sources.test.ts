import { createRunFeed } from '@main/archive/worker/alerts/run-feed'
import { useTempFolder } from '../support/fixtures'
import { BEGIN_US, batchOf, madeSession } from '../support/synthetic'
import { beforeEach, describe, expect, it } from 'vitest'
import { AlertHome, DAY, HOUR, MINUTE, NOW, quietHome, SECOND } from './alert-home'

describe('sources of the alerts', () => {
  const folder = useTempFolder()
  let home: AlertHome
  beforeEach(() => {
    home = new AlertHome(folder.path('archive.db'))
  })

  it('are history until they were read once: found, and not told', async () => {
    const source = home.add()
    source.sight = { kind: 'unknown' }
    source.runWell(BEGIN_US + MINUTE, NOW - 3 * HOUR)
    source.run(4, NOW - 3 * HOUR)
    source.fail(4, NOW - 2 * HOUR, 30)
    source.runWell(NOW - HOUR, NOW)
    await home.look()
    source.fail(2, NOW - 5 * MINUTE, 30)
    source.sight = { kind: 'seen', caughtUp: true }
    const { open, notices } = await home.look()
    expect(open.map(({ targets }) => targets[0]?.name)).toEqual(['target_2'])
    expect(await home.incident(1)).toMatchObject({ late: true, targets: [{ name: 'target_4' }], ending: 'recovered' })
    expect(notices).toEqual([])
    expect(await home.notices()).toEqual([])
    // What comes from now on is news.
    source.fail(3, NOW + 30 * MINUTE, 6)
    expect((await home.after(31 * MINUTE)).notices).toMatchObject([{ kind: 'opened' }])
  })

  it('are judged apart', async () => {
    const cottage = home.add('Cottage')
    const cabin = home.add('Cabin')
    for (const source of [cottage, cabin]) source.runWell(BEGIN_US + MINUTE, NOW)
    await home.look()
    cottage.fail(1, NOW, 6)
    const first = await home.after(8 * SECOND)
    expect(first.open.map(({ sourceId }) => sourceId)).toEqual([cottage.id])
    cabin.fail(1, NOW + MINUTE, 6)
    const second = await home.after(MINUTE)
    expect(second.open.map(({ sourceId }) => sourceId)).toEqual([cabin.id, cottage.id])
    expect(second.notices).toHaveLength(1)
    const groups = second.open.map(({ groupIds }) => groupIds[0])
    expect(new Set(groups).size).toBe(2)
  })

  it.each(['snapshot', 'sample'] as const)('of mode %s have incidents, and are never notified', async (mode) => {
    const source = home.add('Copy', mode)
    source.runWell(BEGIN_US + MINUTE, NOW)
    await home.look()
    source.fail(1, NOW, 30)
    const { open, notices } = await home.after(MINUTE)
    expect(open).toMatchObject([{ rule: 'streak' }])
    expect(notices).toEqual([])
    source.sight = { kind: 'blind', sinceUs: NOW, reason: 'gone' }
    const { blind, notices: none } = await home.after(HOUR)
    expect({ blind, none }).toEqual({ blind: [], none: [] })
  })

  it('leave with their incidents when somebody removes them', async () => {
    const source = home.add()
    source.runWell(BEGIN_US + MINUTE, NOW)
    await home.look()
    source.fail(1, NOW, 6)
    expect((await home.after(8 * SECOND)).open).toHaveLength(1)
    home.archive.db.prepare('UPDATE sources SET removed_us = 1 WHERE id = ?').run(source.id)
    expect((await home.look()).open).toEqual([])
  })

  it('say that too little is known of them in their first day', async () => {
    const source = home.add()
    source.sessions([madeSession(1, { startedUs: NOW - 5 * HOUR })])
    source.runWell(NOW - 5 * HOUR, NOW)
    expect((await home.look()).learning).toEqual([source.id])
    source.runWell(NOW, NOW + 20 * HOUR)
    expect((await home.after(20 * HOUR)).learning).toEqual([])
  })

  it('tell nothing of the first minute of a session, nor of one that began between two looks', async () => {
    const { home: quiet, source } = await quietHome(folder.path('other.db'))
    const ended = madeSession(1, { stoppedUs: NOW + MINUTE, heartbeatUs: NOW + MINUTE, ending: 'clean' })
    const begun = (startedUs: number) => madeSession(2, { startedUs, heartbeatUs: startedUs })
    source.sessions([ended, begun(NOW + 2 * MINUTE)])
    source.fail(1, NOW + 2 * MINUTE + 5 * SECOND, 30)
    expect((await quiet.after(3 * MINUTE)).open).toEqual([])
    // The same after the minute is told.
    source.fail(1, NOW + 4 * MINUTE, 6)
    expect((await quiet.after(2 * MINUTE)).open).toHaveLength(1)
  })

  it('are read on in a new file, and what an older copy adds is no news', async () => {
    const { home: quiet, source } = await quietHome(folder.path('other.db'))
    source.epoch([madeSession(1, { startedUs: NOW })])
    source.fail(1, NOW + 2 * MINUTE, 6)
    expect((await quiet.after(3 * MINUTE)).notices).toMatchObject([{ kind: 'opened' }])
    const copy = source.append('backfill')
    const failure = { errorType: 'DependencyResolutionError', message: 'old', traceback: null }
    const old = Array.from({ length: 40 }, (_, index) =>
      source.made(2, NOW - DAY + index * SECOND, { status: 1, dependencyFailure: true, failure }),
    )
    copy.append({ ...batchOf(old), cursor: null })
    const { open, notices } = await quiet.after(SECOND)
    expect(open).toHaveLength(1)
    expect(notices).toEqual([])
  })

  it('are learnt from their last eight days, whatever the archive holds', () => {
    const source = home.add()
    // Twenty days: some blocks of the zone map.
    const apart = (20 * DAY) / 20_000
    for (let n = 0; n < 20_000; n += 1000) {
      source.runAll(
        Array.from({ length: 1000 }, (_, index) => source.made(1 + (index % 3), BEGIN_US + (n + index) * apart)),
      )
    }
    const feed = createRunFeed(home.archive.db)
    const first = (isNew: boolean) => (feed.next(source.id, {}, isNew).runs[0]?.endUs ?? 0) - BEGIN_US
    expect(first(false)).toBe(0)
    // From the block in which the eighth day before the newest run lies.
    expect(first(true)).toBeGreaterThan(7 * DAY)
    expect(first(true)).toBeLessThanOrEqual(12 * DAY)
  })

  it('are told run by run, once, in slices, up to their newest', () => {
    const source = home.add()
    source.runAll(Array.from({ length: 2500 }, (_, index) => source.made(1, BEGIN_US + index * SECOND)))
    const feed = createRunFeed(home.archive.db)
    const cursors = {}
    const slices = [1, 2, 3, 4].map(() => feed.next(source.id, cursors, false))
    expect(slices.map(({ runs, more }) => [runs.length, more])).toEqual([
      [1000, true],
      [1000, true],
      [500, true],
      [0, false],
    ])
    expect(new Set(slices.flatMap(({ runs }) => runs.map(({ runId }) => runId))).size).toBe(2500)
    source.run(1, BEGIN_US + HOUR)
    expect(feed.next(source.id, cursors, false).runs).toMatchObject([{ endUs: BEGIN_US + HOUR }])
  })
})
