import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Coverage } from '@shared/trends'
import { coverParts, coverWords, gapWords, rangeEnds } from '@renderer/lib/coverage'

const at = (hour: number, day = 23): number => new Date(2026, 10, day, hour).getTime() * 1000
const NOW = at(15)
const LIMITS = { days: 7, sizeMb: 500 }
const plain = (text: string): string => text.replaceAll('\u202f', ' ')

function coverage(change: Partial<Coverage> = {}): Coverage {
  return { runsFromUs: at(3, 14), trendsFromUs: at(0, 2), toUs: NOW, gaps: [], bound: 'size', ...change }
}

describe('what is known of a range, in words', () => {
  const day = { fromUs: at(15, 22), toUs: NOW }
  it.each<[string, Partial<Coverage>, string[]]>([
    ['by size', {}, ['runs since 14 Nov 03:00', 'trends since 2 Nov', 'limit that binds: 500 MB']],
    ['by time', { bound: 'time' }, ['runs since 14 Nov 03:00', 'trends since 2 Nov', 'limit that binds: 7 days']],
    [
      'by what Hassette had',
      { bound: 'source', trendsFromUs: at(3, 14) },
      ['runs since 14 Nov 03:00', 'Hassette had no older ones'],
    ],
    ['nothing binds', { bound: null, trendsFromUs: null }, ['runs since 14 Nov 03:00']],
    [
      'exactly the range',
      { runsFromUs: day.fromUs, trendsFromUs: day.fromUs, bound: null },
      ['every run of this range'],
    ],
    [
      'trends only',
      { runsFromUs: null, bound: 'size' },
      ['no runs of this range', 'trends since 2 Nov', 'limit that binds: 500 MB'],
    ],
    ['nothing', { runsFromUs: null, trendsFromUs: null }, ['nothing is known of this range']],
  ])('%s', (_name, change, words) => {
    expect(coverWords(coverage(change), day, LIMITS, NOW).map(plain)).toEqual(words)
  })

  it('counts gaps, and says of each what is missing', () => {
    const gaps: Coverage['gaps'] = [
      { fromUs: at(10), toUs: at(11), reason: 'dropped', runs: 31 },
      { fromUs: at(1), toUs: at(2), reason: 'not_watching', runs: null },
    ]
    expect(coverWords(coverage({ gaps }), day, null, NOW)).toEqual([
      'runs since 14 Nov 03:00',
      'trends since 2 Nov',
      '2 gaps',
    ])
    expect(gaps.map((gap) => gapWords(gap, NOW))).toEqual([
      '10:00 to 11:00: 31 runs dropped by Hassette',
      '01:00 to 02:00: not watching',
    ])
  })
})

describe('the coverage line', () => {
  it('is trends up to where runs begin, and cut where there is a gap', () => {
    const ends = { fromUs: at(0, 22), toUs: at(0, 24) }
    const gaps: Coverage['gaps'] = [{ fromUs: at(12), toUs: at(18), reason: 'deleted', runs: null }]
    expect(coverParts(coverage({ runsFromUs: at(0, 23), toUs: at(0, 24), gaps }), ends)).toEqual([
      { kind: 'runs', from: 50, to: 75 },
      { kind: 'runs', from: 87.5, to: 100 },
      { kind: 'trends', from: 0, to: 50 },
    ])
  })

  it('never covers a gap, never leaves its frame, and shows no moment twice', () => {
    const moment = fc.integer({ min: 0, max: 1000 })
    const gap = fc.tuple(moment, moment).map(([a, b]) => ({ fromUs: Math.min(a, b), toUs: Math.max(a, b) + 1 }))
    fc.assert(
      fc.property(
        fc.option(moment, { nil: null }),
        fc.option(moment, { nil: null }),
        moment,
        fc.array(gap, { maxLength: 4 }),
        (runsFromUs, trendsFromUs, toUs, found) => {
          const gaps = found.map((one) => ({ ...one, reason: 'dropped' as const, runs: null }))
          const parts = coverParts({ runsFromUs, trendsFromUs, toUs, gaps, bound: null }, { fromUs: 200, toUs: 700 })
          for (const { from, to } of parts) {
            expect(from).toBeGreaterThanOrEqual(0)
            expect(to).toBeLessThanOrEqual(100)
            const middle = 200 + ((from + to) / 2) * 5
            expect(gaps.some((one) => one.fromUs < middle && middle < one.toUs)).toBe(false)
          }
          const sorted = [...parts].sort((a, b) => a.from - b.from)
          sorted.slice(1).forEach((part, nth) => expect(part.from).toBeGreaterThanOrEqual(sorted[nth]?.to ?? 0))
        },
      ),
    )
  })

  it('begins where the range does, or with what is known', () => {
    expect(rangeEnds({ fromUs: 5, toUs: null }, coverage(), NOW)).toEqual({ fromUs: 5, toUs: NOW })
    expect(rangeEnds({ fromUs: null, toUs: null }, coverage(), NOW)).toEqual({ fromUs: at(0, 2), toUs: NOW })
    const nothing = coverage({ runsFromUs: null, trendsFromUs: null })
    expect(rangeEnds({ fromUs: null, toUs: null }, nothing, NOW)).toEqual({ fromUs: NOW, toUs: NOW })
  })
})
