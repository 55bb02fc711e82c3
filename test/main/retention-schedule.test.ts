import { nextPass } from '@main/maintenance/retention'
import type { Moment } from '@main/maintenance/retention'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

const HOUR_US = 3_600_000_000
const DAY_US = 24 * HOUR_US
const NOW_US = 1_800_000_000_000_000
const LIMIT = 500_000_000

/** Everything is done and nothing is due. */
function quiet(more: Partial<Moment> = {}): Moment {
  return {
    nowUs: NOW_US,
    awakeMs: 3_600_000,
    due: { timeUs: NOW_US + 1, sizeUs: NOW_US + 1, timeWaits: false },
    importing: false,
    started: true,
    limitsChanged: false,
    bytes: 0.9 * LIMIT,
    limitBytes: LIMIT,
    floorBytes: null,
    ...more,
  }
}

const due = (timeUs: number | null, sizeUs: number | null, timeWaits = false) => ({
  due: { timeUs, sizeUs, timeWaits },
})
const HOURLY = { reason: 'hourly', rules: ['time'] }

const TABLE: [what: string, moment: Partial<Moment>, pass: { reason: string; rules: string[] } | null][] = [
  ['nothing is due', {}, null],
  ['the start looks at the size at once', { started: false, awakeMs: 0 }, { reason: 'start', rules: ['size'] }],
  [
    'and before anything else',
    { started: false, limitsChanged: true, ...due(null, null), bytes: 2 * LIMIT },
    { reason: 'start', rules: ['size'] },
  ],
  [
    'other limits do not wait',
    { limitsChanged: true, awakeMs: 0, importing: true },
    { reason: 'limits_changed', rules: ['time', 'size'] },
  ],
  ['growth does not wait', { bytes: 1.04 * LIMIT, awakeMs: 0, importing: true }, { reason: 'growth', rules: ['size'] }],
  ['growth is seen before 105 % are reached', { bytes: 1.031 * LIMIT }, { reason: 'growth', rules: ['size'] }],
  ['a little over the limit waits for the daily pass', { bytes: 1.02 * LIMIT }, null],
  ['what could not be brought under the limit is left alone', { bytes: 2 * LIMIT, floorBytes: 2 * LIMIT }, null],
  ['until it grew', { bytes: 2.1 * LIMIT, floorBytes: 2 * LIMIT }, { reason: 'growth', rules: ['size'] }],
  ['the hour is over', due(NOW_US, NOW_US + HOUR_US), HOURLY],
  ['the hour is not quite over', due(NOW_US + 1, NOW_US + HOUR_US), null],
  ['there was no pass yet', due(null, NOW_US + HOUR_US), HOURLY],
  ['the day is over', due(NOW_US + 1, NOW_US - 1), { reason: 'daily', rules: ['size'] }],
  ['both are over: one pass', due(NOW_US - 1, NOW_US - 1), { reason: 'daily', rules: ['time', 'size'] }],
  [
    'the machine slept for a week: one pass',
    due(NOW_US - 7 * DAY_US, NOW_US - 7 * DAY_US),
    { reason: 'daily', rules: ['time', 'size'] },
  ],
  ['nothing heavy right after the start', { awakeMs: 19_999, ...due(null, null) }, null],
  ['but then', { awakeMs: 20_000, ...due(null, null) }, { reason: 'daily', rules: ['time', 'size'] }],
  ['an import goes first', { importing: true, ...due(NOW_US - 1, NOW_US + 1) }, null],
  ['the first import ever goes first', { importing: true, ...due(null, null) }, null],
  ['but not for ever', { importing: true, ...due(NOW_US - HOUR_US, NOW_US + 1) }, HOURLY],
  ['the clock was set back: due at once, not in a year', due(NOW_US + 365 * DAY_US, NOW_US + DAY_US), HOURLY],
  ['the clock is not proven yet', due(NOW_US - 1, NOW_US + 1, true), null],
  ['which the size does not wait for', due(NOW_US - 1, NOW_US - 1, true), { reason: 'daily', rules: ['size'] }],
  ['exactly a period away is ours', due(NOW_US + HOUR_US, NOW_US + DAY_US), null],
  [
    'the clock was set back by two days',
    due(NOW_US + 2 * DAY_US, NOW_US + 3 * DAY_US),
    { reason: 'daily', rules: ['time', 'size'] },
  ],
]

describe('the pass that is due', () => {
  it.each(TABLE)('%s', (_what, moment, pass) => {
    expect(nextPass(quiet(moment))).toEqual(pass)
  })

  it('is followed by quiet, wherever the clock was and is', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 * NOW_US }),
        fc.option(fc.integer({ min: 0, max: 2 * NOW_US })),
        fc.option(fc.integer({ min: 0, max: 2 * NOW_US })),
        (nowUs, timeUs, sizeUs) => {
          const dueTimes = { timeUs, sizeUs, timeWaits: false }
          const pass = nextPass(quiet({ nowUs, due: dueTimes }))
          if (pass?.rules.includes('time')) dueTimes.timeUs = nowUs + HOUR_US
          if (pass?.rules.includes('size')) dueTimes.sizeUs = nowUs + DAY_US
          expect(nextPass(quiet({ nowUs, due: dueTimes }))).toBeNull()
          // And an hour later at the latest it goes on.
          expect(nextPass(quiet({ nowUs: nowUs + HOUR_US, due: dueTimes }))?.rules).toContain('time')
        },
      ),
    )
  })
})
