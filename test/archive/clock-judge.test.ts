import type { ClockVerdict, SourceSign } from '@archive/retention'
import { createClockJudge } from '@archive/retention'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
const YEARS_30_MS = 30 * 366 * DAY_MS
/** The true time at which every story begins, milliseconds. */
const BEGIN_MS = 1_800_000_000_000
const BEAT_MS = 5 * MINUTE_MS
const LOOK_MS = 30_000

interface Told {
  id: number
  live: boolean
  /** Its own clock is ahead by so much. */
  skewMs: number
  beatMs: number
  dead: boolean
}

/** A world with a true time, in which our clock, the sources' and the machine can all go wrong. */
function createWorld() {
  let trueMs = BEGIN_MS
  let aheadMs = 0
  let elapsedMs = 5000
  let judge = createClockJudge([])
  const sources: Told[] = []
  const starts = [BEGIN_MS]

  const signs = (): SourceSign[] =>
    sources.map(({ id, live, beatMs, skewMs }) => ({
      sourceId: id,
      live,
      heartbeatUs: (beatMs + skewMs) * 1000,
      newestUs: (beatMs + skewMs) * 1000,
    }))
  const look = (): ClockVerdict => judge({ wallUs: (trueMs + aheadMs) * 1000, elapsedMs, signs: signs() })
  const world = {
    look,
    trueMs: () => trueMs,
    source: (more: Partial<Told> = {}): Told => {
      const made = { id: sources.length + 1, live: true, skewMs: 0, beatMs: trueMs, dead: false, ...more }
      sources.push(made)
      return made
    },
    /** Our clock goes forward, or back, by so much at once. */
    leap: (milliseconds: number): void => {
      aheadMs += milliseconds
    },
    aheadMs: () => aheadMs,
    /** Time passes, and the app looks; `everyMs` is how often. */
    pass: (milliseconds: number, everyMs = LOOK_MS): ClockVerdict => {
      for (const endMs = trueMs + milliseconds; trueMs < endMs;) {
        const step = Math.min(everyMs, endMs - trueMs)
        trueMs += step
        elapsedMs += step
        for (const each of sources) if (!each.dead && trueMs - each.beatMs >= BEAT_MS) each.beatMs = trueMs
        look()
      }
      return look()
    },
    /** The machine sleeps, and with it the clock that only goes forward; sources elsewhere live on, read a little later. */
    sleep: (milliseconds: number): ClockVerdict => {
      trueMs += milliseconds
      return look()
    },
    /** The app ends, and begins again after so long. */
    restart: (milliseconds: number): ClockVerdict => {
      trueMs += milliseconds
      elapsedMs = 5000
      judge = createClockJudge(starts.map((ms) => ms * 1000))
      starts.push(trueMs + aheadMs)
      return look()
    },
  }
  return world
}

type World = ReturnType<typeof createWorld>

const reasonOf = ({ waits }: ClockVerdict): string => waits?.reason ?? 'trusted'

