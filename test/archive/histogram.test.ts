import {
  addDuration,
  clearHistogram,
  decodeHistogram,
  emptyHistogram,
  encodeHistogram,
  mergeEncoded,
  mergeHistogram,
  middleOf,
  percentiles,
  slotOf,
} from '@archive/core'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

/** Of every order of magnitude alike: up to 2^53 − 1 µs, which is 285 years. */
const duration = fc
  .tuple(fc.double({ min: 0, max: 53, noNaN: true }))
  .map(([exponent]) => Math.min(Number.MAX_SAFE_INTEGER, Math.floor(2 ** exponent) - 1))
const durations = fc.array(duration, { minLength: 1, maxLength: 300 })

const histogramOf = (values: number[]) => {
  const histogram = emptyHistogram()
  for (const value of values) addDuration(histogram, value)
  return histogram
}

describe('histograms of durations', () => {
  it('put every duration into a slot whose middle is at most 1/32 away, in ascending order', () => {
    fc.assert(
      fc.property(duration, duration, (a, b) => {
        expect(Math.abs(middleOf(slotOf(a)) - a)).toBeLessThanOrEqual(a / 32)
        expect(slotOf(Math.max(a, b))).toBeGreaterThanOrEqual(slotOf(Math.min(a, b)))
      }),
      { numRuns: 2000 },
    )
  })

  it('begin a new slot where an octave, a word or the linear part ends', () => {
    for (let exponent = 1; exponent < 53; exponent++) {
      const power = 2 ** exponent
      expect(slotOf(power)).toBe(slotOf(power - 1) + 1)
      if (power >= 16) expect(slotOf(power + power / 16)).toBe(slotOf(power) + 1)
    }
    expect(slotOf(0)).toBe(0)
    expect(slotOf(Number.MAX_SAFE_INTEGER)).toBe(emptyHistogram().slots.length - 1)
  })

  it('tell percentiles by nearest rank within 3.1 %', () => {
    fc.assert(
      fc.property(durations, fc.array(fc.double({ min: 0, max: 1, noNaN: true })), (values, some) => {
        const sorted = values.toSorted((a, b) => a - b)
        const shares = some.toSorted((a, b) => a - b)
        const told = percentiles(histogramOf(values), shares)
        expect(told).toHaveLength(shares.length)
        for (const [index, share] of shares.entries()) {
          const exact = sorted[Math.max(1, Math.ceil(share * values.length)) - 1]!
          // Half a microsecond more, for what is told is whole.
          expect(Math.abs(told[index]! - exact)).toBeLessThanOrEqual(exact / 32 + 0.5)
        }
      }),
      { numRuns: 500 },
    )
    expect(percentiles(emptyHistogram(), [0.5])).toEqual([])
    expect(percentiles(histogramOf([0]), [0.99])).toEqual([0])
  })

  it('merged are those of all durations together; so are stored ones', () => {
    fc.assert(
      fc.property(durations, durations, (a, b) => {
        const union = histogramOf([...a, ...b])
        const merged = histogramOf(a)
        mergeHistogram(merged, histogramOf(b))
        expect(merged).toEqual(union)
        const fromStored = histogramOf(a)
        mergeEncoded(fromStored, encodeHistogram(histogramOf(b)))
        expect(fromStored).toEqual(union)
      }),
    )
  })

  it('come back from storage as they were', () => {
    fc.assert(
      fc.property(durations, fc.integer({ min: 1, max: 5_000_000_000 }), (values, times) => {
        const histogram = histogramOf(values)
        // As many as years of runs make.
        const slot = slotOf(values[0]!)
        histogram.slots[slot]! += times
        histogram.n += times
        expect(decodeHistogram(encodeHistogram(histogram))).toEqual(histogram)
      }),
    )
    expect(encodeHistogram(emptyHistogram())).toHaveLength(0)
  })

  it('take about 100 bytes for a busy hour', () => {
    const values = Array.from({ length: 3600 }, (_, index) => 2000 + ((index * 7919) % 40_000))
    expect(encodeHistogram(histogramOf(values)).length).toBeLessThan(160)
  })

  it('of a damaged file count nothing outside of their slots', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const histogram = decodeHistogram(bytes)
        expect(histogram.slots).toHaveLength(emptyHistogram().slots.length)
        expect(histogram.n).toBe(histogram.slots.reduce((sum, n) => sum + n, 0))
      }),
    )
  })

  it('can be made empty again', () => {
    const histogram = histogramOf([1, 20, 3000])
    clearHistogram(histogram)
    expect(histogram).toEqual(emptyHistogram())
  })
})
