import { describe, expect, it } from 'vitest'
import { customOf, minuteOf, minuteText, rateWords, replayWords, streakWords } from '@renderer/lib/alert-rules'
import { titlePieces } from '@renderer/lib/group-title'
import { notificationWords, stateShape, stateWords } from '@renderer/lib/notice-words'
import { quietEnd, snoozeFor } from '@shared/quiet-span'

describe('the rules in words', () => {
  it('name the floors of each level', () => {
    expect(rateWords({ level: 'low' })).toContain('6 in 5 minutes, 8 in half an hour or 12 in 3 hours')
    expect(rateWords({ level: 'medium' })).toContain('4 in 5 minutes, 5 in half an hour or 8 in 3 hours')
    expect(rateWords({ level: 'high' })).toContain('3 in 5 minutes, 4 in half an hour or 6 in 3 hours')
    expect(rateWords({ level: 'custom', failures: 5, minutes: 1 })).toBe(
      'When there are 5 within 1 minute, whatever is usual.',
    )
    expect(streakWords({ level: 'low' })).toContain('the last 5 to 8 runs')
    expect(streakWords({ level: 'high' })).toContain('the last 2 to 5 runs')
  })

  it.each([
    [7, 2, 'With Medium, the last 7 days would have alerted 2 times.'],
    [7, 1, 'With Medium, the last 7 days would have alerted once.'],
    [1, 0, 'With Medium, the last 1 day would have alerted 0 times.'],
    [0, 3, 'With Medium, the history there is, less than a day, would have alerted 3 times.'],
  ])('%d days with %d incidents: %s', (days, incidents, sentence) => {
    expect(replayWords({ level: 'medium' }, { days, incidents })).toBe(sentence)
  })

  it.each<[string, string, { failures: number; minutes: number } | null]>([
    ['5', '10', { failures: 5, minutes: 10 }],
    [' 1 ', '180', { failures: 1, minutes: 180 }],
    ['1000', '1', { failures: 1000, minutes: 1 }],
    ['1001', '10', null],
    ['0', '10', null],
    ['5', '181', null],
    ['5', '', null],
    ['5.5', '10', null],
    ['-5', '10', null],
  ])('%s within %s minutes is %j', (failures, minutes, custom) => {
    expect(customOf(failures, minutes)).toEqual(custom && { level: 'custom', ...custom })
  })
})

describe('minutes of the day', () => {
  it.each([
    [0, '00:00'],
    [7 * 60 + 5, '07:05'],
    [1439, '23:59'],
  ])('%d is %s, and back', (minute, text) => {
    expect(minuteText(minute)).toBe(text)
    expect(minuteOf(text)).toBe(minute)
  })
  it.each(['', '24:00', '12:60', '7', 'a:10'])('%s is none', (text) => {
    expect(minuteOf(text)).toBeNull()
  })
})

describe('being quiet', () => {
  const at = (day: number, hour: number, minute = 0): number => new Date(2026, 10, day, hour, minute).getTime() * 1000

  it('for an hour, until tomorrow at eight by the local calendar, or without an end', () => {
    expect(quietEnd('hour', at(23, 15))).toBe(at(23, 16))
    expect(quietEnd('tomorrow', at(23, 0, 1))).toBe(at(24, 8))
    expect(quietEnd('tomorrow', at(30, 23, 59))).toBe(new Date(2026, 11, 1, 8).getTime() * 1000)
    expect(quietEnd('open', at(23, 15))).toBeNull()
    expect(snoozeFor('open', at(23, 15))).toEqual({ kind: 'recovery' })
    expect(snoozeFor('hour', at(23, 15))).toEqual({ kind: 'until', us: at(23, 16) })
  })
})

describe('notifications', () => {
  it('have a shape and words for each outcome', () => {
    const failed = { kind: 'failed', reason: 'system', said: 'no\u202e service' } as const
    expect(stateWords({ kind: 'sent' })).toBe('taken by the system')
    expect(stateWords({ kind: 'withheld', reason: 'cap' })).toBe('not shown: too many at once')
    expect(stateWords(failed)).toBe('could not be shown: no⟨U+202E⟩ service')
    expect(stateWords({ kind: 'pending' })).toBe('the system has not answered yet')
    expect(stateShape({ kind: 'sent' })).toBe('ok')
    expect(stateShape(failed)).toBe('failed')
    expect(stateShape({ kind: 'withheld', reason: 'cap' })).toBe('skipped')
  })

  it('have a title even where there was nothing to be shown', () => {
    expect(notificationWords({ kind: 'opened', content: null }).title).toBe('An incident opened')
    const content = { kind: 'capped', open: 7 } as const
    expect(notificationWords({ kind: 'capped', content }).title).toBe('Notifications paused for 1 h — 7 incidents open')
  })
})

it('takes the title of a group apart at what varies', () => {
  expect(titlePieces('no answer from ‹host› within ‹duration›')).toEqual([
    { text: 'no answer from ', varies: false },
    { text: 'host', varies: true },
    { text: ' within ', varies: false },
    { text: 'duration', varies: true },
  ])
  expect(titlePieces('KeyError')).toEqual([{ text: 'KeyError', varies: false }])
  expect(titlePieces('a ‹ b')).toEqual([{ text: 'a ‹ b', varies: false }])
})
