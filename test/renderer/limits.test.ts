import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as v from 'valibot'
import { settingChangeSchema, settingsSchema } from '@shared/settings'
import type { Settings } from '@shared/settings'
import { limitsSchema } from '@shared/storage'
import type { LimitName } from '@renderer/lib/limits'
import {
  LIMIT_NAMES,
  limitChange,
  limitValue,
  limitsOf,
  limitsWith,
  parseLimit,
  previewWords,
  removesNothing,
  tightens,
} from '@renderer/lib/limits'

const NOW = new Date(2026, 10, 23, 15, 12).getTime() * 1000
const DEFAULTS = v.parse(settingsSchema, {})
const settings: fc.Arbitrary<Settings> = fc
  .record({
    days: fc.integer({ min: 1, max: 90 }),
    framework: fc.option(fc.integer({ min: 1, max: 90 })),
    mb: fc.integer({ min: 10, max: 900 }),
  })
  .map(({ days, framework, mb }) => ({
    ...DEFAULTS,
    db_retention_days: days,
    db_framework_retention_days: framework,
    db_max_size_mb: mb,
  }))

describe('limits', () => {
  it('of framework runs are those of app runs unless they have their own', () => {
    expect(limitsOf(DEFAULTS)).toEqual({ retentionDays: 7, frameworkRetentionDays: 7, maxSizeMb: 500 })
    expect(limitsWith(DEFAULTS, 'db_framework_retention_days', 2).frameworkRetentionDays).toBe(2)
    const own = { ...DEFAULTS, db_framework_retention_days: 2 }
    expect(limitsWith(own, 'db_retention_days', 30)).toMatchObject({ retentionDays: 30, frameworkRetentionDays: 2 })
    expect(limitsWith(own, 'db_framework_retention_days', null).frameworkRetentionDays).toBe(7)
  })

  it('ask exactly when a run of either tier could go that would have stayed', () => {
    expect(tightens(limitsOf(DEFAULTS), limitsWith(DEFAULTS, 'db_retention_days', 6))).toBe(true)
    expect(tightens(limitsOf(DEFAULTS), limitsWith(DEFAULTS, 'db_framework_retention_days', 6))).toBe(true)
    expect(tightens(limitsOf(DEFAULTS), limitsWith(DEFAULTS, 'db_max_size_mb', 499))).toBe(true)
    fc.assert(
      fc.property(settings, settings, (one, other) => {
        const [a, b] = [limitsOf(one), limitsOf(other)]
        const ages = Array.from({ length: 91 }, (_, days) => days)
        const stays = (limits: typeof a, days: number): boolean[] => [
          days <= limits.retentionDays,
          days <= limits.frameworkRetentionDays,
        ]
        const lost = ages.some((days) => stays(a, days).some((stayed, tier) => stayed && !stays(b, days)[tier]))
        expect(tightens(a, b)).toBe(lost || b.maxSizeMb < a.maxSizeMb)
      }),
    )
  })

  it.each<[LimitName, string, number | null]>([
    ['db_max_size_mb', '10', 10],
    ['db_max_size_mb', '9', null],
    ['db_max_size_mb', ' 1\u202f200 ', 1200],
    ['db_max_size_mb', '12.5', null],
    ['db_max_size_mb', '-20', null],
    ['db_max_size_mb', '1e3', null],
    ['db_retention_days', '1', 1],
    ['db_retention_days', '0', null],
    ['db_retention_days', '3650', 3650],
    ['db_retention_days', '3651', null],
    ['db_retention_days', '', null],
    ['db_retention_days', 'seven', null],
  ])('%s typed as "%s"', (name, text, value) => expect(parseLimit(name, text)).toBe(value))

  it('that can be typed are taken by the contract', () => {
    fc.assert(
      fc.property(fc.constantFrom(...LIMIT_NAMES), fc.integer({ min: 0, max: 5000 }), (name, number) => {
        const value = parseLimit(name, String(number))
        const wanted = limitChange(name, value)
        const empty = name === 'db_framework_retention_days'
        expect(wanted !== null).toBe(value !== null || empty)
        if (wanted === null) return
        expect(v.is(settingChangeSchema, wanted)).toBe(true)
        expect(v.is(limitsSchema, limitsWith(DEFAULTS, name, wanted.value as number | null))).toBe(true)
      }),
    )
  })

  it('have a unit', () => {
    expect(limitValue('db_retention_days', 1)).toBe('1 day')
    expect(limitValue('db_max_size_mb', 1200)).toBe('1\u202f200 MB')
    expect(limitValue('db_framework_retention_days', null)).toBe('as app runs')
  })
})

describe('what a tighter limit would remove', () => {
  const TUESDAY = new Date(2026, 10, 17, 14).getTime() * 1000
  const none = { runs: 0, frameworkRuns: 0, appUpToUs: null, frameworkUpToUs: null, bytes: 0 }
  it.each([
    [
      { ...none, runs: 61_780, appUpToUs: TUESDAY, bytes: 64e6 },
      'Removes 61\u202f780 app runs older than 17 Nov 14:00.',
    ],
    [
      { ...none, runs: 100, frameworkRuns: 99, appUpToUs: TUESDAY, frameworkUpToUs: TUESDAY + 30e6 },
      'Removes 1 app run and 99 framework runs older than 17 Nov 14:00.',
    ],
    [
      { ...none, runs: 100, frameworkRuns: 40, appUpToUs: TUESDAY, frameworkUpToUs: NOW },
      'Removes 60 app runs older than 17 Nov 14:00 and 40 framework runs older than 15:12 today.',
    ],
    [{ ...none, runs: 5, frameworkRuns: 5 }, 'Removes 5 framework runs.'],
  ])('%o', (preview, goes) => {
    expect(removesNothing(preview)).toBe(false)
    expect(previewWords(preview, NOW).goes).toBe(goes)
  })

  it('says that trends stay, and what it gives', () => {
    expect(removesNothing(none)).toBe(true)
    expect(previewWords({ ...none, runs: 5, bytes: 64e6 }, NOW).stays).toBe(
      'Trends stay. About 64\u202fMB become free.',
    )
    expect(previewWords({ ...none, runs: 5 }, NOW).stays).toBe('Trends stay.')
  })
})
