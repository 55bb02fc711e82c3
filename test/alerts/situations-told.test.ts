import { describe, expect, it } from 'vitest'
import { DEFAULT_ALERT_SETTINGS } from '@shared/alert-settings'
import { incidentsOf, notificationsOf, play } from './scenarios/play'
import { BEGIN_US, DAY, HOUR, MINUTE, SECOND, tellStory } from './story'
import { kinds, opened } from './told'

describe('S18 asleep for eight hours over a spike that ended', () => {
  const asleep: [number, number][] = [[BEGIN_US + HOUR, BEGIN_US + 9 * HOUR]]

  it('is told by a summary and nothing else', () => {
    const story = tellStory()
    story.fails(1, 2 * HOUR, 2.5 * HOUR, 10 * SECOND)
    story.ok(1, 2.6 * HOUR)
    const { told } = play(story.timeline(12 * HOUR, { asleep }))
    expect(notificationsOf(told).map(({ kind, title }) => [kind, title])).toEqual([
      ['summary', 'While away: 1 spike, none still open'],
    ])
    expect(incidentsOf(told)[0]).toMatchObject({ late: true, ending: 'recovered' })
  })

  it('counts what is still open, and tells it no second time', () => {
    const story = tellStory()
    story.fails(1, 2 * HOUR, 2.5 * HOUR, 10 * SECOND)
    story.ok(1, 2.6 * HOUR)
    story.fails(2, 8 * HOUR, 11 * HOUR, MINUTE)
    const { told } = play(story.timeline(12 * HOUR, { asleep }))
    expect(notificationsOf(told).map(({ title }) => title)).toEqual(['While away: 2 spikes, 1 still open'])
  })

  it('tells live what began within the last ten minutes', () => {
    const story = tellStory()
    story.fails(1, 9 * HOUR - 5 * MINUTE, 9.5 * HOUR, 10 * SECOND)
    expect(kinds(play(story.timeline(10 * HOUR, { asleep })).told)).toContain('opened')
  })
})

describe('S19 quiet hours', () => {
  const quietHours = { fromMinute: 23 * 60, toMinute: 7 * 60 }
  const begin = (fails: (story: ReturnType<typeof tellStory>) => void) => {
    const story = tellStory()
    story.event(0, { kind: 'settings', settings: { ...DEFAULT_ALERT_SETTINGS, quietHours } })
    fails(story)
    return play(story.timeline(10 * HOUR)).told
  }

  it('hold back what begins a minute before they end, and tell it once when they have', () => {
    const told = begin((story) => story.fails(1, 7 * HOUR - MINUTE, 9 * HOUR, 10 * SECOND))
    const [notice] = notificationsOf(told)
    expect(kinds(told)).toEqual(['digest'])
    expect(notice).toMatchObject({ title: '1 incident still open after quiet hours', body: 'app_1.on_change' })
    expect(notice!.us - BEGIN_US - 7 * HOUR).toBeLessThanOrEqual(MINUTE)
    expect(told.filter(({ effect }) => effect.kind === 'withheld')).toHaveLength(1)
  })

  it('tell what begins when they are over', () => {
    expect(kinds(begin((story) => story.fails(1, 7 * HOUR, 9 * HOUR, 10 * SECOND)))).toEqual(['opened'])
  })

  it('tell nothing of what ended within them', () => {
    const told = begin((story) => {
      story.fails(1, 2 * HOUR, 2.5 * HOUR, 10 * SECOND)
      story.ok(1, 2.6 * HOUR)
    })
    expect(kinds(told)).toEqual([])
    expect(incidentsOf(told)).toHaveLength(1)
  })
})

describe('S20 a snooze', () => {
  const snoozed = (snooze: { kind: 'until'; us: number } | { kind: 'recovery' }, failsTo: number) => {
    const story = tellStory()
    story.fails(1, HOUR, failsTo, MINUTE)
    story.ok(1, failsTo)
    story.event(HOUR + 10 * MINUTE, { kind: 'snooze', sourceId: 1, incidentId: 1, snooze })
    return play(story.timeline(5 * HOUR)).told
  }

  it('that ends while it still fails is followed by one notification', () => {
    const told = snoozed({ kind: 'until', us: BEGIN_US + 2 * HOUR }, 4 * HOUR)
    expect(kinds(told)).toEqual(['opened', 'still', 'recovered'])
    const still = notificationsOf(told)[1]!
    expect(still.title).toBe('Still failing since 01:00 — app_1.on_change')
    expect(still.us - BEGIN_US - 2 * HOUR).toBeLessThanOrEqual(MINUTE)
  })

  it('that ends after it recovered is followed by none', () => {
    expect(kinds(snoozed({ kind: 'until', us: BEGIN_US + 3 * HOUR }, 2 * HOUR))).toEqual(['opened'])
  })

  it('until it recovers is followed by none before', () => {
    const told = snoozed({ kind: 'recovery' }, 4 * HOUR)
    expect(kinds(told)).toEqual(['opened', 'recovered'])
    expect(incidentsOf(told)[0]!.snooze).toBe(null)
  })
})

describe('S21 one cause in ten instances', () => {
  it('is one incident and one notification, also where an instance fails much later', () => {
    const story = tellStory()
    const of = { groupId: 77, appKey: 'presence_tracker', targetName: 'phone' }
    for (let instance = 0; instance < 10; instance++) {
      story.fails(20 + instance, HOUR + instance * 3 * SECOND, HOUR + 40 * MINUTE, MINUTE, of)
    }
    story.fails(40, HOUR + 25 * MINUTE, HOUR + 40 * MINUTE, 10 * SECOND, of)
    const { told } = play(story.timeline(2 * HOUR))
    expect(opened(told)).toHaveLength(1)
    const [incident, ...others] = incidentsOf(told)
    expect(others).toEqual([])
    expect(incident!.targets).toHaveLength(11)
    expect(notificationsOf(told).filter(({ silent }) => !silent)).toHaveLength(1)
  })
})

describe('S25 a handler that is broken for two days', () => {
  it('does not hide a storm of others', () => {
    const story = tellStory()
    story.fails(1, HOUR, 3 * DAY, MINUTE)
    for (const targetId of [3, 4]) story.fails(targetId, 2 * DAY + 5 * MINUTE, 2 * DAY + 9 * MINUTE, 20 * SECOND)
    const { told } = play(story.timeline(2 * DAY + 12 * HOUR))
    const storm = opened(told)[1]!
    expect(opened(told)).toHaveLength(2)
    expect(storm.us - BEGIN_US - 2 * DAY - 5 * MINUTE).toBeLessThanOrEqual(MINUTE)
    expect(incidentsOf(told).map(({ targets }) => targets.map(({ targetId }) => targetId))).toEqual([[1], [3, 4]])
  })
})
