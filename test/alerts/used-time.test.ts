import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ClaimedTime, Around } from '@main/alerts/engine/used-time'
import { FOLLOWING, clockLeadOf, usedTimes } from '@main/alerts/engine/used-time'
import { DAY, HOUR, MINUTE, SECOND } from './story'

/** Our clock, minutes; far from 1970. */
const NOW = 1_000_000
const at = (minutes: number[], sessionId = 1): ClaimedTime[] =>
  minutes.map((minute) => ({ us: Math.round(minute * MINUTE), sessionId }))
const around = (of: Partial<Around> = {}): Around => ({ newestUs: -Infinity, nowUs: NOW * MINUTE, ...of })
const used = (minutes: number[], of: Partial<Around> = {}): number[] =>
  all(at(minutes), around(of)).map((us) => us / MINUTE)
const all = (times: ClaimedTime[], known: Around): number[] => usedTimes(times, known, clockLeadOf(times, known))
/** So many from then on, one a minute. */
const from = (minute: number, count: number, every = 1): number[] =>
  Array.from({ length: count }, (_, n) => minute + n * every)
const BEFORE = NOW - 500

describe('the used time', () => {
  it.each<[string, number[], number[]]>([
    ['is its own in order', from(BEFORE, 30), from(BEFORE, 30)],
    [
      'is its own a little out of order',
      [BEFORE, BEFORE + 0.9, BEFORE + 0.1, BEFORE + 1],
      [BEFORE, BEFORE + 0.9, BEFORE + 0.1, BEFORE + 1],
    ],
    [
      'is its own where it is behind',
      [...from(BEFORE, 9), 5, ...from(BEFORE + 9, 9)],
      [...from(BEFORE, 9), 5, ...from(BEFORE + 9, 9)],
    ],
    [
      'of one ahead is that of the next',
      [...from(BEFORE, 9), NOW * 2, ...from(BEFORE + 9, 9)],
      [...from(BEFORE, 9), BEFORE + 9, ...from(BEFORE + 9, 9)],
    ],
    [
      'of one a little ahead, too',
      [...from(BEFORE, 9), BEFORE + 15, ...from(BEFORE + 9, 9)],
      [...from(BEFORE, 9), BEFORE + 9, ...from(BEFORE + 9, 9)],
    ],
    ['of one ahead of a single one', [BEFORE, BEFORE + 20, BEFORE + 1], [BEFORE, BEFORE + 1, BEFORE + 1]],
    [
      'of the first one is judged by most of those that follow',
      [NOW * 2, ...from(BEFORE, 9)],
      [BEFORE, ...from(BEFORE, 9)],
    ],
    [
      'of the first one is its own if one that follows is behind',
      [BEFORE, 5, ...from(BEFORE + 1, 2)],
      [BEFORE, 5, ...from(BEFORE + 1, 2)],
    ],
    [
      'of several ahead is that of the first that goes on',
      [...from(BEFORE, 9), ...from(NOW - 99, 5), ...from(BEFORE + 9, 16)],
      [...from(BEFORE, 9), ...Array<number>(5).fill(BEFORE + 9), ...from(BEFORE + 9, 16)],
    ],
    ['of the last one is no later than our clock', [...from(BEFORE, 9), NOW + 20], [...from(BEFORE, 9), NOW]],
    [
      'of one that is ahead of us is that of the next',
      [...from(BEFORE, 9), NOW + 20, BEFORE + 9],
      [...from(BEFORE, 9), BEFORE + 9, BEFORE + 9],
    ],
  ])('%s', (_, own, wanted) => {
    const got = used(own)
    expect(got).toHaveLength(wanted.length)
    for (const [index, minute] of wanted.entries()) expect(got[index]).toBeCloseTo(minute, 5)
  })

  it('of a fast clock keeps distances, from the last jump on that is as wide', () => {
    const own = [...from(NOW - 900, 100), ...from(NOW - 100, 121)]
    const lead = clockLeadOf(at(own), around())
    expect(lead.fromIndex).toBe(100)
    const got = used(own)
    expect(got.slice(0, 100)).toEqual(own.slice(0, 100))
    for (let index = 101; index < 215; index++) expect(got[index]! - got[index - 1]!).toBeCloseTo(1, 5)
    expect(Math.max(...got)).toBeLessThanOrEqual(NOW)
  })

  it('is bounded only by times of its session', () => {
    const times = [...at(from(BEFORE + 60, 9), 1), ...at(from(BEFORE, 20), 2)]
    expect(all(times, around())).toEqual(times.map(({ us }) => us))
  })

  it('knows what came before', () => {
    expect(used([BEFORE + 30, BEFORE + 1])).toEqual([BEFORE + 30, BEFORE + 1])
    expect(used([BEFORE + 30, BEFORE + 1], { newestUs: BEFORE * MINUTE })).toEqual([BEFORE + 1, BEFORE + 1])
  })
})

