import type { Incident } from '@shared/alert'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { useTempFolder } from '../support/fixtures'
import { BEGIN_US, madeSession } from '../support/synthetic'
import type { RunOf } from './alert-home'
import { AlertHome, DAY, failure, HOUR, kindsOf, MINUTE, NOW, SECOND } from './alert-home'

const YEAR = 365 * DAY
/** Runs that were not when they say, committed at `NOW`. */
const ODD_RUNS: [string, RunOf][] = [
  ['dated 20 minutes ahead', { startedUs: NOW + 20 * MINUTE }],
  ['of 45 minutes that has just begun', { startedUs: NOW, durationUs: 45 * MINUTE }],
  ['of 2242', { startedUs: NOW + 216 * YEAR }],
  ['dated a minute ahead', { startedUs: NOW + MINUTE }],
  ['of 1970', { startedUs: 5 * SECOND }],
  ['of two days ago', { startedUs: NOW - 2 * DAY }],
]

const storm = (fromUs: number): RunOf[] => [...Array(12).keys()].map((n) => failure(1, fromUs + n * SECOND))

/** All that is told of an incident but numbers. */
const essence = (incident: Incident) => ({ ...incident, id: 0, firstRunId: 0, lastRunId: 0 })

describe('one run', () => {
  const folder = useTempFolder()
  let homes = 0
  const newHome = (history?: 'none') => new AlertHome(folder.path(`${++homes}.db`), history)

  async function watched(odd: RunOf[]) {
    const home = newHome()
    await home.look()
    home.runs(odd.map((run) => ({ target: 2, ...run })))
    await home.look()
    for (let second = 0; second < 12; second += 2) {
      home.nowUs += 2 * SECOND
      home.runs([failure(1, home.nowUs - 2 * SECOND), failure(1, home.nowUs - SECOND)])
      await home.look()
    }
    await home.after(MINUTE)
    home.runs([{ target: 1 }])
    await home.after(HOUR)
    home.restart()
    const { learning } = await home.look()
    const all = await home.notifications()
    const notifications = all.map(({ kind, title, body, state }) => ({ kind, title, body, state }))
    return { incidents: home.incidents().map(essence), notifications, learning }
  }

  it.each(ODD_RUNS)('%s changes nothing of what is told while it is watched', async (_, odd) => {
    const without = await watched([])
    expect(without.incidents).toMatchObject([{ failures: 12, late: false, ending: 'recovered' }])
    expect(without.notifications.map(({ kind }) => kind)).toEqual(['opened'])
    expect(await watched([odd])).toEqual(without)
  })

  /** A run every ten minutes, a storm after two days and one now; `odd` at a place among these runs. */
  async function readFirst(odd: RunOf[], place = 0) {
    const home = newHome('none')
    const usual = Array.from({ length: 3 * 24 * 6 }, (_, n) => ({
      target: 1 + (n % 3),
      startedUs: BEGIN_US + MINUTE + n * 10 * MINUTE,
    }))
    const runs: RunOf[] = [
      ...usual.slice(0, 300),
      ...storm(usual[299]!.startedUs + SECOND),
      ...usual.slice(300),
      ...storm(NOW - MINUTE),
    ]
    runs.splice(place, 0, ...odd.map((run) => ({ target: 2, ...run })))
    home.runs(runs)
    await home.look()
    return home.incidents().map(essence)
  }

  it.each(ODD_RUNS)('%s changes nothing of what a first reading finds', async (_, odd) => {
    const without = await readFirst([])
    expect(without).toMatchObject([{ ending: 'recovered' }, { ending: null }])
    for (const place of [1, 200, 299, 301, 306, 443, 446, 450, 456]) {
      expect(await readFirst([odd], place)).toEqual(without)
    }
  })

  it('changes nothing of what a first reading finds, whenever it says it was', async () => {
    const without = await readFirst([])
    const when = fc.oneof(
      fc.integer({ min: 0, max: 272 * 365 * 24 }).map((hour) => hour * HOUR),
      fc.integer({ min: -6000, max: 600 }).map((minute) => NOW + minute * MINUTE),
    )
    await fc.assert(
      fc.asyncProperty(when, fc.integer({ min: 1, max: 456 }), async (startedUs, place) => {
        expect(await readFirst([{ startedUs }], place)).toEqual(without)
      }),
      { numRuns: 40 },
    )
  }, 120_000)

  it('changes nothing of what is told when it is caught up with', async () => {
    async function caughtUp(odd: RunOf[]) {
      const home = newHome()
      await home.look()
      home.nowUs += 8 * HOUR
      const ok = [...Array(40).keys()].map((n) => ({ target: 3, startedUs: NOW + n * 10 * MINUTE }))
      const runs = [...ok.slice(0, 20), ...odd.map((run) => ({ target: 2, ...run })), ...storm(NOW + 200 * MINUTE)]
      home.runs([...runs, ...ok.slice(21)])
      const { notifications } = await home.look()
      return { incidents: home.incidents().map(essence), notifications: notifications.map(({ title }) => title) }
    }
    const without = await caughtUp([])
    expect(without).toMatchObject({ incidents: [{ failures: 12, late: true }], notifications: [expect.any(String)] })
    for (const [, odd] of ODD_RUNS) expect(await caughtUp([odd])).toEqual(without)
    expect(await caughtUp([{ startedUs: NOW + 7 * HOUR }])).toEqual(without)
  })

  it('of far ahead does not change from when on a long history is learnt', async () => {
    async function learnt(odd: RunOf[]) {
      const home = newHome('none')
      home.runs(Array.from({ length: 9000 }, (_, n) => ({ startedUs: BEGIN_US - 30 * DAY + n * SECOND })))
      home.runs([...odd, ...Array.from({ length: 400 }, (_, n) => ({ startedUs: BEGIN_US + n * MINUTE }))])
      await home.look()
      home.restart()
      const { targets, coverage } = home.memory().engine.sources[home.sourceId]!
      return { runs: targets[1]?.history.reduce((sum, [, n]) => sum + n, 0), coverage }
    }
    const without = await learnt([])
    expect(without.runs).toBe(400)
    expect(await learnt([{ startedUs: NOW + 216 * YEAR, target: 2 }])).toEqual(without)
    expect(await learnt([{ startedUs: BEGIN_US - 29 * DAY, target: 2 }])).toEqual(without)
  })
})

