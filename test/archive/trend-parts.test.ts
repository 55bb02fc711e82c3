import { zoneOf } from '@archive/core'
import type { Kept, Available } from '@archive/queries'
import { tileNearest, tile, createMissedCounter, sparkSteps, bucketIndexAt, stepsOf } from '@archive/queries'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BEGIN_US } from '../support/synthetic'
import { localClock } from './brute-trends'

const MINUTE_US = 60_000_000
const HOUR_US = 60 * MINUTE_US
const DAY_US = 24 * HOUR_US
const ALL: Kept = { runsFromUs: -Infinity, minutesFromUs: -Infinity, hoursFromUs: -Infinity }
const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/Santiago',
  'Africa/Cairo',
  'Asia/Beirut',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'Pacific/Apia',
]

const moment = fc.integer({ min: BEGIN_US - 400 * DAY_US, max: BEGIN_US + 400 * DAY_US })
const kept = fc.record({
  runsFromUs: fc.oneof(fc.constant(-Infinity), moment),
  minutesFromUs: fc.oneof(fc.constant(-Infinity), moment),
  hoursFromUs: fc.oneof(fc.constant(-Infinity), moment),
})

describe('the pieces of a range', () => {
  it('follow each other, lie on whole trends, and are all kept', () => {
    fc.assert(
      fc.property(moment, fc.integer({ min: 1, max: 40 * DAY_US }), kept, (fromUs, lengthUs, left) => {
        const toUs = fromUs + lengthUs
        const found = tileNearest(fromUs, toUs, left)!
        expect(found.pieces[0]!.fromUs).toBe(found.fromUs)
        expect(found.pieces.at(-1)!.toUs).toBe(found.toUs)
        for (const [index, piece] of found.pieces.entries()) {
          expect(piece.toUs).toBeGreaterThan(piece.fromUs)
          if (index > 0) expect(piece.fromUs).toBe(found.pieces[index - 1]!.toUs)
          if (piece.from === 'runs') expect(piece.fromUs).toBeGreaterThanOrEqual(left.runsFromUs)
          if (piece.from === 60) expect(piece.fromUs).toBeGreaterThanOrEqual(left.minutesFromUs)
          if (piece.from === 3600) expect(piece.fromUs).toBeGreaterThanOrEqual(left.hoursFromUs)
          if (piece.from !== 'runs') {
            expect(piece.fromUs % (piece.from * 1e6)).toBe(0)
            expect(piece.toUs % (piece.from * 1e6)).toBe(0)
          }
        }
        // Only what cannot be had exactly is rounded.
        const exact = found.fromUs === fromUs && found.toUs === toUs
        expect(exact).toBe(tile(fromUs, toUs, left) !== null)
        expect(Math.abs(found.fromUs - fromUs)).toBeLessThan(DAY_US)
        expect(Math.abs(found.toUs - toUs)).toBeLessThan(DAY_US)
      }),
      { numRuns: 500 },
    )
  })

  it('are days, hours, minutes and short edges while everything is kept', () => {
    const [from, to] = [BEGIN_US + 9 * HOUR_US + 30 * MINUTE_US + 5, BEGIN_US + 3 * DAY_US + HOUR_US + 7]
    expect(tile(from, to, ALL)).toEqual([
      { from: 'runs', fromUs: from, toUs: from - 5 + MINUTE_US },
      { from: 60, fromUs: from - 5 + MINUTE_US, toUs: BEGIN_US + 10 * HOUR_US },
      { from: 3600, fromUs: BEGIN_US + 10 * HOUR_US, toUs: BEGIN_US + DAY_US },
      { from: 86_400, fromUs: BEGIN_US + DAY_US, toUs: BEGIN_US + 3 * DAY_US },
      { from: 3600, fromUs: BEGIN_US + 3 * DAY_US, toUs: BEGIN_US + 3 * DAY_US + HOUR_US },
      { from: 'runs', fromUs: BEGIN_US + 3 * DAY_US + HOUR_US, toUs: to },
    ])
    expect(tile(BEGIN_US, BEGIN_US + 2 * DAY_US, ALL, 3600)).toEqual([
      { from: 3600, fromUs: BEGIN_US, toUs: BEGIN_US + 2 * DAY_US },
    ])
  })

  it.each([
    // Minutes are left: each end moves to the nearest.
    [{ ...ALL, runsFromUs: Infinity }, [31, 95], [1 * MINUTE_US, 2 * MINUTE_US]],
    [{ ...ALL, runsFromUs: Infinity }, [29, 31], [0, MINUTE_US]],
    // Hours are left. What would be nothing becomes what it lies in.
    [{ ...ALL, runsFromUs: Infinity, minutesFromUs: Infinity }, [600, 1200], [0, HOUR_US]],
    [{ ...ALL, runsFromUs: Infinity, minutesFromUs: Infinity }, [2100, 5200], [HOUR_US, 2 * HOUR_US]],
    // Only days are.
    [{ runsFromUs: Infinity, minutesFromUs: Infinity, hoursFromUs: Infinity }, [600, 90_000], [0, DAY_US]],
  ])('move to what is nearest and left (%#)', (left, [from, to], [fromUs, toUs]) => {
    const found = tileNearest(BEGIN_US + from! * 1e6, BEGIN_US + to! * 1e6, left)!
    expect([found.fromUs - BEGIN_US, found.toUs - BEGIN_US]).toEqual([fromUs, toUs])
  })
})