describe('whatever clocks said, the used time', () => {
  const own = fc.array(
    fc.oneof(
      { weight: 9, arbitrary: fc.integer({ min: 0, max: 3000 }).map((second) => NOW * MINUTE - DAY + second * SECOND) },
      fc.integer({ min: 0, max: 272 * 365 }).map((day) => day * DAY),
      fc.integer({ min: -600, max: 600 }).map((minute) => (NOW + minute) * MINUTE),
    ),
    { maxLength: 120 },
  )
  const times = fc.tuple(own, fc.boolean(), fc.integer({ min: 1, max: 40 })).map(([us, sorted, session]) =>
    (sorted ? [...us].sort((a, b) => a - b) : us).map((each, n) => ({
      us: each,
      sessionId: Math.floor(n / session),
    })),
  )

  it('is never later than its own, nor than our clock, and used again it is the same', () => {
    fc.assert(
      fc.property(times, (made) => {
        const got = all(made, around())
        for (const [index, us] of got.entries()) {
          expect(us).toBeLessThanOrEqual(made[index]!.us)
          expect(us).toBeLessThanOrEqual(NOW * MINUTE)
        }
        const again = made.map(({ sessionId }, index) => ({ us: got[index]!, sessionId }))
        const inOrder = got.every((us, index) => index === 0 || us >= got[index - 1]! - MINUTE)
        if (inOrder) expect(all(again, around())).toEqual(got)
      }),
      { numRuns: 2000 },
    )
  })

  it('is its own in every order that a right clock allows', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(HOUR), fc.nat(MINUTE / 2)), { maxLength: 80 }), (steps) => {
        let us = NOW * MINUTE - 100 * HOUR
        const right = steps.map(([step, late]) => ({ us: (us += step) - late, sessionId: 1 }))
        expect(all(right, around())).toEqual(right.map((each) => each.us))
      }),
    )
  })

  it('of all others is what it was without one that is wrong', () => {
    const steps = fc.array(fc.nat(HOUR), { minLength: 1, maxLength: 80 })
    const wrong = fc.integer({ min: 0, max: 272 * 365 * 24 * 60 }).map((minute) => minute * MINUTE)
    fc.assert(
      fc.property(steps, wrong, fc.nat(), (made, us, place) => {
        let clock = NOW * MINUTE - 100 * HOUR
        const right: ClaimedTime[] = made.map((step) => ({ us: (clock += step), sessionId: 1 }))
        const index = 1 + (place % right.length)
        const others = all([...right.slice(0, index), { us, sessionId: 1 }, ...right.slice(index)], around())
        const [one] = others.splice(index, 1)
        expect(others).toEqual(right.map((each) => each.us))
        // What comes next is not overtaken but by what a right clock allows.
        expect(one).toBeLessThanOrEqual((right[index]?.us ?? NOW * MINUTE) + MINUTE)
      }),
      { numRuns: 2000 },
    )
  })

  it('does not depend on the slices in which it is worked out', () => {
    fc.assert(
      fc.property(times, fc.integer({ min: 1, max: 50 }), (made, size) => {
        const lead = clockLeadOf(made, around())
        const whole = usedTimes(made, around(), lead)
        const sliced: number[] = []
        let newestUs = -Infinity
        for (let start = 0; start < made.length; start += size) {
          const slice = made.slice(start, start + size + FOLLOWING)
          const part = { us: lead.us, fromIndex: lead.fromIndex - start }
          const got = usedTimes(slice, around({ newestUs }), part, Math.min(size, slice.length))
          newestUs = Math.max(newestUs, ...got)
          sliced.push(...got)
        }
        expect(sliced).toEqual(whole)
      }),
      { numRuns: 1000 },
    )
  })
})
