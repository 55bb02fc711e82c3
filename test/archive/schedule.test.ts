import { zoneOf } from '@archive/core'
import { expectedStarts, readSchedule } from '@archive/derived'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

const us = (iso: string) => Date.parse(iso) * 1000
const EVER = [us('2020-01-01T00:00:00Z'), us('2030-01-01T00:00:00Z')] as const
const HOUR_US = 3_600_000_000

describe('a schedule', () => {
  it.each([
    ['every', '300s', { kind: 'every', seconds: 300 }],
    ['daily', '06:30', { kind: 'cron', pattern: '0 30 6 * * *' }],
    ['cron', '45 6 * * 1-5', { kind: 'cron', pattern: '0 45 6 * * 1-5' }],
    ['cron', '0 6 * * mon-fri', { kind: 'cron', pattern: '0 0 6 * * mon-fri' }],
    ['cron', '0 6 * * 1-5 30', { kind: 'cron', pattern: '30 0 6 * * 1-5' }],
    ['every', '0s', null],
    ['every', 'now and then', null],
    ['every', null, null],
    ['every 15 minutes', null, null],
    ['daily', '25:00', null],
    ['daily', 'morning', null],
    ['cron', '61 * * * *', null],
    ['cron', '* * *', null],
    ['cron', '毎日午前6時', null],
    ['after', '5s', null],
    ['once', '07:00', null],
    ['entity_time', 'sensor.phone_next_alarm', null],
    [null, null, null],
  ])('written as %s %s is read as %j', (label, detail, read) => {
    expect(readSchedule(label, detail)).toEqual(read)
  })

  const hour = (zone: string, label: string, detail: string, iso: string): number => {
    const schedule = readSchedule(label, detail)
    if (!schedule) throw new Error(`${detail} cannot be read`)
    const from = us(iso)
    return expectedStarts(schedule, [from, from + HOUR_US], EVER, zoneOf(zone))
  }

  it.each([
    ['UTC', 'cron', '* * * * *', '2026-01-15T07:00Z', 60],
    ['UTC', 'cron', '*/7 * * * *', '2026-01-15T07:00Z', 9],
    ['UTC', 'cron', '0 * * * *', '2026-01-15T07:00Z', 1],
    ['UTC', 'cron', '0 0 * * * 15', '2026-01-15T00:00Z', 1],
    ['UTC', 'daily', '06:30', '2026-01-15T06:00Z', 1],
    ['UTC', 'daily', '06:30', '2026-01-15T07:00Z', 0],
    ['Europe/Berlin', 'daily', '06:30', '2026-01-15T05:00Z', 1],
    ['Europe/Berlin', 'daily', '06:30', '2026-07-15T04:00Z', 1],
    ['America/New_York', 'daily', '23:30', '2026-01-15T04:00Z', 1],
    ['Asia/Kolkata', 'daily', '06:30', '2026-01-15T01:00Z', 1],
    ['Asia/Kathmandu', 'daily', '06:30', '2026-01-15T00:00Z', 1],
    // A Saturday.
    ['UTC', 'cron', '45 6 * * 1-5', '2026-01-17T06:00Z', 0],
    ['UTC', 'cron', '45 6 * * 6', '2026-01-17T06:00Z', 1],
    // The first of a month, or any Monday.
    ['UTC', 'cron', '0 0 1 * 1', '2026-01-01T00:00Z', 1],
    ['UTC', 'cron', '0 0 1 * 1', '2026-01-05T00:00Z', 1],
    ['UTC', 'cron', '0 0 1 * 1', '2026-01-06T00:00Z', 0],
  ])('of %s %s %s has, in the hour from %s, %i starts', (zone, label, detail, iso, starts) => {
    expect(hour(zone, label, detail, iso)).toBe(starts)
  })

  // What Hassette 0.60.0 itself does on these days (its CronTrigger was asked).
  it.each([
    ['30 2 * * *', '2026-03-28T12:00Z', 24, ['2026-03-29T01']],
    ['30 2 * * *', '2026-10-24T12:00Z', 24, ['2026-10-25T01']],
    ['30 2,14 * * *', '2026-10-24T12:00Z', 26, ['2026-10-24T12', '2026-10-25T01', '2026-10-25T13']],
    ['30 * * * *', '2026-10-24T23:00Z', 5, ['2026-10-24T23', '2026-10-25T01', '2026-10-25T02', '2026-10-25T03']],
    ['30 * * * *', '2026-03-29T00:00Z', 3, ['2026-03-29T00', '2026-03-29T01', '2026-03-29T02']],
  ])('%s in Berlin, from %s, starts when Hassette does', (detail, iso, hours, started) => {
    const found = Array.from({ length: hours }, (_, index) =>
      new Date(Date.parse(iso) + index * 3_600_000).toISOString(),
    )
    expect(found.filter((at) => hour('Europe/Berlin', 'cron', detail, at) > 0).map((at) => at.slice(0, 13))).toEqual(
      started,
    )
    for (const at of found) expect(hour('Europe/Berlin', 'cron', detail, at)).toBeLessThanOrEqual(1)
  })

  it('of an even rhythm begins with the life of its job, and ends with it', () => {
    const every = { kind: 'every', seconds: 900 } as const
    const utc = zoneOf('UTC')
    const life = [us('2026-01-15T08:10:00Z'), us('2026-01-15T10:10:20Z')] as const
    const at = (iso: string) => expectedStarts(every, [us(iso), us(iso) + HOUR_US], life, utc)
    expect(at('2026-01-15T07:00Z')).toBe(0)
    // 08:25, 08:40, 08:55
    expect(at('2026-01-15T08:00Z')).toBe(3)
    expect(at('2026-01-15T09:00Z')).toBe(4)
    // What is due just before the end may not have begun.
    expect(at('2026-01-15T10:00Z')).toBe(0)
    expect(at('2026-01-15T11:00Z')).toBe(0)
  })

  it('is never expected more often than it is due, and hardly less', () => {
    const arbitrary = fc.record({
      seconds: fc.integer({ min: 1, max: 90_000 }),
      lived: fc.integer({ min: 0, max: 90_000 }),
    })
    fc.assert(
      fc.property(arbitrary, fc.nat(3600), ({ seconds, lived }, offset) => {
        const lifeFrom = us('2026-01-15T00:00:00Z') + offset * 1_000_000
        const life = [lifeFrom, lifeFrom + lived * 1_000_000] as const
        let sum = 0
        for (let index = 0; index < 30; index++) {
          const from = us('2026-01-15T00:00:00Z') + index * HOUR_US
          sum += expectedStarts({ kind: 'every', seconds }, [from, from + HOUR_US], life, zoneOf('UTC'))
        }
        const due = Math.floor(lived / seconds)
        const hours = Math.ceil((lived + 3600) / 3600)
        expect(sum).toBeLessThanOrEqual(due)
        expect(sum).toBeGreaterThanOrEqual(due - hours * Math.ceil(30 / seconds) - 1)
      }),
    )
  })

  it('of a zone that is not known is read in that of the system', () => {
    expect(zoneOf('No/Where').name).toBe(zoneOf(null).name)
    expect(zoneOf('Asia/Kathmandu').offsetUs(us('2026-01-15T00:00Z'))).toBe(345 * 60_000_000)
    expect(zoneOf('America/St_Johns').offsetUs(us('2026-07-15T00:00Z'))).toBe(-150 * 60_000_000)
  })
})