describe("a zone's clock", () => {
  it('shows what the system says, and begins its days when the date changes', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ZONES), moment, (name, us) => {
        const zone = zoneOf(name)
        const local = new Date((us + zone.offsetUs(us)) / 1000)
        const clock = localClock(us, name)
        expect([local.getUTCHours(), local.getUTCMinutes()]).toEqual([clock.hour, clock.minute])
        expect(zone.weekday(us)).toBe(clock.weekday)
        const day = zone.dayOf(us)
        const next = zone.addDays(day, 1)
        expect(day).toBeLessThanOrEqual(us)
        expect(next).toBeGreaterThan(us)
        // The date is another one just before, and the same until just before the next.
        expect(dateOf(day, name)).toBe(dateOf(us, name))
        expect(dateOf(day - 1, name)).not.toBe(dateOf(us, name))
        expect(dateOf(next - 1, name)).toBe(dateOf(us, name))
        expect(zone.addDays(next, -1)).toBe(day)
      }),
      { numRuns: 1000 },
    )
  })

  it.each([
    ['Europe/Berlin', '2026-03-29', 23],
    ['Europe/Berlin', '2026-10-25', 25],
    // The clock is set at midnight itself: forward, back, and by half an hour.
    ['Africa/Cairo', '2026-04-24', 23],
    ['Africa/Cairo', '2026-10-29', 25],
    ['America/Santiago', '2026-09-06', 23],
    ['Australia/Lord_Howe', '2026-04-05', 24.5],
  ])('knows that in %s the day %s has %d hours', (name, date, hours) => {
    const zone = zoneOf(name)
    const day = zone.dayOf(Date.parse(`${date}T12:00:00Z`) * 1000)
    expect((zone.addDays(day, 1) - day) / HOUR_US).toBe(hours)
  })
})

describe('the steps of a chart', () => {
  it('hold the range, as few as asked for, round and local', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ZONES),
        moment,
        fc.oneof(fc.integer({ min: 1, max: 3 * HOUR_US }), fc.integer({ min: 1, max: 300 * DAY_US })),
        fc.integer({ min: 2, max: 500 }),
        (name, fromUs, lengthUs, points) => {
          const zone = zoneOf(name)
          const toUs = fromUs + lengthUs
          const { stepUs, bounds } = stepsOf(fromUs, toUs, points, MINUTE_US, zone)
          expect(bounds.length - 1).toBeLessThanOrEqual(points)
          const whole = bounds[0]! <= fromUs
          if (!whole) expect([stepUs, bounds.length]).toEqual([7 * DAY_US, points + 1])
          else expect(bounds[1]).toBeGreaterThan(fromUs)
          expect(bounds.at(-1)).toBeGreaterThanOrEqual(toUs)
          expect(bounds.at(-2)).toBeLessThan(toUs)
          for (const [index, bound] of bounds.entries()) {
            expect(bucketIndexAt(bounds, bound)).toBe(index)
            expect(bucketIndexAt(bounds, bound - 1)).toBe(index - 1)
            if (stepUs >= DAY_US) expect(zone.dayOf(bound)).toBe(bound)
            else if (index > 0) expect(bound - bounds[index - 1]!).toBe(stepUs)
            if (stepUs === 7 * DAY_US) expect(zone.weekday(bound)).toBe(0)
            if (stepUs === HOUR_US) expect(bound % HOUR_US).toBe(0)
          }
        },
      ),
      { numRuns: 500 },
    )
  })

  it('begin with the local hours', () => {
    const noon = Date.UTC(2026, 0, 5, 12, 34) * 1000
    const { stepUs, bounds } = stepsOf(noon, noon + DAY_US, 10, MINUTE_US, zoneOf('Europe/Berlin'))
    expect(stepUs).toBe(3 * HOUR_US)
    expect(localClock(bounds[0]!, 'Europe/Berlin')).toEqual({ weekday: 0, hour: 12, minute: 0 })
    // No finer than it may be, however many there could be.
    expect(stepsOf(noon, noon + HOUR_US, 500, HOUR_US, zoneOf('UTC')).stepUs).toBe(HOUR_US)
    expect(stepsOf(noon, noon + HOUR_US, 60, MINUTE_US, zoneOf('UTC')).bounds).toHaveLength(61)
  })
})

