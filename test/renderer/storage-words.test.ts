import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RetentionLogRow, StorageInfo, StorageTier, TimeWait } from '@shared/storage'
import { CONTENT_KINDS } from '@shared/storage'
import { freedBytes, logWords } from '@renderer/lib/log-words'
import {
  bindsWords,
  bytesInUse,
  bytesPerDay,
  keptSpans,
  offeredDays,
  timeWaitsWords,
  useParts,
} from '@renderer/lib/storage-use'

const NOW = new Date(2026, 10, 23, 15, 12).getTime() * 1000
const DAY = 86_400_000_000
const MB = 1_000_000

const tier: StorageTier = {
  sourceId: 1,
  tier: 'app',
  runs: 80_000,
  oldestRunUs: NOW - 7 * DAY,
  newestRunUs: NOW,
  oldestTrendUs: NOW - 90 * DAY,
  runsPerDay: 12_000,
  bytes: 40 * MB,
  snapshot: false,
}
const info: StorageInfo = {
  path: '/home/anna/hassette.db',
  bytes: 330 * MB,
  usedBytes: 298 * MB,
  reusableBytes: 31 * MB,
  limitBytes: 500 * MB,
  diskFreeBytes: null,
  content: CONTENT_KINDS.map((kind) => ({ kind, bytes: kind === 'other' ? 98 * MB : 50 * MB })),
  tiers: [tier],
  limits: { retentionDays: 7, frameworkRetentionDays: 7, maxSizeMb: 500 },
  binds: { bound: 'size', atUs: NOW + 34.5 * DAY },
  daysBySize: 84,
  limitTooSmall: false,
  nextTimePassUs: null,
  nextSizePassUs: null,
  timeWaits: null,
}

describe('what waits for the clock', () => {
  const sinceUs = NOW - 900_000_000
  it('is said with its reason, and with who is how far off', () => {
    const said = (wait: Omit<TimeWait, 'sinceUs'>): string => timeWaitsWords({ sinceUs, ...wait }, NOW)
    expect(said({ reason: 'clock_unproven', aheadUs: null })).toMatch(
      /^Since the start \(14:57 today\) nothing has confirmed/,
    )
    expect(said({ reason: 'clock_jumped', aheadUs: null })).toMatch(/went forward by more than an hour \(14:57 today\)/)
    expect(said({ reason: 'clock_differs', aheadUs: 10 * DAY })).toContain('is 10\u202fd ahead of that of Hassette')
    expect(said({ reason: 'clock_differs', aheadUs: -2 * DAY })).toContain('is 2\u202fd behind that of Hassette')
  })
})

describe('the bar of the archive', () => {
  it('adds up to the whole, whatever the figures, and explains every byte that ls shows', () => {
    const bytes = fc.integer({ min: 0, max: 900 * MB })
    fc.assert(
      fc.property(
        fc.array(bytes, { minLength: 5, maxLength: 5 }),
        bytes,
        bytes,
        fc.integer({ min: 10, max: 600 }),
        (kinds, reusableBytes, wal, mb) => {
          const content = CONTENT_KINDS.map((kind, index) => ({ kind, bytes: kinds[index] ?? 0 }))
          const usedBytes = content.reduce((sum, part) => sum + part.bytes, 0)
          const whole = {
            ...info,
            content,
            usedBytes,
            reusableBytes,
            bytes: usedBytes + reusableBytes + wal,
            limitBytes: mb * MB,
          }
          const parts = useParts(whole)
          const sum = (pick: (part: (typeof parts)[number]) => number): number =>
            parts.reduce((all, part) => all + pick(part), 0)
          expect(sum(({ share }) => share)).toBeCloseTo(1, 6)
          expect(sum((part) => (part.kind === 'free' ? 0 : part.bytes))).toBe(whole.bytes)
          const isUsed = ({ kind }: (typeof parts)[number]): boolean => kind !== 'free' && kind !== 'reusable'
          expect(sum((part) => (isUsed(part) ? part.bytes : 0))).toBe(bytesInUse(whole))
        },
      ),
    )
  })

  it('goes beyond its limit without a free part', () => {
    const over = useParts({ ...info, limitBytes: 100 * MB })
    expect(over.at(-1)).toMatchObject({ kind: 'free', bytes: 0, share: 0 })
  })
})

