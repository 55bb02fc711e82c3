import { describe, expect, it } from 'vitest'
import { DEFAULT_ALERT_SETTINGS } from '@shared/alert-settings'
import type { Timeline, Told } from './scenarios/play'
import { FURTHER_STREAM, incidentsOf, inFurtherStream, notificationsOf, play, throughJson } from './scenarios/play'
import { BEGIN_US, DAY, HOUR, MINUTE, SECOND, tellStory } from './story'
import { kinds, opened } from './told'

const GONE = { code: 'source_not_found', message: 'gone' } as const
const NEWER = { code: 'source_not_hassette', message: 'made by a newer Hassette.' } as const

describe('S13 runs that are stored up to 10 s late and out of order', () => {
  it('tell what those in order tell, not more than 10 s later', () => {
    const home = (late: boolean): Timeline => {
      const story = tellStory()
      for (let i = 0; i < 60; i++) {
        const readAfter = late ? ((i * 7) % 10) * SECOND + SECOND : SECOND
        story.run(HOUR + i * 3 * SECOND, { targetId: 1, dependencyFailure: true }, readAfter)
      }
      return story.timeline(3 * HOUR)
    }
    const [ordered, mixed] = [play(home(false)).told, play(home(true)).told]
    expect(kinds(mixed)).toEqual(kinds(ordered))
    expect(incidentsOf(mixed).map(({ failures }) => failures)).toEqual([60])
    expect(opened(mixed)[0]!.us - opened(ordered)[0]!.us).toBeLessThanOrEqual(10 * SECOND)
  })

  it('a success that is stored after a later failure ends no streak', () => {
    const story = tellStory()
    story.run(HOUR, { targetId: 1, dependencyFailure: true })
    story.run(HOUR + 20 * MINUTE, { targetId: 1, dependencyFailure: true })
    story.run(HOUR + 40 * MINUTE, { targetId: 1, dependencyFailure: true }, SECOND)
    story.run(HOUR - SECOND, { targetId: 1 }, 2 * SECOND)
    const [incident] = incidentsOf(play(story.timeline(3 * HOUR)).told)
    expect(incident).toMatchObject({ rule: 'streak', failures: 3, ending: null })
  })
})

describe('S14 a clock that steps', () => {
  type Tell = (story: ReturnType<typeof tellStory>) => void

  /** Two hours by one clock; what comes after them is told by another, which differs by the step. */
  function stepped(stepUs: number, before: Tell, after: Tell): Told[] {
    const story = tellStory()
    before(story)
    const first = play(story.timeline(2 * HOUR))
    const later = tellStory({ history: 0 })
    after(later)
    const timeline = later.timeline(6 * HOUR)
    const beginUs = BEGIN_US + 2 * HOUR + stepUs
    const events = timeline.events.flatMap(({ visibleUs, event }) =>
      event.kind === 'run' && visibleUs >= beginUs ? [{ visibleUs, event }] : [],
    )
    const second = play({ ...timeline, events: inFurtherStream(events), beginUs }, { state: first.state })
    return [...first.told, ...second.told]
  }

  it('back does not bring failures of an hour before next to those of now', () => {
    const three: Tell = (story) => {
      for (const targetId of [1, 3, 4]) {
        story.run(2 * HOUR - 6 * MINUTE + targetId * MINUTE, { targetId, dependencyFailure: true })
      }
    }
    const two: Tell = (story) => story.fails(2, 2 * HOUR - 2 * MINUTE, 2 * HOUR - MINUTE, 30 * SECOND)
    expect(incidentsOf(stepped(-HOUR, three, two))).toEqual([])
    // Without a step they are an incident.
    expect(
      incidentsOf(
        stepped(
          0,
          (story) => [three(story), two(story)],
          () => undefined,
        ),
      ),
    ).toHaveLength(1)
  })

  it.each([-HOUR, HOUR])('by %d µs leaves an open incident what it is, and it ends', (stepUs) => {
    const storm: Tell = (story) => story.fails(1, 2 * HOUR - 20 * MINUTE, 2 * HOUR, 10 * SECOND)
    const success: Tell = (story) => story.ok(1, 2 * HOUR + stepUs + 10 * MINUTE)
    const told = stepped(stepUs, storm, success)
    expect(opened(told)).toHaveLength(1)
    expect(incidentsOf(told)).toMatchObject([{ ending: 'recovered', failures: 120 }])
  })

  it('of summer time moves quiet hours with the local clock', () => {
    const quietHours = { fromMinute: 0, toMinute: 7 * 60 }
    for (const [utcOffsetMinutes, expected] of [
      [60, 0],
      [120, 1],
    ] as const) {
      const story = tellStory()
      story.event(0, { kind: 'settings', settings: { ...DEFAULT_ALERT_SETTINGS, quietHours } })
      // 05:30 UTC: 06:30 in winter, 07:30 in summer.
      story.fails(1, 5.5 * HOUR, 5.75 * HOUR, 10 * SECOND)
      expect(opened(play(story.timeline(5.9 * HOUR, { utcOffsetMinutes })).told)).toHaveLength(expected)
    }
  })
})