describe('missed starts', () => {
  const row = (hour: number, expected: number, n: number, targetId = 1) => ({
    fromUs: BEGIN_US + hour * HOUR_US,
    lengthUs: HOUR_US,
    targetId,
    expected,
    n,
  })
  const missedOf = (...rows: ReturnType<typeof row>[]) => {
    const counter = createMissedCounter()
    for (const each of rows) counter.row(each)
    return counter
  }

  it.each([
    ['nothing known', [], null],
    ['all there', [row(0, 4, 4), row(1, 4, 4)], 0],
    ['an hour long silent', [row(0, 4, 4), row(1, 4, 0), row(2, 4, 4)], 4],
    ['a start just over the border', [row(0, 4, 3), row(1, 4, 5)], 0],
    ['a start just before it', [row(0, 4, 5), row(1, 4, 3)], 0],
    ['only one such start at a border', [row(0, 4, 2), row(1, 4, 6)], 1],
    ['starts by hand do not make up for others', [row(0, 4, 0), row(5, 4, 9)], 4],
    ['nor those beyond a gap', [row(0, 4, 3), row(5, 4, 5)], 1],
  ])('%s', (_, rows, missed) => {
    expect(missedOf(...rows).of(1)?.missed ?? null).toBe(missed)
    expect(missedOf(...rows).total()).toBe(missed)
  })

  it('are told by target, and runs not rolled up yet count', () => {
    const counter = missedOf(row(0, 2, 0), row(0, 3, 3, 2), row(1, 2, 1))
    expect(counter.of(1)).toEqual({ missed: 3, expected: 4 })
    expect(counter.of(2)).toEqual({ missed: 0, expected: 3 })
    expect(counter.of(3)).toBeNull()
    counter.run({ targetId: 1, startedUs: BEGIN_US + HOUR_US })
    counter.run({ targetId: 1, startedUs: BEGIN_US + 9 * HOUR_US })
    counter.run({ targetId: 3, startedUs: BEGIN_US })
    expect(counter.total()).toBe(2)
  })
})

describe('the steps of a sparkline', () => {
  const known: Available = {
    streams: [],
    kept: ALL,
    fromUs: BEGIN_US,
    toUs: BEGIN_US + 90 * DAY_US,
    endUs: BEGIN_US + 90 * DAY_US,
  }
  const now = BEGIN_US + 60 * DAY_US + 20 * MINUTE_US

  it.each([
    ['15 min', 15 * MINUTE_US, MINUTE_US, 15, 60],
    ['1 h', HOUR_US, 2 * MINUTE_US, 30, 60],
    ['24 h', DAY_US, HOUR_US, 24, 3600],
    ['7 d', 7 * DAY_US, 6 * HOUR_US, 28, 3600],
    ['30 d', 30 * DAY_US, DAY_US, 30, 86_400],
  ])('are whole ones, the last forming: %s', (_, lengthUs, stepUs, length, from) => {
    const steps = sparkSteps({ fromUs: now - lengthUs, toUs: now }, known)
    expect(steps.stepUs).toBe(stepUs)
    expect(steps.empty().runs).toHaveLength(length)
    expect(steps.range.pieces[0]!.from).toBe(from)
    expect(steps.range.fromUs).toBeGreaterThanOrEqual(now - lengthUs)
    expect(steps.at(now - 1)).toBe(length - 1)
    expect(steps.at(steps.range.fromUs)).toBe(0)
  })

  it('are of hours where minutes are gone, and begin with what is known', () => {
    const gone = { ...known, kept: { ...ALL, minutesFromUs: now } }
    const steps = sparkSteps({ fromUs: now - 3 * HOUR_US, toUs: now }, gone)
    expect([steps.stepUs, steps.empty().failed.length]).toEqual([HOUR_US, 3])
    const ever = sparkSteps({ fromUs: null, toUs: null }, { ...known, endUs: BEGIN_US + 20 * HOUR_US })
    expect([ever.range.fromUs, ever.stepUs]).toEqual([BEGIN_US, HOUR_US])
  })
})

function dateOf(us: number, timeZone: string): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' }).format(new Date(Math.floor(us / 1000)))
}