const TABLE: [what: string, story: (world: World) => ClockVerdict, reason: string][] = [
  ['no source, just started', (world) => world.look(), 'clock_unproven'],
  [
    'a live source that gave a sign within the hour',
    (world) => {
      world.source({ beatMs: BEGIN_MS - 50 * MINUTE_MS })
      return world.look()
    },
    'trusted',
  ],
  [
    'a snapshot of the last minute proves nothing',
    (world) => {
      world.source({ live: false, beatMs: BEGIN_MS - MINUTE_MS, dead: true })
      return world.look()
    },
    'clock_unproven',
  ],
  [
    'a live source that was last heard yesterday',
    (world) => {
      world.source({ beatMs: BEGIN_MS - DAY_MS, dead: true })
      return world.pass(HOUR_MS)
    },
    'clock_unproven',
  ],
  [
    'which is read, and lives',
    (world) => {
      world.source({ beatMs: BEGIN_MS - DAY_MS })
      return world.pass(LOOK_MS)
    },
    'trusted',
  ],
  [
    'our clock ten days ahead at the start',
    (world) => {
      world.source()
      world.leap(10 * DAY_MS)
      return world.look()
    },
    'clock_unproven',
  ],
  [
    'and for two days, while the source says otherwise',
    (world) => {
      world.source()
      world.leap(10 * DAY_MS)
      return world.pass(2 * DAY_MS)
    },
    'clock_differs',
  ],
  [
    'set right again',
    (world) => {
      world.source()
      world.leap(10 * DAY_MS)
      world.pass(HOUR_MS)
      world.leap(-10 * DAY_MS)
      return world.look()
    },
    'trusted',
  ],
  [
    'ten days ahead, and a second source that is ahead as well: nobody can know',
    (world) => {
      world.source()
      world.source({ skewMs: 10 * DAY_MS })
      world.leap(10 * DAY_MS)
      return world.pass(HOUR_MS)
    },
    'trusted',
  ],
  [
    'a leap of ten days while the app runs',
    (world) => {
      world.source({ dead: true })
      world.pass(2 * HOUR_MS)
      world.leap(10 * DAY_MS)
      return world.look()
    },
    'clock_jumped',
  ],
  [
    'of thirty years',
    (world) => {
      world.source({ dead: true })
      world.pass(2 * HOUR_MS)
      world.leap(YEARS_30_MS)
      return world.pass(5 * MINUTE_MS)
    },
    'clock_jumped',
  ],
  [
    'of fifty minutes, which is a step that clocks make',
    (world) => {
      world.source({ dead: true })
      world.look()
      world.leap(50 * MINUTE_MS)
      return world.pass(MINUTE_MS)
    },
    'trusted',
  ],
  [
    'of fifty minutes, and of fifty again',
    (world) => {
      world.source({ dead: true })
      world.look()
      world.leap(50 * MINUTE_MS)
      world.pass(MINUTE_MS)
      world.leap(50 * MINUTE_MS)
      return world.pass(MINUTE_MS)
    },
    'clock_jumped',
  ],
  [
    'back by ten days: what is trusted stays so, since less is deleted',
    (world) => {
      world.source({ dead: true })
      world.look()
      world.leap(-10 * DAY_MS)
      return world.pass(MINUTE_MS)
    },
    'trusted',
  ],
  [
    'a night of sleep',
    (world) => {
      world.source({ dead: true })
      world.pass(MINUTE_MS)
      return world.sleep(8 * HOUR_MS)
    },
    'clock_jumped',
  ],
  [
    'after which the source is read',
    (world) => {
      world.source()
      world.pass(MINUTE_MS)
      world.sleep(8 * HOUR_MS)
      return world.pass(LOOK_MS)
    },
    'trusted',
  ],
  ['no source, and almost a day of steady clocks', (world) => world.pass(DAY_MS - MINUTE_MS), 'clock_unproven'],
  ['no source, and a day', (world) => world.pass(DAY_MS + LOOK_MS), 'trusted'],
  [
    'a day with a step of two minutes in it',
    (world) => {
      world.pass(12 * HOUR_MS)
      world.leap(2 * MINUTE_MS)
      return world.pass(13 * HOUR_MS)
    },
    'clock_unproven',
  ],
  [
    'a day with a clock that goes wrong by 50 s',
    (world) => {
      for (let hour = 0; hour < 24; hour++) {
        world.pass(HOUR_MS)
        world.leap(2000)
      }
      return world.pass(MINUTE_MS)
    },
    'trusted',
  ],
  [
    'a start a day after another one',
    (world) => {
      world.restart(25 * HOUR_MS)
      return world.pass(20 * MINUTE_MS)
    },
    'trusted',
  ],
  [
    'which counts only after a source had time to object',
    (world) => {
      world.restart(25 * HOUR_MS)
      return world.pass(5 * MINUTE_MS)
    },
    'clock_unproven',
  ],
  [
    'a start ten days after another one may be a leap',
    (world) => {
      world.restart(10 * DAY_MS)
      return world.pass(20 * MINUTE_MS)
    },
    'clock_unproven',
  ],
  [
    'a clock that proved itself, until a source says otherwise',
    (world) => {
      world.leap(10 * DAY_MS)
      world.pass(DAY_MS)
      world.source()
      return world.pass(10 * MINUTE_MS)
    },
    'clock_differs',
  ],
  [
    'a source whose clock is an hour and a half behind',
    (world) => {
      world.source({ skewMs: -90 * MINUTE_MS })
      return world.pass(2 * DAY_MS)
    },
    'clock_differs',
  ],
  [
    'a source whose clock is half an hour ahead',
    (world) => {
      world.source({ skewMs: 30 * MINUTE_MS })
      return world.look()
    },
    'trusted',
  ],
]