describe('S15 a database that was deleted and made anew', () => {
  it('takes nothing of what was learnt, and tells nothing by itself', () => {
    const story = tellStory()
    story.event(HOUR, { kind: 'sessionEnded', sourceId: 1, atUs: BEGIN_US + HOUR })
    story.event(HOUR + MINUTE, { kind: 'sessionStarted', sourceId: 1, atUs: BEGIN_US + HOUR + MINUTE })
    // Its own stream counts from one again.
    for (let i = 0; i < 20; i++) {
      story.run(2 * HOUR + i * MINUTE, { targetId: 1, dependencyFailure: i > 5, runId: FURTHER_STREAM + i })
    }
    const { told } = play(story.timeline(2 * HOUR + 20 * MINUTE))
    expect(kinds(told)).toEqual(['opened'])
    expect(incidentsOf(told)[0]).toMatchObject({ rule: 'streak', firstUs: BEGIN_US + 2 * HOUR + 6 * MINUTE })
  })
})

describe('S16 a schema that we cannot read', () => {
  it('is blindness: nothing looks fine, one notification after 10 min, and one silent word at the end', () => {
    const story = tellStory()
    const at = BEGIN_US + HOUR
    story.event(HOUR, { kind: 'blind', sourceId: 1, sinceUs: at, problem: NEWER })
    const during = play(story.timeline(90 * MINUTE))
    expect(kinds(during.told)).toEqual(['opened'])
    const [notice] = notificationsOf(during.told)
    expect(notice).toMatchObject({ title: 'Not watching Hassette since 01:00', body: 'made by a newer Hassette' })
    expect(notice!.us - at).toBeLessThanOrEqual(11 * MINUTE)
    expect(notice!.us - at).toBeGreaterThanOrEqual(10 * MINUTE)
    expect(during.state.sources[1]?.blind).toEqual({ sinceUs: at, problem: NEWER })

    story.event(2 * HOUR, { kind: 'seen', sourceId: 1 })
    const { told, state } = play(story.timeline(4 * HOUR))
    expect(kinds(told)).toEqual(['opened', 'recovered'])
    expect(incidentsOf(told)[0]).toMatchObject({ rule: 'blind', ending: 'recovered' })
    expect([state.sources[1]?.blind, state.sources[1]?.open]).toEqual([null, []])
  })

  it('keeps an incident open that nobody sees end', () => {
    const story = tellStory()
    story.fails(1, HOUR, 2 * HOUR, MINUTE)
    story.event(2 * HOUR, { kind: 'blind', sourceId: 1, sinceUs: BEGIN_US + 2 * HOUR, problem: GONE })
    const timeline = story.timeline(6 * HOUR)
    timeline.events = timeline.events.filter(({ event }) => event.kind !== 'run' || event.endUs < BEGIN_US + 2 * HOUR)
    expect(incidentsOf(play(timeline).told).map(({ ending }) => ending)).toEqual([null, null])
  })

  it('of less than 10 min is not told', () => {
    const story = tellStory()
    story.event(HOUR, {
      kind: 'blind',
      sourceId: 1,
      sinceUs: BEGIN_US + HOUR,
      problem: { code: 'source_locked', message: 'busy' },
    })
    story.event(HOUR + 9 * MINUTE, { kind: 'seen', sourceId: 1 })
    expect(play(story.timeline(2 * HOUR)).told).toEqual([])
  })
})

