import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseRange } from '@shared/range'
import type { SessionRow } from '@shared/trends'
import { ribbonOf } from '@renderer/lib/session-ribbon'
import { formatLength, formatStart, sessionRange, worstSession } from '@renderer/lib/session-words'

const NOW = new Date(2026, 10, 23, 15, 12).getTime() * 1000
const MINUTE = 60_000_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

function session(change: Partial<SessionRow>): SessionRow {
  return {
    id: 1,
    startedUs: NOW - DAY,
    endedUs: NOW,
    ending: 'clean',
    errorType: null,
    errorMessage: null,
    runs: 100,
    failed: 0,
    dependencyFailures: 0,
    timedOut: 0,
    dropped: 0,
    blockingEvents: 0,
    precision: { kind: 'exact' },
    ...change,
  }
}

describe('the range of a session', () => {
  it('is typed in whole local minutes', () => {
    const start = new Date(2026, 10, 21, 9, 14, 40).getTime() * 1000
    const end = new Date(2026, 10, 23, 7, 54, 1).getTime() * 1000
    expect(sessionRange({ startedUs: start, endedUs: end }, NOW)).toBe('2026-11-21 09:14..2026-11-23 07:55')
    expect(sessionRange({ startedUs: start, endedUs: null }, NOW)).toBe('2026-11-21 09:14..2026-11-23 15:13')
  })

  it('can always be read, and holds all of the session but little more', () => {
    const year = Date.UTC(2026, 0, 1) * 1000
    const arbitrary = fc.tuple(fc.integer({ min: 0, max: 365 * DAY }), fc.integer({ min: 0, max: 9 * DAY }))
    fc.assert(
      fc.property(arbitrary, ([offset, length]) => {
        const startedUs = year + offset
        const endedUs = startedUs + length
        const text = sessionRange({ startedUs, endedUs }, NOW)
        expect(text.length).toBeLessThanOrEqual(60)
        const range = parseRange(text)
        if (range?.kind !== 'between') throw new Error(`no range: ${text}`)
        // Once a year an hour of local time comes twice, and what is typed means one of the two.
        expect(range.fromUs).toBeLessThanOrEqual(startedUs)
        expect(range.fromUs).toBeGreaterThan(startedUs - HOUR - 2 * MINUTE)
        expect(range.toUs).toBeGreaterThan(endedUs - HOUR)
        expect(range.toUs).toBeLessThanOrEqual(endedUs + 2 * HOUR)
      }),
      { numRuns: 500 },
    )
  })
})

describe('figures of sessions', () => {
  it.each([
    [38 * 1_000_000, '38\u202fs'],
    [7 * MINUTE, '7\u202fm'],
    [7 * HOUR + 17 * MINUTE, '7\u202fh\u202f17\u202fm'],
    [3 * DAY + 16.6 * HOUR, '3\u202fd\u202f16\u202fh'],
    [-5, '0\u202fs'],
  ])('a length of %d', (us, words) => expect(formatLength(us)).toBe(words))

  it('a start names the day, also today', () => {
    expect(formatStart(NOW, NOW)).toBe('Mon 23 Nov 15:12')
  })

  it('the worst is the one with the highest share, not the most failures', () => {
    const [many, few] = [session({ id: 1, runs: 1000, failed: 9 }), session({ id: 2, runs: 10, failed: 2 })]
    expect(worstSession([many, few, session({ id: 3, runs: 0 })])).toEqual({ session: few, share: '20\u202f%' })
    expect(worstSession([session({})])).toBeNull()
  })
})

describe('the ribbon', () => {
  const from = NOW - 10 * DAY
  it('lies on one scale of time; what runs goes on to its end, what began before begins with it', () => {
    const rows = [
      session({ id: 3, startedUs: NOW - 2.5 * DAY, endedUs: null, ending: 'running' }),
      session({ id: 2, startedUs: NOW - 5 * DAY, endedUs: NOW - 2.5 * DAY, ending: 'crashed', failed: 20 }),
      session({ id: 1, startedUs: NOW - 30 * DAY, endedUs: NOW - 5 * DAY, ending: 'killed', runs: 10_000, failed: 1 }),
    ]
    const { bands } = ribbonOf(rows, from, NOW)
    expect(bands).toEqual([
      { id: 3, left: 0.75, width: 0.25, height: 0, bad: false, thin: false, end: null },
      { id: 2, left: 0.5, width: 0.25, height: 30, bad: true, thin: false, end: 'failed' },
      { id: 1, left: 0, width: 0.5, height: 3, bad: false, thin: false, end: 'skipped' },
    ])
  })

  it.each([1 / 288, 1 / 24, 0.5, 1, 2, 10, 90])('of %f days has a few round local times', (days) => {
    const { ticks } = ribbonOf([], NOW - days * DAY, NOW)
    expect(ticks.length).toBeGreaterThanOrEqual(3)
    expect(ticks.length).toBeLessThanOrEqual(8)
    const steps = new Set(ticks.slice(1).map(({ us }, nth) => Math.round((us - (ticks[nth]?.us ?? 0)) / HOUR)))
    expect(steps.size).toBe(1)
    for (const { us, left } of ticks) {
      const date = new Date(us / 1000)
      expect([date.getSeconds(), days > 7 ? date.getHours() : 0]).toEqual([0, 0])
      expect(left).toBeGreaterThanOrEqual(0)
      expect(left).toBeLessThan(1)
    }
  })
})
