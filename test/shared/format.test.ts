import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import {
  formatAgo,
  formatBytes,
  formatCount,
  formatDay,
  formatDuration,
  formatLocal,
  formatMoment,
  formatShare,
  formatShortCount,
  formatUtc,
  sameDay,
} from '@shared/format'

const plain = (text: string | null): string | null => text?.replaceAll('\u202f', ' ') ?? null

describe('sizes', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [9_400_000, '9.4 MB'],
    [9_960_000, '10 MB'],
    [497_000_000, '497 MB'],
    [999_499_999, '999 MB'],
    [999_500_000, '1.0 GB'],
    [5e15, '5000 TB'],
  ])('%d reads %s', (bytes, text) => expect(plain(formatBytes(bytes))).toBe(text))
})

describe('moments', () => {
  const at = (...local: [number, number, number, number, number]): number => new Date(...local).getTime() * 1000
  const now = at(2026, 10, 23, 15, 12)
  it.each([
    [at(2026, 10, 23, 0, 0), '00:00 today'],
    [at(2026, 10, 22, 23, 59), '22 Nov 23:59'],
    [at(2025, 11, 31, 8, 5), '31 Dec 2025 08:05'],
  ])('%d reads %s', (us, text) => expect(formatMoment(us, now)).toBe(text))
})

describe('counts', () => {
  it.each([
    [0, '0'],
    [999, '999'],
    [1873, '1 873'],
    [12_480, '12 480'],
    [1_204_113, '1 204 113'],
  ])('%d reads %s', (count, text) => expect(plain(formatCount(count))).toBe(text))

  it.each([
    [9999, '9 999'],
    [211_400, '211 k'],
    [999_499, '999 k'],
    [999_500, '1.0 M'],
    [1_240_000, '1.2 M'],
  ])('%d reads %s where space is short', (count, text) => expect(plain(formatShortCount(count))).toBe(text))
})

describe('durations', () => {
  it.each([
    [0, '<1 ms'],
    [999, '<1 ms'],
    [1000, '1.0 ms'],
    [7840, '7.8 ms'],
    [9949, '9.9 ms'],
    [9950, '10 ms'],
    [158_000, '158 ms'],
    [999_400, '999 ms'],
    [999_600, '1.00 s'],
    [1_240_000, '1.24 s'],
    [30_000_000, '30.00 s'],
    [59_994_000, '59.99 s'],
    [59_996_000, '1 m 00 s'],
    [125_000_000, '2 m 05 s'],
    [3_599_700_000, '1 h 00 m'],
    [3_780_000_000, '1 h 03 m'],
  ])('%d µs reads %s', (us, text) => expect(plain(formatDuration(us))).toBe(text))

  it('never says sixty of a unit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e12 }), (us) => {
        expect(plain(formatDuration(us))).not.toMatch(/\b60(\.00)? [sm]\b|\b1000 ms\b/)
      }),
    )
  })
})

describe('shares', () => {
  it.each([
    [0, 100, '0 %'],
    [41, 412, '10 %'],
    [3, 1204, '0.2 %'],
    [1, 10_000, '<0.1 %'],
    [9999, 10_000, '>99 %'],
    [100, 100, '100 %'],
    [0, 0, null],
  ])('%d of %d reads %s', (part, whole, text) => expect(plain(formatShare(part, whole))).toBe(text))

  it('says nothing and all only of nothing and all', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), fc.nat(1e6), (whole, some) => {
        const part = Math.min(some, whole)
        const text = plain(formatShare(part, whole))
        expect(text === '0 %').toBe(part === 0)
        expect(text === '100 %').toBe(part === whole)
      }),
    )
  })
})

describe('times', () => {
  const now = Date.UTC(2026, 10, 25, 12, 0, 0) * 1000
  it.each([
    [0, 'now'],
    [-5_000_000, 'now'],
    [38_000_000, '38 s ago'],
    [119_000_000, '1 m ago'],
    [3 * 3_600_000_000, '3 h ago'],
    [5 * 86_400_000_000, '5 d ago'],
  ])('%d µs before now reads %s', (age, text) => expect(plain(formatAgo(now - age, now))).toBe(text))

  it('writes UTC with milliseconds', () => {
    expect(formatUtc(Date.UTC(2026, 10, 25, 13, 3, 22, 206) * 1000)).toBe('2026-11-25 13:03:22.206 UTC')
  })

  it('follows the local day over the end of summer time', () => {
    vi.stubEnv('TZ', 'Europe/Berlin')
    const before = Date.UTC(2026, 9, 24, 22, 30) * 1000
    const after = Date.UTC(2026, 9, 25, 22, 30) * 1000
    expect(formatLocal(before)).toBe('Sun 25 Oct 2026 00:30:00')
    expect(formatLocal(after)).toBe('Sun 25 Oct 2026 23:30:00')
    expect(sameDay(before, after)).toBe(true)
    expect(formatDay(before, now)).toBe('25 Oct')
    expect(formatDay(Date.UTC(2025, 9, 25) * 1000, now)).toBe('25 Oct 2025')
  })
})