describe('a Hassette that does not run', () => {
  const down = (rule: 'down' | 'stopped', due: boolean, sinceUs = BEGIN_US + HOUR) => ({
    kind: 'hassette' as const,
    sourceId: 1,
    down: {
      rule,
      sinceUs,
      due,
      reason: rule === 'stopped' ? { kind: 'stopped' as const } : { kind: 'down' as const, how: 'silent' as const },
    },
  })
  const running = { kind: 'hassette' as const, sourceId: 1, down: null }

  it.each([
    ['down', 'Hassette is down since 01:00', 'No sign of it, and no clean stop'],
    ['stopped', 'Hassette is stopped since 01:00', 'It was stopped and has not started again'],
  ] as const)('%s: is told once when it is due, and silently when it runs again', (rule, title, why) => {
    const story = tellStory()
    story.event(HOUR, down(rule, false))
    expect(play(story.timeline(90 * MINUTE)).told).toEqual([])
    for (let minute = 11; minute < 60; minute++) story.event(HOUR + minute * MINUTE, down(rule, true))
    story.event(3 * HOUR, running)
    const { told } = play(story.timeline(5 * HOUR))
    expect(notificationsOf(told).map(({ kind, title: said, body, silent }) => [kind, said, body, silent])).toEqual([
      ['opened', title, why, false],
      ['recovered', 'Hassette runs again', '', true],
    ])
    expect(incidentsOf(told)).toMatchObject([{ rule, ending: 'recovered', firstUs: BEGIN_US + HOUR }])
  })

  it('is told with the day where that is another one', () => {
    const story = tellStory()
    story.event(HOUR, down('down', true, BEGIN_US - 10 * HOUR))
    expect(notificationsOf(play(story.timeline(2 * HOUR)).told)[0]?.title).toMatch(
      /^Hassette is down since \d+ [A-Z][a-z]{2} 14:00$/,
    )
  })

  it('is reminded of in its own words', () => {
    const story = tellStory()
    story.event(0, { kind: 'settings', settings: { ...DEFAULT_ALERT_SETTINGS, remind: true } })
    story.event(HOUR, down('down', true))
    const titles = notificationsOf(play(story.timeline(7 * HOUR)).told).map(({ kind, title }) => [kind, title])
    expect(titles).toEqual([
      ['opened', 'Hassette is down since 01:00'],
      ['still', 'Hassette is down since 01:00'],
    ])
  })

  it('is not told where somebody wants to hear of it no more, and told of the other', () => {
    const story = tellStory()
    const notify = { ...DEFAULT_ALERT_SETTINGS.notify, stopped: false }
    story.event(0, { kind: 'settings', settings: { ...DEFAULT_ALERT_SETTINGS, notify } })
    story.event(HOUR, down('stopped', true))
    story.event(2 * HOUR, down('down', true))
    expect(kinds(play(story.timeline(3 * HOUR)).told)).toEqual(['opened'])
  })

  it('ends no incident by its silence', () => {
    const story = tellStory()
    story.fails(1, 30 * MINUTE, HOUR, MINUTE)
    story.event(HOUR, down('down', true))
    const timeline = story.timeline(6 * HOUR)
    timeline.events = timeline.events.filter(({ event }) => event.kind !== 'run' || event.endUs < BEGIN_US + HOUR)
    expect(incidentsOf(play(timeline).told).map(({ rule, ending }) => [rule, ending])).toContainEqual(['streak', null])
  })

  it('of a copy is nothing', () => {
    const story = tellStory()
    story.event(0, { kind: 'source', sourceId: 1, name: 'Hassette', mode: 'snapshot' })
    story.event(HOUR, down('down', true))
    expect(play(story.timeline(2 * HOUR)).told).toEqual([])
  })

  it('is muted by no muting of handlers', () => {
    const story = tellStory()
    story.event(HOUR, down('down', true))
    story.event(2 * HOUR, { kind: 'muteTarget', sourceId: 1, targetId: 1, muted: true })
    expect(incidentsOf(play(story.timeline(3 * HOUR)).told)).toMatchObject([{ rule: 'down', ending: null }])
  })
})