describe('whether our clock can be believed', () => {
  it.each(TABLE)('%s', (_what, story, reason) => {
    expect(reasonOf(story(createWorld()))).toBe(reason)
  })

  it('says by how much the clocks differ, and since when it waits', () => {
    const world = createWorld()
    world.source()
    world.leap(10 * DAY_MS)
    const sinceUs = (world.trueMs() + 10 * DAY_MS) * 1000
    world.look()
    const { waits, nowUs } = world.pass(HOUR_MS)
    expect(waits).toMatchObject({ reason: 'clock_differs', sinceUs })
    expect(Math.abs((waits?.aheadUs ?? 0) / 1000 - 10 * DAY_MS)).toBeLessThanOrEqual(BEAT_MS)
    expect(Math.abs(nowUs / 1000 - world.trueMs())).toBeLessThanOrEqual(BEAT_MS)
  })

  const leap = fc.oneof(
    fc.constantFrom(10 * DAY_MS, -10 * DAY_MS, YEARS_30_MS, -YEARS_30_MS, DAY_MS, 59 * MINUTE_MS, -59 * MINUTE_MS),
    fc.integer({ min: -3 * DAY_MS, max: 3 * DAY_MS }),
  )
  const happening = fc.oneof(
    fc.record({ kind: fc.constant('leap' as const), ms: leap }),
    fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 4 * HOUR_MS }) }),
    fc.record({ kind: fc.constant('sleep' as const), ms: fc.integer({ min: 0, max: 12 * HOUR_MS }) }),
    fc.record({ kind: fc.constant('restart' as const), ms: fc.integer({ min: 0, max: 4 * DAY_MS }) }),
    fc.record({ kind: fc.constant('right' as const), ms: fc.constant(0) }),
  )

  function happen(world: World, { kind, ms }: { kind: 'leap' | 'pass' | 'sleep' | 'restart' | 'right'; ms: number }) {
    if (kind === 'leap') world.leap(ms)
    else if (kind === 'right') world.leap(-world.aheadMs())
    else if (kind === 'pass') return world.pass(ms, 10 * MINUTE_MS)
    else return world[kind](ms)
    return world.look()
  }

  it('never takes a time for now that has not come, while a source with a right clock lives', () => {
    let trusted = 0
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 40 }), (story) => {
        const world = createWorld()
        world.source()
        for (const each of story) {
          const { nowUs, waits } = happen(world, each)
          if (waits !== null) continue
          trusted++
          // A heartbeat within the hour, and a step of less than an hour since.
          expect(nowUs / 1000 - world.trueMs()).toBeLessThanOrEqual(2 * HOUR_MS)
        }
      }),
      { numRuns: 300 },
    )
    expect(trusted).toBeGreaterThan(100)
  })

  it('believes a right clock within minutes while a source lives, whatever happened before', () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 20 }), (story) => {
        const world = createWorld()
        world.source()
        for (const each of story) happen(world, each)
        world.leap(-world.aheadMs())
        const { nowUs, waits } = world.pass(6 * MINUTE_MS)
        expect(waits).toBeNull()
        expect(world.trueMs() - nowUs / 1000).toBeLessThanOrEqual(2 * BEAT_MS)
      }),
      { numRuns: 200 },
    )
  })

  it('believes nothing of a clock that goes to and fro without a source, however long', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(leap, fc.integer({ min: 0, max: 20 * HOUR_MS })), { minLength: 1, maxLength: 30 }),
        (story) => {
          const world = createWorld()
          for (const [ms, passMs] of story) {
            world.leap(Math.abs(ms) > MINUTE_MS ? ms : 2 * MINUTE_MS)
            // The first look of a process only comes after its clock may have leapt.
            expect(world.pass(passMs, 10 * MINUTE_MS).waits).not.toBeNull()
          }
        },
      ),
      { numRuns: 100 },
    )
  })
})
