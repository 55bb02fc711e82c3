import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseRange, rangeText } from '@shared/range'
import type { TrendPoint, TrendSeries } from '@shared/trends'
import { outcomeData } from '@renderer/lib/chart-outcome'
import { durationRange, lonely, slowRuns } from '@renderer/lib/chart-duration'
import { countLabel, decadeLabel, decades, timeLabel } from '@renderer/lib/chart-frame'
import { isForming, outcomePoints, outcomesOf, pointTime, pointWords, stepWords } from '@renderer/lib/chart-points'

const MINUTE = 60_000_000
const HOUR = 60 * MINUTE
const local = (day: number, hour: number, minute = 0): number => new Date(2026, 10, day, hour, minute).getTime() * 1000
const plain = (text: string): string => text.replaceAll('\u202f', ' ')

function point(fromUs: number, change: Partial<TrendPoint> = {}): TrendPoint {
  return {
    ...{ fromUs, ok: 10, failed: 0, dependencyFailures: 0, timedOut: 0, cancelled: 0, skipped: 0 },
    ...{ p50Us: 1000, p95Us: 5000, p99Us: 20_000 },
    ...change,
  }
}
function series(points: TrendPoint[], stepUs: number): TrendSeries {
  return { stepUs, points, endUs: (points.at(-1)?.fromUs ?? 0) + stepUs, precision: { kind: 'exact' } }
}

describe('the step of a chart in words', () => {
  it.each([
    [MINUTE, 'per min'],
    [15 * MINUTE, 'per 15 min'],
    [HOUR, 'per hour'],
    [2 * HOUR, 'per 2 h'],
    [24 * HOUR, 'per day'],
    [23 * HOUR, 'per 23 h'],
    [168 * HOUR, 'per week'],
  ])('%d µs', (stepUs, text) => expect(stepWords(stepUs)).toBe(text))
})

describe('a step as words', () => {
  const now = local(23, 15)
  it.each([
    [local(23, 14), local(23, 14, 15), '14:00 to 14:15'],
    [local(22, 23), local(23, 0), '22 Nov 23:00 to 00:00'],
    [local(22, 23, 30), local(23, 0, 30), '22 Nov 23:30 to 00:30'],
    [local(22, 0), local(23, 0), '22 Nov'],
    [local(16, 0), local(23, 0), '16 Nov to 22 Nov'],
  ])('from %d to %d', (fromUs, toUs, text) => expect(pointTime({ fromUs, toUs }, now)).toBe(text))

  it('names what there was, and that it is not over', () => {
    const one = series([point(local(23, 14), { failed: 3 }), point(local(23, 14, 15), { ok: 0 })], 15 * MINUTE)
    const [first, last] = outcomePoints(one, local(23, 14, 20))
    expect(first && pointWords(first, now)).toBe('14:00 to 14:15: ok 10, failed 3')
    expect(last && pointWords(last, now)).toBe('14:15 to 14:30: Runs 0, forming')
  })
})

describe('the forming step', () => {
  const one = series([point(local(23, 14)), point(local(23, 15))], HOUR)

  it('is the last one, while it is not over, of a live source', () => {
    expect([0, 1].map((index) => isForming(one, index, local(23, 15, 30)))).toEqual([false, true])
    expect(isForming(one, 1, local(23, 16))).toBe(false)
    expect(isForming(one, 1, null)).toBe(false)
  })

  it('is not part of the line, which ends where the last whole step does', () => {
    expect(outcomeData({ series: one, nowUs: local(23, 15, 30) })).toEqual([
      [local(23, 14) / 1e6, local(23, 15) / 1e6],
      [10, 10],
    ])
    expect(outcomeData({ series: one, nowUs: null })[0]).toHaveLength(3)
  })
})

