import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { countFailures, createBaseline, expectedAt } from '@main/alerts/baseline'
import type { Coverage } from '@main/alerts/coverage'
import { cover, coveredUs } from '@main/alerts/coverage'
import { DAY, HOUR, MINUTE } from './scenarios/play'

const NOW = 20_000 * DAY + 13 * HOUR
const WEEK: Coverage = [[NOW - 7 * DAY, NOW]]

/** A baseline of these moments, minutes before now. */
function learnt(minutesAgo: number[]) {
  const baseline = createBaseline()
  for (const minutes of minutesAgo) countFailures(baseline, NOW - minutes * MINUTE, 1)
  return baseline
}

/** The formula of the design, over single failures. */
function byTheBook(minutesAgo: number[], windowUs: number): { mean: number; variance: number } {
  const T = 7 * DAY - Math.max(windowUs, HOUR)
  const gap = Math.max(windowUs, HOUR) / MINUTE
  const used = minutesAgo.filter((minutes) => minutes >= gap + 1 && minutes <= (7 * DAY) / MINUTE)
  const minuteOf = (minutes: number) => Math.floor(NOW / MINUTE) - minutes
  const nearHour = used.filter((minutes) => {
    const apart = minutes % 1440
    return Math.min(apart, 1440 - apart) <= 60
  })
  // Six whole days and the two ends of the seventh; today's last hour (or window) is left out.
  const hours = 7 * 2 * HOUR + Math.max(0, HOUR - Math.max(windowUs, HOUR))
  const rate = Math.max((0.5 + used.length) / (12 * HOUR + T), (0.5 + nearHour.length) / (HOUR + hours - HOUR))
  const mean = windowUs * rate
  const bins = new Map<number, number>()
  for (const minutes of used) {
    const bin = Math.floor(minuteOf(minutes) / (windowUs / MINUTE))
    bins.set(bin, (bins.get(bin) ?? 0) + 1)
  }
  const n = T / windowUs
  const m = used.length / n
  const squares = [...bins.values()].reduce((sum, count) => sum + count * count, 0)
  const phi = used.length > 1 ? Math.max(1, (squares / n - m * m) / m) : 1
  return { mean, variance: phi * mean + (mean * mean) / (0.5 + used.length) }
}

describe('what is usual', () => {
  it('is half a failure in twelve hours before anything is known', () => {
    const { mean, variance, perHour } = expectedAt(createBaseline(), [], NOW, HOUR)
    // No hour of the day is known either: half a failure in one hour.
    expect(mean).toBeCloseTo(0.5, 12)
    expect(variance).toBeCloseTo(0.5 + 0.5, 12)
    expect(perHour).toBeCloseTo(0.5 / 12, 12)
  })

  it('follows the formula for every window', () => {
    const moments = fc.array(fc.integer({ min: 0, max: 11_000 }), { maxLength: 60 })
    const window = fc.constantFrom(MINUTE, 5 * MINUTE, 30 * MINUTE, 3 * HOUR)
    fc.assert(
      fc.property(moments, window, (minutesAgo, windowUs) => {
        const { mean, variance } = expectedAt(learnt(minutesAgo), WEEK, NOW, windowUs)
        const book = byTheBook(minutesAgo, windowUs)
        expect(mean).toBeCloseTo(book.mean, 9)
        expect(variance).toBeCloseTo(book.variance, 9)
      }),
    )
  })

  it('knows the time of day: nights are no measure for the morning', () => {
    const mornings = [1, 2, 3, 4, 5, 6, 7].flatMap((day) => [1400, 1410, 1420, 1430].map((m) => day * 1440 - 1400 + m))
    const { mean } = expectedAt(learnt(mornings), WEEK, NOW, HOUR)
    const flat = expectedAt(learnt(mornings.map((_, i) => 300 + i * 340)), WEEK, NOW, HOUR)
    expect(mean).toBeGreaterThan(4 * flat.mean)
  })

  it('is not lowered by time in which nothing was watched', () => {
    const moments = [100, 200, 300, 400]
    const short = expectedAt(learnt(moments), [[NOW - DAY, NOW]], NOW, HOUR)
    const long = expectedAt(learnt(moments), WEEK, NOW, HOUR)
    expect(short.perHour).toBeGreaterThan(3 * long.perHour)
  })

  it('forgets after seven days, and holds no more minutes than eight days have', () => {
    const baseline = createBaseline()
    for (let minute = 0; minute < 30 * 1440; minute += 2) countFailures(baseline, NOW - 30 * DAY + minute * MINUTE, 1)
    expect(baseline.minutes.length).toBeLessThanOrEqual(8 * 1440)
    expect(baseline.counts.length).toBe(baseline.minutes.length)
    expect(expectedAt(baseline, [[NOW - 30 * DAY, NOW]], NOW, HOUR).perHour).toBeCloseTo(30, -1)
  })

  it('takes failures back, but never more than there were', () => {
    const baseline = learnt([90, 90, 90])
    countFailures(baseline, NOW - 90 * MINUTE, -2)
    expect(baseline.counts).toEqual([1])
    countFailures(baseline, NOW - 90 * MINUTE, -2)
    countFailures(baseline, NOW - 95 * MINUTE, -1)
    expect(baseline.counts).toEqual([0])
  })
})

describe('covered time', () => {
  const spans = fc.array(fc.tuple(fc.integer({ min: 0, max: 3000 }), fc.integer({ min: 0, max: 300 })), {
    maxLength: 40,
  })

  it('is the union of what was covered, in whatever order it is told', () => {
    fc.assert(
      fc.property(spans, fc.integer({ min: 0, max: 3300 }), fc.integer({ min: 0, max: 3300 }), (told, from, to) => {
        const coverage: Coverage = []
        for (const [begin, length] of told) cover(coverage, begin * MINUTE, (begin + length) * MINUTE)
        let minutes = 0
        for (let m = from; m < to; m++) if (told.some(([begin, length]) => m >= begin && m < begin + length)) minutes++
        expect(coveredUs(coverage, from * MINUTE, to * MINUTE)).toBe(minutes * MINUTE)
      }),
    )
  })

  it('stays small however often a Hassette restarts', () => {
    const coverage: Coverage = []
    for (let i = 0; i < 5000; i++) cover(coverage, NOW + i * 2 * MINUTE, NOW + i * 2 * MINUTE + MINUTE)
    expect(coverage.length).toBeLessThanOrEqual(200)
    const known = coveredUs(coverage, NOW, NOW + 10_000 * MINUTE)
    expect(known).toBeGreaterThanOrEqual(5000 * MINUTE)
  })
})
