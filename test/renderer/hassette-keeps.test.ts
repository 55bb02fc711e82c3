import { describe, expect, it } from 'vitest'
import type { HassetteFacts } from '@shared/source'
import { formatReach, hassetteKeeps, keepsWords } from '@renderer/lib/hassette-keeps'

const NOW = Date.UTC(2026, 10, 23, 14, 12) * 1000
const HOUR = 3_600_000_000
const DAY = 24 * HOUR

function facts(hours: number | null, change: Partial<HassetteFacts> = {}): HassetteFacts {
  return {
    schemaVersion: 15,
    hassetteVersions: '0.60',
    sessions: 4,
    appRuns: 12_000,
    frameworkRuns: 300,
    oldestRunUs: hours === null ? null : NOW - hours * HOUR,
    newestRunUs: hours === null ? null : NOW - 4_000_000,
    bytes: 40_000_000,
    mode: 'live',
    ...change,
  }
}
const full = { bytes: 497_000_000, appRuns: 8400, frameworkRuns: 589_712 }

describe('what Hassette itself still holds', () => {
  it.each([
    ['30 days since 0.58', facts(30 * 24 + 0.5), null, { kind: 'days', days: 30 }],
    ['a home that was quiet at the limit', facts(29.4 * 24), null, { kind: 'days', days: 30 }],
    ['7 days up to 0.55', facts(7 * 24 + 1, { schemaVersion: 12 }), null, { kind: 'days', days: 7 }],
    ['7 days of 0.56 and 0.57', facts(7 * 24, { schemaVersion: 13 }), null, { kind: 'days', days: 7 }],
    ['30 days of 0.58 and 0.59', facts(30 * 24, { schemaVersion: 13 }), null, { kind: 'days', days: 30 }],
    ['7 days mean nothing to 0.60', facts(7 * 24), null, { kind: 'all', days: 30 }],
    ['full of framework rows', facts(4.1, { schemaVersion: 12, ...full }), null, { kind: 'size', framework: true }],
    ['full of app runs', facts(90, { ...full, appRuns: 900_000 }), null, { kind: 'size', framework: false }],
    ['a little below its cap', facts(90, { ...full, bytes: 474_000_000 }), null, { kind: 'all' }],
    ['full, but its days bound first', facts(30 * 24, full), null, { kind: 'days' }],
    ['set to delete early', facts(72), NOW - 20 * DAY, { kind: 'own' }],
    ['as old as the archive', facts(72), NOW - 72 * HOUR, { kind: 'all' }],
    ['set to keep more', facts(60 * 24), null, { kind: 'more', days: 30 }],
    ['set to keep more, 0.52', facts(20 * 24, { schemaVersion: 12 }), null, { kind: 'more', days: 7 }],
    ['nothing yet', facts(null), null, { kind: 'nothing' }],
    ['a copy', facts(60 * 24, { mode: 'snapshot', ...full }), NOW - 300 * DAY, { kind: 'copy' }],
  ] as const)('%s', (_name, seen, archivedUs, kept) => {
    expect(hassetteKeeps(seen, NOW, archivedUs)).toMatchObject(kept)
  })

  it('says it in words, with the setting to raise only where a limit bound', () => {
    const said = (seen: HassetteFacts, archivedUs: number | null = null): ReturnType<typeof keepsWords> =>
      keepsWords(hassetteKeeps(seen, NOW, archivedUs), NOW)
    expect(said(facts(30 * 24))).toEqual({
      lead: 'Hassette itself holds runs since 24 Oct: its 30 days.',
      text: '',
      warning: false,
      setting: 'database.retention_days',
    })
    expect(said(facts(4.1, { schemaVersion: 12, ...full }))).toEqual({
      lead: 'Hassette itself holds only the last 4.1\u202fh:',
      text: 'its 500 MB cap is full of framework rows.',
      warning: true,
      setting: 'database.max_size_mb',
    })
    expect(said(facts(72)).setting).toBeNull()
    expect(said(facts(72), NOW - 20 * DAY).setting).toBe('database.retention_days')
  })
})

describe('how far something reaches back', () => {
  it.each([
    [0.4, '24\u202fm'],
    [4.1, '4.1\u202fh'],
    [47.9, '47.9\u202fh'],
    [47.99, '2\u202fd'],
    [9.5 * 24, '9\u202fd 12\u202fh'],
    [30.2 * 24, '30\u202fd'],
  ])('%f h', (hours, words) => expect(formatReach(hours * HOUR)).toBe(words))
})