describe('outcomes', () => {
  it('of figures are what is left for ok', () => {
    const none = { dependencyFailures: 0, missed: null, p50Us: null, p95Us: null, p99Us: null }
    expect(outcomesOf({ ...none, runs: 100, failed: 9, timedOut: 4, cancelled: 2, skipped: 5 })).toEqual({
      ...{ ok: 80, failed: 9, timed_out: 4, cancelled: 2, skipped: 5 },
    })
  })
})

describe('a brushed range', () => {
  it('is a range that can be typed, and holds what was brushed to the minute', () => {
    const moment = fc.integer({ min: local(1, 0), max: local(28, 0) })
    fc.assert(
      fc.property(moment, fc.integer({ min: 1, max: 9 * 24 * HOUR }), (fromUs, lengthUs) => {
        const parsed = parseRange(rangeText(fromUs, fromUs + lengthUs))
        if (parsed?.kind !== 'between') throw new Error('not a range')
        expect(parsed.fromUs).toBeLessThanOrEqual(fromUs)
        expect(fromUs - parsed.fromUs).toBeLessThan(MINUTE)
        expect(parsed.toUs).toBeGreaterThanOrEqual(fromUs + lengthUs)
        expect(parsed.toUs - fromUs - lengthUs).toBeLessThan(MINUTE)
      }),
    )
  })

  it('names the day once where it is one', () => {
    expect(rangeText(local(20, 14), local(20, 15, 30))).toBe('2026-11-20 14:00..15:30')
    expect(rangeText(local(20, 14), local(21, 0))).toBe('2026-11-20 14:00..2026-11-21 00:00')
  })
})

describe('labels of axes', () => {
  it('say the day at midnight and for steps of days', () => {
    expect(timeLabel(local(23, 14) / 1e6, 3600)).toBe('14:00')
    expect(timeLabel(local(23, 0) / 1e6, 3600)).toBe('Mon 23')
    expect(timeLabel(local(23, 0) / 1e6, 86_400)).toBe('Mon 23')
    expect(timeLabel(local(23, 0) / 1e6, 7 * 86_400)).toBe('23 Nov')
  })

  it('are short, whatever the figure', () => {
    expect([5, 8000, 10_000, 15_500, 2_000_000].map((count) => plain(countLabel(count)))).toEqual([
      '5',
      '8 000',
      '10 k',
      '15.5 k',
      '2 M',
    ])
    expect(decades(100, 10_000_000)).toEqual([100, 1000, 10_000, 100_000, 1_000_000, 10_000_000])
    expect([100, 10_000, 1_000_000].map((us) => plain(decadeLabel(us)))).toEqual(['100 µs', '10 ms', '1 s'])
  })
})

describe('the duration chart', () => {
  it('has whole decades around everything that it draws', () => {
    const one = series([point(0, { p50Us: 900, p99Us: 20_000 })], HOUR)
    expect(durationRange({ series: one, slow: [], timedOut: [], starts: [] })).toEqual([100, 100_000])
    const slow = [{ startedUs: 1, durationUs: 3_000_000 }]
    expect(durationRange({ series: one, slow, timedOut: [], starts: [] })).toEqual([100, 10_000_000])
    expect(durationRange({ series: series([], HOUR), slow: [], timedOut: [], starts: [] })).toEqual([1000, 1_000_000])
  })

  it('draws as dots what took longer than the p99 of its own step, time-outs apart', () => {
    const one = series([point(0, { p99Us: 20_000 }), point(HOUR, { p99Us: 90_000 })], HOUR)
    const run = (startedUs: number, durationUs: number, status = 'ok') => ({ startedUs, durationUs, status })
    const runs = [run(1, 50_000), run(HOUR + 1, 50_000), run(HOUR + 2, 99_000), run(2, 30_000_000, 'timed_out')]
    expect(slowRuns(one, runs).map(({ startedUs }) => startedUs)).toEqual([1, HOUR + 2])
  })

  it('shows values without a neighbour as points', () => {
    expect(lonely([1, null, 2, 3, null, 4])).toEqual([0, 5])
    expect(lonely([null, 7, null])).toEqual([1])
  })
})
