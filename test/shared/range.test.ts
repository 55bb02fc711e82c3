import { beforeEach, describe, expect, it, vi } from 'vitest'
import { parseRange, RANGE_PRESETS, spanOf } from '@shared/range'

const HOUR = 3_600_000_000
const at = (text: string): number => Date.parse(text) * 1000

describe('ranges as people type them', () => {
  beforeEach(() => void vi.stubEnv('TZ', 'Europe/Berlin'))

  it('knows every preset', () => {
    for (const preset of RANGE_PRESETS) expect(parseRange(preset)).not.toBeNull()
  })

  it.each([
    ['30m', HOUR / 2],
    ['6h', 6 * HOUR],
    [' 2 d ', 48 * HOUR],
    ['1w', 168 * HOUR],
  ])('%s is a length', (text, lengthUs) => expect(parseRange(text)).toEqual({ kind: 'last', lengthUs }))

  it.each(['', '0h', '-1h', '6', 'h', '99999w', 'yesterday', '14:00..15:30', '2026-11-20..', '2026-02-30..2026-03-01'])(
    '%j is no range',
    (text) => expect(parseRange(text)).toBeNull(),
  )

  it('reads moments as local time and takes the day of the start for a lone time', () => {
    expect(parseRange('2026-11-20 14:00..15:30')).toEqual({
      kind: 'between',
      fromUs: at('2026-11-20T13:00:00Z'),
      toUs: at('2026-11-20T14:30:00Z'),
    })
  })

  it('refuses an end before its start', () => {
    expect(parseRange('2026-11-20 15:30..14:00')).toBeNull()
  })

  it('gives the day when summer time ends its 25 hours, and the day it begins its 23', () => {
    const length = (text: string): number | null => {
      const range = parseRange(text)
      return range?.kind === 'between' ? (range.toUs - range.fromUs) / HOUR : null
    }
    expect(length('2026-10-25..2026-10-25')).toBe(25)
    expect(length('2026-03-29..2026-03-29')).toBe(23)
    expect(length('2026-11-20..2026-11-20')).toBe(24)
  })
})

describe('the span of a range', () => {
  it('leaves the end of a length open, so that new runs fall into it', () => {
    expect(spanOf({ kind: 'last', lengthUs: HOUR }, 10 * HOUR, null)).toEqual({ fromUs: 9 * HOUR, toUs: null })
  })

  it('begins at the restart', () => {
    expect(spanOf({ kind: 'restart' }, 10 * HOUR, 3 * HOUR)).toEqual({ fromUs: 3 * HOUR, toUs: null })
  })

  it('keeps both ends of what was typed', () => {
    expect(spanOf({ kind: 'between', fromUs: 1, toUs: 2 }, 10 * HOUR, 3)).toEqual({ fromUs: 1, toUs: 2 })
  })
})
