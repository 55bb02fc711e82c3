import { describe, expect, it } from 'vitest'
import type { BlindSource, Incident } from '@shared/alert'
import { problem } from '@shared/result'
import type { SourceInfo, SourceState } from '@shared/source'
import type { Attention } from '@shared/trends'
import type { Trouble } from '@renderer/lib/lead'
import { leadOf } from '@renderer/lib/lead'
import { troubleOf } from '@renderer/lib/trouble'

const at = (hour: number, minute = 0): number => new Date(2026, 10, 23, hour, minute).getTime() * 1000
const NOW = at(15, 12)
const plain = (text: string | undefined): string => (text ?? '').replaceAll('\u202f', ' ')

const source = (state: SourceState): SourceInfo => ({
  ...{ id: 1, name: 'Home', mode: 'live', path: '/srv/h.db', state, schemaVersion: 15, sessions: 1 },
  ...{ appRuns: 1, frameworkRuns: 0, oldestRunUs: 1, newestRunUs: 2, restartUs: 1, hassette: null, clockOffsetUs: 0 },
})
const live = source({ kind: 'live', atMs: 1 })
const blind: BlindSource = {
  sourceId: 1,
  name: 'Home',
  sinceUs: at(14, 30),
  problem: { code: 'source_not_found', message: 'its file is gone.' },
}
const incident = (change: Partial<Incident> = {}): Incident => ({
  ...{ id: 7, sourceId: 1, rule: 'failures', ending: null, firstUs: at(14, 2), openedUs: at(14, 3), lastUs: NOW },
  ...{ clearedUs: null, failures: 5, peak: 5, usualPerHour: null, groupIds: [], also: [] },
  targets: [{ targetId: 1, appKey: 'doorbell', name: 'press', failures: 5 }],
  ...{ firstRunId: 5, lastRunId: 9, reopened: 0, snooze: null, late: false },
  ...change,
})
const of = (given: SourceInfo, notSeen: BlindSource[], open: Incident[]): Trouble | null =>
  troubleOf(given, notSeen, open, () => 'Home', NOW)

describe('what stands against "all fine"', () => {
  it('is nothing while the source is watched and nothing of it is open', () => {
    expect(of(live, [], [])).toBeNull()
    expect(of(live, [{ ...blind, sourceId: 2 }], [incident({ sourceId: 2 })])).toBeNull()
  })

  it('is that nothing is seen, since when and why, before any incident', () => {
    expect(of(live, [blind], [incident()])).toEqual({
      ...{ blind: true, shape: 'skipped', text: 'Not watching Home since 14:30' },
      rest: 'Its file is gone. Whether all is fine is not known.',
    })
    const why = problem('source_locked', 'Another program keeps the file.')
    expect(of(source({ kind: 'stale', sinceMs: at(14, 50) / 1000, problem: why }), [], [])).toMatchObject({
      ...{ blind: true, text: 'Not watching Home since 14:50' },
      rest: 'Another program keeps the file. Whether all is fine is not known.',
    })
    expect(of(source({ kind: 'failed', problem: why }), [], [])).toMatchObject({
      ...{ blind: true, text: 'Home is not read', rest: 'Another program keeps the file.' },
    })
  })

  it.each([
    [
      { kind: 'down', how: 'silent', sinceUs: at(3, 10), due: true },
      'Home is down since 03:10',
      'No sign of it, and no clean stop.',
    ],
    [
      { kind: 'down', how: 'crashed', sinceUs: at(3, 10), due: false },
      'Home is down since 03:10',
      'Its last session ended with a failure.',
    ],
    [{ kind: 'stopped', sinceUs: at(9, 12), due: false }, 'Home is stopped since 09:12', 'It ended cleanly.'],
  ] as const)('is a Hassette that does not run: %j', (hassette, text, rest) => {
    const trouble = of({ ...live, hassette }, [], [incident()])
    expect([trouble?.blind, trouble?.text]).toEqual([true, text])
    expect(trouble?.rest).toBe(`${rest} Nothing of it runs until it is started again.`)
    expect(leadOf({ rows: [], total: 0, handlers: 20, jobs: 14 }, null, 'in the last 24 h', NOW, trouble).text).toBe(
      text,
    )
  })

  it('is a Hassette that says it runs, and gave no sign for long', () => {
    const hassette = { kind: 'running', sinceUs: at(1), sure: false, signUs: at(3, 10) } as const
    expect(of({ ...live, hassette }, [], [])).toMatchObject({ blind: true, text: 'No sign of Home since 03:10' })
  })

  it('is no Hassette that runs', () => {
    expect(of({ ...live, hassette: { kind: 'running', sinceUs: at(3), sure: false, signUs: null } }, [], [])).toBeNull()
  })

  it('is the worst open incident, also when it is snoozed, and how many others', () => {
    const first = of(live, [], [incident({ snooze: { kind: 'recovery' } })])
    expect([first?.shape, first?.text, plain(first?.rest)]).toEqual([
      'failed',
      'doorbell.press: every run fails',
      '5 failures in 1 h 10 m.',
    ])
    const missed = incident({ id: 8, rule: 'missed', failures: 2 })
    expect(plain(of(live, [], [missed, incident()])?.rest)).toBe('5 failures in 1 h 10 m. 1 other incident is open.')
    expect(of(live, [], [missed, incident()])?.text).toBe('doorbell.press: every run fails')
  })
})

describe('the sentence of the overview', () => {
  const fine: Attention = { rows: [], total: 0, handlers: 20, jobs: 14 }
  const failing: Attention = {
    ...fine,
    total: 1,
    rows: [
      {
        ...{ targetId: 1, kind: 'handler', tier: 'app', appKey: 'hall', instanceIndex: 0, instanceCount: 1 },
        ...{ name: 'motion', strip: 'ff', reasons: [{ kind: 'failing', runs: 2, sinceUs: at(14, 2) }] },
      },
    ],
  }
  const say = (attention: Attention, trouble: Trouble | null) =>
    leadOf(attention, null, 'in the last 24 h', NOW, trouble)

  it('does not say that all is fine while an incident is open or nothing is seen', () => {
    expect(say(fine, null).text).toContain('fine')
    expect(say(fine, of(live, [], [incident()]))).toMatchObject({ shape: 'failed', target: null })
    expect(say(fine, of(live, [], [incident()])).text).not.toContain('fine')
    expect(say(fine, of(live, [blind], [])).text).toBe('Not watching Home since 14:30')
  })

  it('keeps the culprit, and calls the others fine only while they are seen', () => {
    expect(say(failing, of(live, [], [incident()]))).toMatchObject({
      text: 'has failed on every run since 14:02',
      rest: 'Its last 2 runs failed. The 33 other handlers and jobs are fine.',
    })
    expect(say(failing, of(live, [blind], [])).rest).toBe('Its last 2 runs failed. Not watching Home since 14:30.')
  })
})
