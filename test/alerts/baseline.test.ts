import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { countFailures, createBaseline, expectedAt } from '@main/alerts/engine/baseline'
import type { SeenTime } from '@main/alerts/engine/coverage'
import { extendSeen, coveredUs } from '@main/alerts/engine/coverage'
import { DAY, HOUR, MINUTE } from './scenarios/play'

const NOW = 20_000 * DAY + 13 * HOUR
const WEEK: SeenTime = [[NOW - 7 * DAY, NOW]]

/** A baseline of these moments, minutes before now. */
function learnt(minutesAgo: number[]) {
  const baseline = createBaseline()
  for (const minutes of minutesAgo) countFailures(baseline, NOW - minutes * MINUTE, 1)
  return baseline
}

/** Counts single failures one by one, where the baseline keeps sums by minute. */
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

  // Calculated by hand from the design, for a week that was watched as a whole. Its last hour (or window) is no measure:
  // 167 hours are left for windows up to an hour, 165 for three. Of them 13 lie within an hour of this time of day.
  it.each([
    {
      // 4 failures in 167 h, one of them at this time of day: 4.5 / 179 < 1.5 / 14 an hour, for half an hour.
      // Two share one of 334 half hours: φ = (2² + 1 + 1 − 4² / 334) / 4.
      name: 'the time of day counts where it is worse',
      minutesAgo: [100, 100, 1440, 3180],
      windowUs: 30 * MINUTE,
      mean: 0.053571428571,
      variance: 0.080353323964,
      perHour: 0.025139664804,
    },
    {
      // 20 failures in 165 h, none near this time of day: 20.5 / 177 > 0.5 / 14 an hour, for three hours.
      // All in one of 55 bins: φ = (20² − 20² / 55) / 20 = 20 − 20 / 55.
      name: 'one burst makes the usual uneven, not high',
      minutesAgo: Array.from({ length: 20 }, () => 200),
      windowUs: 3 * HOUR,
      mean: 0.347457627119,
      variance: 6.828693426654,
      perHour: 0.11581920904,
    },
    {
      // Only what is more than an hour and at most seven days old is a measure. One alone is never uneven: φ = 1.
      // 0.5 / 14 an hour for a twelfth of one; variance 0.5 / 168 + (0.5 / 168)² / 1.5.
      name: 'the last hour and what is older than a week say nothing',
      minutesAgo: [0, 30, 60, 61, 10_081, 10_900],
      windowUs: 5 * MINUTE,
      mean: 0.002976190476,
      variance: 0.002982095616,
      perHour: 0.008379888268,
    },
    {
      // An hour before and after this time of day are near it, a minute more is not: 2 of 3.
      // 2.5 / 14 an hour, for three hours. 14:00 and 12:00 lie in one bin, from noon to three: φ = (2² + 1 − 3² / 55) / 3.
      name: 'an hour around this time of day is near it',
      minutesAgo: [1380, 1500, 1501 + 1440],
      windowUs: 3 * HOUR,
      mean: 0.535714285714,
      variance: 0.945633448184,
      perHour: 0.019774011299,
    },
  ])('is as calculated by hand: $name', ({ minutesAgo, windowUs, mean, variance, perHour }) => {
    const found = expectedAt(learnt(minutesAgo), WEEK, NOW, windowUs)
    expect(found.mean).toBeCloseTo(mean, 11)
    expect(found.variance).toBeCloseTo(variance, 11)
    expect(found.perHour).toBeCloseTo(perHour, 11)
  })

  it('agrees for every window with a count of the single failures', () => {
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
        const coverage: SeenTime = []
        for (const [begin, length] of told) extendSeen(coverage, begin * MINUTE, (begin + length) * MINUTE)
        let minutes = 0
        for (let m = from; m < to; m++) if (told.some(([begin, length]) => m >= begin && m < begin + length)) minutes++
        expect(coveredUs(coverage, from * MINUTE, to * MINUTE)).toBe(minutes * MINUTE)
      }),
    )
  })

  it('stays small however often a Hassette restarts', () => {
    const coverage: SeenTime = []
    for (let i = 0; i < 5000; i++) extendSeen(coverage, NOW + i * 2 * MINUTE, NOW + i * 2 * MINUTE + MINUTE)
    expect(coverage.length).toBeLessThanOrEqual(200)
    const known = coveredUs(coverage, NOW, NOW + 10_000 * MINUTE)
    expect(known).toBeGreaterThanOrEqual(5000 * MINUTE)
  })
})