describe('a clock of Hassette that is 20 minutes fast', () => {
  const folder = useTempFolder()
  const AHEAD = 20 * MINUTE

  it('lets what fails be told at once', async () => {
    const home = new AlertHome(folder.path('archive.db'))
    await home.look()
    for (let n = 0; n < 8; n++) {
      home.nowUs += 5 * SECOND
      home.runs([{ target: 2, startedUs: home.nowUs + AHEAD - SECOND }])
      expect((await home.look()).open).toEqual([])
    }
    const opened: string[] = []
    for (let n = 0; n < 6; n++) {
      home.nowUs += 2 * SECOND
      home.runs([failure(1, home.nowUs + AHEAD - SECOND)])
      opened.push(...kindsOf(await home.look()))
    }
    expect(opened).toEqual(['opened'])
    const [incident] = home.incidents()
    expect(incident).toMatchObject({ failures: 6, late: false })
    expect(incident!.firstUs).toBeLessThanOrEqual(home.nowUs)
    expect(incident!.firstUs).toBeGreaterThan(home.nowUs - MINUTE)
  })

  it('gives a first reading the incidents of a right one, at most by so much earlier', async () => {
    async function read(aheadUs: number) {
      const home = new AlertHome(folder.path(`${aheadUs}.db`), 'none')
      home.parents([madeSession(1, { startedUs: BEGIN_US + aheadUs })])
      const usual = Array.from({ length: 2 * 24 * 60 }, (_, n) => ({
        target: 1 + (n % 3),
        startedUs: NOW - 2 * DAY + n * MINUTE + aheadUs,
      }))
      home.runs([...usual, ...storm(NOW - 30 * SECOND + aheadUs)])
      const { open } = await home.look()
      return open.map(({ rule, failures, firstUs, lastUs }) => ({ rule, failures, lasted: lastUs - firstUs, lastUs }))
    }
    const [right] = await read(0)
    const [fast] = await read(AHEAD)
    expect(fast).toMatchObject({ rule: right!.rule, failures: 12, lasted: right!.lasted })
    expect(fast!.lastUs).toBeLessThanOrEqual(NOW)
    expect(fast!.lastUs).toBeGreaterThan(NOW - MINUTE)
  })
})