describe('which limit binds', () => {
  it.each([
    ['the size', {}, 'At 6.0\u202fMB a day the size limit binds in about 34\u202fd, before the days do.'],
    [
      'the days, already',
      { binds: { bound: 'time', atUs: NOW + 100 } },
      'The 7 days bind already, before the size does.',
    ],
    [
      'the days, soon',
      { binds: { bound: 'time', atUs: NOW + 2.1 * DAY } },
      'The 7 days bind in about 2\u202fd, before the size does.',
    ],
    [
      'snapshots only',
      { binds: null, tiers: [{ ...tier, snapshot: true }] },
      'Snapshots do not grow, so no limit will bind.',
    ],
    ['none', { binds: null }, 'At this rate no limit binds within ten years.'],
    ['nothing recorded', { tiers: [] }, 'Nothing is recorded yet, so nothing can be said of the days ahead.'],
  ] as const)('%s', (_name, change, words) => {
    expect(bindsWords({ ...info, ...change } as StorageInfo, NOW)).toBe(words)
  })

  it('counts what a day brings over all tiers, also those that are empty', () => {
    expect(bytesPerDay([tier, { ...tier, runs: 0, runsPerDay: 0, bytes: 0 }, tier])).toBe(12 * MB)
    expect(bytesPerDay([tier, { ...tier, snapshot: true }])).toBe(6 * MB)
  })

  it('offers more days only', () => {
    expect([1, 30, 31, 90].map(offeredDays)).toEqual([[30, 90], [90], [90], []])
  })
})

describe('the lines of what is kept', () => {
  it('begin with the oldest trend or run of all', () => {
    const { fromUs, share } = keptSpans([tier, { ...tier, oldestTrendUs: null, oldestRunUs: NOW - 100 * DAY }], NOW)
    expect(fromUs).toBe(NOW - 100 * DAY)
    expect(share(NOW - 50 * DAY)).toBeCloseTo(0.5)
    expect([share(NOW + DAY), share(fromUs - DAY)]).toEqual([0, 1])
    expect(keptSpans([], NOW).share(NOW)).toBe(0)
  })
})

describe('the log in plain words', () => {
  const row: RetentionLogRow = {
    id: 1,
    atUs: NOW,
    durationUs: 212_000,
    reason: 'hourly',
    bound: null,
    runs: 0,
    frameworkRuns: 0,
    bytesBefore: 300 * MB,
    bytesAfter: 297 * MB,
    upToUs: null,
    cancelled: false,
  }
  const up = new Date(2026, 10, 16, 14).getTime() * 1000
  it.each<[Partial<RetentionLogRow>, string, string]>([
    [{}, 'hourly', 'nothing had to go'],
    [
      { bound: 'time', runs: 8790, frameworkRuns: 8790, upToUs: up },
      'hourly',
      '8\u202f790 framework runs past their days, up to 16 Nov 14:00',
    ],
    [
      { reason: 'growth', bound: 'size', runs: 12, frameworkRuns: 2, cancelled: true },
      'it grew',
      '10 app runs and 2 framework runs over the size; stopped early, the rest follows',
    ],
    [{ reason: 'limits_changed', bound: 'size', runs: 1 }, 'new limits', '1 app run over the size'],
    [{ reason: 'start' }, 'at start', 'nothing had to go'],
    [{ reason: 'daily' }, 'daily', 'nothing had to go'],
    [{ reason: 'by_hand' }, 'by you', 'nothing had to go'],
    [{ reason: 'compact' }, 'by you', 'compacted'],
    [{ reason: 'backup' }, 'by you', 'backed up'],
    [{ reason: 'restore' }, 'by you', 'a backup was put in its place'],
    [{ reason: 'move' }, 'by you', 'moved here'],
    [{ reason: 'source_removed' }, 'by you', 'a source was removed'],
    [{ reason: 'source_removed', runs: 5 }, 'by you', 'a source was removed: 5 app runs'],
  ])('%o', (change, why, what) => expect(logWords({ ...row, ...change }, NOW)).toEqual({ why, what }))

  it('counts what was freed, and no growth', () => {
    expect(freedBytes(row)).toBe(3 * MB)
    expect(freedBytes({ ...row, bytesAfter: 400 * MB })).toBe(0)
  })
})