describe('S17 a Hassette that evicts what was the baseline', () => {
  it('is no matter: what was learnt is ours', () => {
    const chatty = (story: ReturnType<typeof tellStory>) => story.fails(2, -7 * DAY, 0, 6 * MINUTE)
    const story = tellStory()
    chatty(story)
    const learnt = play(story.timeline(MINUTE)).state
    const later = tellStory({ history: 0 })
    for (let i = 0; i < 72; i++) later.ok(2, MINUTE + i * 5 * MINUTE + 20 * SECOND)
    for (let i = 0; i < 60; i++) later.run(MINUTE + i * 6 * MINUTE, { targetId: 2, dependencyFailure: true })
    const timeline = later.timeline(6 * HOUR)
    timeline.events = inFurtherStream(timeline.events)
    timeline.beginUs = BEGIN_US + 2 * MINUTE
    expect(incidentsOf(play(timeline, { state: learnt }).told)).toEqual([])
    // The same failures are an incident to whoever knows nothing.
    expect(incidentsOf(play(timeline).told)).not.toEqual([])
  })
})

describe('S22 an empty history', () => {
  it('is learnt with the floors of Low, but a streak counts from the first minute', () => {
    const story = tellStory({ history: 0 })
    // Five a minute are enough for Medium, and too few for Low.
    story.fails(1, 2 * HOUR, 2 * HOUR + 50 * SECOND, 10 * SECOND)
    story.ok(2, 10 * MINUTE)
    story.fails(2, 4 * HOUR, 4 * HOUR + 50 * MINUTE, 10 * MINUTE)
    const { told } = play(story.timeline(6 * HOUR))
    expect(incidentsOf(told)).toMatchObject([{ rule: 'streak', targets: [{ targetId: 2 }] }])

    const known = tellStory()
    known.fails(1, 2 * HOUR, 2 * HOUR + 50 * SECOND, 10 * SECOND, { targetId: 9 })
    expect(incidentsOf(play(known.timeline(3 * HOUR)).told)).toMatchObject([{ rule: 'rate' }])
  })
})

describe('S23 a restart of the monitor while an incident is open', () => {
  it('repeats nothing, though the last runs are read twice', () => {
    const story = tellStory()
    story.fails(1, HOUR, 3 * HOUR, MINUTE)
    story.ok(1, 3 * HOUR)
    const timeline = story.timeline(4 * HOUR)
    const first = play({ ...timeline, endUs: BEGIN_US + 2 * HOUR })
    const again = timeline.events.filter(({ visibleUs }) => visibleUs >= BEGIN_US + 1.9 * HOUR)
    const second = play(
      { ...timeline, events: again, beginUs: BEGIN_US + 2 * HOUR + 5 * MINUTE },
      { state: throughJson(first.state) },
    )
    expect(kinds(first.told)).toEqual(['opened'])
    expect(kinds(second.told)).toEqual(['recovered'])
    expect(incidentsOf(second.told)).toMatchObject([{ id: 1, failures: 120, ending: 'recovered' }])
  })
})