describe('a session', () => {
  const folder = useTempFolder()
  const sourceOf = (home: AlertHome) => home.memory().engine.sources[home.sourceId]!
  const stopped = (us: number) =>
    madeSession(1, { startedUs: BEGIN_US, ending: 'clean', stoppedUs: us, heartbeatUs: us })

  it.each([
    ['two hours ahead', NOW + 2 * HOUR],
    ['in 2242', NOW + 216 * YEAR],
    ['in 1970', 0],
  ])('that says it began %s lets be told what fails in it, after its first minute', async (_, startedUs) => {
    const home = new AlertHome(folder.path('archive.db'))
    await home.look()
    home.parents([stopped(NOW - SECOND), madeSession(2, { startedUs })])
    await home.look()
    home.nowUs += 2 * MINUTE
    home.runs(storm(home.nowUs - 20 * SECOND).map((run) => ({ ...run, session: 2 })))
    expect(kindsOf(await home.look())).toEqual(['opened'])
    home.nowUs += MINUTE
    home.runs([{ session: 2 }])
    expect((await home.after(2 * HOUR)).open).toEqual([])
    home.restart()
    const { sessionStartedUs, sessionRunning } = sourceOf(home)
    expect(sessionRunning).toBe(true)
    expect(sessionStartedUs).toBeGreaterThanOrEqual(NOW - 11 * SECOND)
    expect(sessionStartedUs).toBeLessThanOrEqual(NOW)
  })

  it('that began ahead of the next one changes nothing of a first reading', async () => {
    async function read(startedUs: number) {
      const home = new AlertHome(folder.path(`${startedUs}.db`), 'none')
      const ends = [NOW - 2 * DAY, NOW - DAY]
      home.parents([
        stopped(ends[0]!),
        madeSession(2, { startedUs, ending: 'clean', stoppedUs: ends[1]!, heartbeatUs: ends[1]! }),
        madeSession(3, { startedUs: ends[1]! + MINUTE }),
      ])
      for (const [index, fromUs] of [NOW - 3 * DAY, ...ends].entries()) {
        const runs = Array.from({ length: 140 }, (_, n) => ({ startedUs: fromUs + (n + 1) * 10 * MINUTE }))
        const failing = index === 1 ? storm(runs.at(-1)!.startedUs + MINUTE) : []
        home.runs([...runs, ...failing].map((run) => ({ ...run, session: index + 1 })))
      }
      await home.look()
      return home.incidents().map(({ rule, failures, firstUs, ending }) => ({ rule, failures, firstUs, ending }))
    }
    const right = await read(NOW - 2 * DAY + MINUTE)
    expect(right).toMatchObject([{ failures: 12, ending: 'recovered' }])
    for (const us of [NOW - 2 * HOUR, NOW + DAY, NOW + 216 * YEAR, 0]) expect(await read(us)).toEqual(right)
  })

  it('whose last sign is ahead of us has ended all the same', async () => {
    const home = new AlertHome(folder.path('archive.db'))
    await home.look()
    home.parents([stopped(NOW + 216 * YEAR)])
    await home.after(MINUTE)
    home.restart()
    const { sessionRunning, coverage, watermarkUs } = sourceOf(home)
    expect(sessionRunning).toBe(false)
    for (const us of [coverage.at(-1)![1], watermarkUs]) expect(us).toBeLessThanOrEqual(home.nowUs)
  })

  it('is not told before anything ran; then all is told', async () => {
    const home = new AlertHome(folder.path('archive.db'), 'none')
    home.nowUs = BEGIN_US + MINUTE
    await home.look()
    home.nowUs += HOUR
    home.runs([{ startedUs: home.nowUs - MINUTE }, { startedUs: home.nowUs - 30 * SECOND }])
    await home.look()
    home.nowUs += HOUR
    home.runs(storm(home.nowUs - 20 * SECOND))
    expect(kindsOf(await home.look())).toEqual(['opened'])
  })
})
