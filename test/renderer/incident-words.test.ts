import { describe, expect, it } from 'vitest'
import type { Incident } from '@shared/alert'
import type { AlertNotification } from '@shared/alert-notification'
import { incidentDays } from '@renderer/lib/incident-days'
import {
  affectedWords,
  incidentEndUs,
  incidentFacts,
  incidentSentence,
  incidentShape,
  incidentState,
  incidentTitle,
  isSnoozed,
  toldWords,
  usualRate,
  worstFirst,
} from '@renderer/lib/incident-words'
import { recordingEnd } from '@renderer/lib/recording-end'

/** Local, so that the words are the same everywhere. */
const at = (hour: number, minute = 0, day = 23): number => new Date(2026, 10, day, hour, minute).getTime() * 1000
const NOW = at(15, 12)
const plain = (text: string): string => text.replaceAll('\u202f', ' ')

const kitchen = { targetId: 1, appKey: 'kitchen_lights', name: 'motion', failures: 41 }
function incident(change: Partial<Incident> = {}): Incident {
  return {
    ...{ id: 7, sourceId: 1, rule: 'rate', ending: null, firstUs: at(14, 2), openedUs: at(14, 3), lastUs: at(15, 11) },
    ...{ clearedUs: null, failures: 41, peak: 13, usualPerHour: 0.31, targets: [kitchen], groupIds: [1], also: [] },
    ...{ firstRunId: 5, lastRunId: 9, reopened: 0, snooze: null, late: false },
    ...change,
  }
}
function notice(change: Partial<AlertNotification>): AlertNotification {
  return {
    ...{ id: 1, atUs: at(14, 3), kind: 'opened', incidentId: 7, content: null },
    ...{ silent: false, replaces: null, state: { kind: 'sent' } },
    ...change,
  }
}

describe('the title of an incident', () => {
  it.each<[Partial<Incident>, string]>([
    [{}, 'kitchen_lights.motion: more dependency failures than usual'],
    [{ rule: 'streak' }, 'kitchen_lights.motion: every run is a dependency failure'],
    [{ rule: 'failures' }, 'kitchen_lights.motion: every run fails'],
    [{ rule: 'missed' }, 'kitchen_lights.motion: starts were missed'],
    [{ rule: 'blind', targets: [] }, 'Not watching Home'],
    [
      { targets: [kitchen, { ...kitchen, targetId: 2 }, { ...kitchen, targetId: 3 }] },
      'kitchen_lights.motion and 2 others: more dependency failures than usual',
    ],
  ])('%j is "%s"', (change, title) => {
    expect(incidentTitle(incident(change), 'Home')).toBe(title)
  })

  it('shows what is hidden in a name, and does without the name of a source that is gone', () => {
    expect(incidentTitle(incident({ targets: [{ ...kitchen, name: 'a\u202eb' }] }), null)).toContain('a⟨U+202E⟩b')
    expect(incidentTitle(incident({ rule: 'blind', targets: [] }), null)).toBe('Not watching a Hassette')
  })
})

describe('the sentence of an incident', () => {
  it.each<[Partial<Incident>, string]>([
    [{}, '41 dependency failures in 1 h 10 m, usually 0.3 an hour.'],
    [{ usualPerHour: 0.01 }, '41 dependency failures in 1 h 10 m, usually almost none.'],
    [{ rule: 'failures', usualPerHour: null, failures: 5 }, '5 failures in 1 h 10 m.'],
    [{ rule: 'missed', failures: 1 }, '1 start of the schedule did not happen.'],
    [{ rule: 'blind', targets: [] }, 'Its file is gone.'],
    [
      { reopened: 2, late: true, usualPerHour: null },
      '41 dependency failures in 1 h 10 m. It came back 2 times. It was read long after it happened.',
    ],
  ])('%j is "%s"', (change, sentence) => {
    expect(plain(incidentSentence(incident(change), NOW, 'its file is gone'))).toBe(sentence)
  })
})

describe('the five facts', () => {
  const facts = (change: Partial<Incident>, notices: AlertNotification[] = []): string[] =>
    incidentFacts(incident(change), notices, NOW, NOW).map(({ label, value }) => plain(`${label} ${value}`))

  it('always stand in the same order', () => {
    expect(facts({}, [notice({})])).toEqual([
      'Since 14:02',
      'Lasts 1 h 10 m',
      'Affected 41 runs',
      'Peak 13 in 5 min',
      'Told 14:03, once',
    ])
    expect(facts({ rule: 'blind', targets: [] })).toEqual([
      'Since 14:02',
      'Lasts 1 h 10 m',
      'Affected everything',
      'Peak –',
      'Told not yet',
    ])
  })

  it('count a rate to its last failure, and the others to when they worked again', () => {
    const over = { ending: 'recovered', clearedUs: at(14, 40), lastUs: at(14, 25) } as const
    expect(facts(over)[1]).toBe('Lasted 23 m')
    expect(facts({ ...over, rule: 'streak' })[1]).toBe('Lasted 38 m')
    expect(incidentEndUs(incident({ firstUs: NOW + 5 }), NOW)).toBe(NOW + 5)
  })

  it('count what is open in a recording to its end', () => {
    expect(plain(incidentFacts(incident({}), [], NOW, at(14, 12))[1]?.value ?? '')).toBe('10 m')
    expect(recordingEnd({ mode: 'live', newestRunUs: 5 })).toBeNull()
    expect([recordingEnd({ mode: 'sample', newestRunUs: 5 }), recordingEnd(null)]).toEqual([5, null])
  })

  it('name the handlers of a storm only by their number', () => {
    const storm = { targets: [kitchen, { ...kitchen, targetId: 2 }] }
    expect(affectedWords(incident(storm))).toBe('41 runs of 2')
    expect(incidentFacts(incident(storm), [], NOW, NOW)[2]?.title).toBe('41 failed runs of 2 handlers and jobs')
    expect(affectedWords(incident({ rule: 'missed', failures: 2 }))).toBe('2 starts')
  })
})

describe('whether an incident was told', () => {
  it.each<[AlertNotification[], string]>([
    [[], 'not yet'],
    [[notice({ incidentId: 8 })], 'not yet'],
    [[notice({})], '14:03, once'],
    [[notice({ atUs: at(15), kind: 'still' }), notice({})], '15:00, 2 times'],
    [[notice({ state: { kind: 'withheld', reason: 'late' } }), notice({})], '14:03, once'],
    [[notice({ state: { kind: 'withheld', reason: 'quiet_hours' } })], 'no: quiet hours'],
    [[notice({ state: { kind: 'failed', reason: 'refused' } })], 'could not be shown'],
    [[notice({ state: { kind: 'pending' } })], 'being shown'],
  ])('%j is "%s"', (notices, told) => {
    expect(toldWords(incident(), notices, NOW)).toBe(told)
  })

  it('was not, when it was read too late and nobody had it to tell', () => {
    expect(toldWords(incident({ late: true }), [], NOW)).toBe('no: it was read too late')
  })
})

describe('the state of an incident', () => {
  it.each<[Partial<Incident>, string]>([
    [{}, 'open'],
    [{ snooze: { kind: 'until', us: at(16, 12) } }, 'snoozed until 16:12'],
    [{ snooze: { kind: 'until', us: at(8, 0, 24) } }, 'snoozed until 24 Nov 08:00'],
    [{ snooze: { kind: 'until', us: NOW } }, 'open'],
    [{ snooze: { kind: 'recovery' } }, 'snoozed until it recovers'],
    [{ ending: 'recovered', clearedUs: NOW }, 'recovered'],
    [{ ending: 'usual', clearedUs: NOW }, 'usual again'],
    [{ ending: 'stale', clearedUs: NOW }, 'no more runs'],
    [{ ending: 'muted', clearedUs: NOW }, 'muted'],
    [{ rule: 'blind', ending: 'recovered', clearedUs: NOW }, 'watched again'],
  ])('%j is "%s"', (change, state) => {
    expect(incidentState(incident(change), NOW)).toBe(state)
  })

  it('is no snooze any more when its time is over', () => {
    expect(isSnoozed(incident({ snooze: { kind: 'until', us: NOW + 1 } }), NOW)).toBe(true)
    expect(isSnoozed(incident({ snooze: { kind: 'until', us: NOW } }), NOW)).toBe(false)
  })

  it('has a shape of its own for each rule but the two of dependency failures', () => {
    const shapes = (['rate', 'streak', 'failures', 'missed', 'blind'] as const).map((rule) => incidentShape({ rule }))
    expect(shapes).toEqual(['dependency', 'dependency', 'failed', 'timed_out', 'skipped'])
  })
})

it('lists the worst first: what is snoozed last, then by rule and failures', () => {
  const open = [
    incident({ id: 1, rule: 'missed', failures: 99 }),
    incident({ id: 2, failures: 50, snooze: { kind: 'recovery' } }),
    incident({ id: 3, rule: 'blind', targets: [] }),
    incident({ id: 4, failures: 3, rule: 'failures' }),
    incident({ id: 5, failures: 40 }),
    incident({ id: 6, failures: 40, openedUs: at(15) }),
  ]
  expect(worstFirst(open, NOW).map(({ id }) => id)).toEqual([6, 5, 4, 3, 1, 2])
  expect(open[0]?.id).toBe(1)
})

it.each([
  [0, null],
  [0.049, null],
  [0.05, '0.1'],
  [0.31, '0.3'],
  [9.96, '10.0'],
  [12.4, '12'],
])('a usual rate of %d an hour is %s', (perHour, text) => {
  expect(usualRate(perHour)).toBe(text)
})

it('groups incidents by the local day on which they began', () => {
  const days = incidentDays(
    [
      incident({ id: 3, firstUs: at(0, 1) }),
      incident({ id: 2, firstUs: at(23, 59, 22) }),
      incident({ id: 1, firstUs: at(0, 0, 22) }),
    ],
    NOW,
  )
  expect(days.map(({ title, incidents }) => [title, incidents.map(({ id }) => id)])).toEqual([
    ['Monday 23 Nov', [3]],
    ['Sunday 22 Nov', [2, 1]],
  ])
})
