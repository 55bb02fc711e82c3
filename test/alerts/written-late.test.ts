import { describe, expect, it } from 'vitest'
import { incidentsOf, notificationsOf, play } from './scenarios/play'
import { BEGIN_US, HOUR, MINUTE, SECOND, tellStory } from './story'

/** Failures that Hassette writes `lateUs` after they happened. */
function late(count: number, lateUs: number, of: { watched?: boolean; every?: number } = {}) {
  const { watched = true, every = SECOND } = of
  const story = tellStory()
  const write = (atUs: number, targetId = 1): void => {
    for (let i = 0; i < count; i++) {
      const us = atUs - lateUs + i * every
      story.run(us, { targetId, dependencyFailure: true, watched }, atUs - us)
    }
  }
  return { story, write }
}

describe('what Hassette writes long after it happened', () => {
  it.each([
    ['a quarter of an hour', 15 * MINUTE, '1 still open'],
    ['two hours', 2 * HOUR, 'none still open'],
    ['six hours', 6 * HOUR, 'none still open'],
  ])('%s: is told in one summary', (_, lateUs, open) => {
    const { story, write } = late(12, lateUs)
    // Time goes on though nothing runs.
    for (let us = 7.5 * HOUR; us < 8 * HOUR; us += MINUTE) story.ok(2, us)
    write(8 * HOUR)
    const { told } = play(story.timeline(10 * HOUR))
    expect(notificationsOf(told).map(({ kind, title, body }) => [kind, title, body])).toEqual([
      ['summary', `Recorded late by Hassette: 1 spike, ${open}`, 'app_1.on_change'],
    ])
    expect(incidentsOf(told)).toMatchObject([
      { rule: 'rate', late: true, failures: 12, firstUs: BEGIN_US + 8 * HOUR - lateUs },
    ])
  })

  it('is told together where it comes little by little', () => {
    const { story, write } = late(6, 40 * MINUTE)
    for (let part = 0; part < 5; part++) write(8 * HOUR + part * MINUTE, 1 + (part % 2))
    const titles = notificationsOf(play(story.timeline(10 * HOUR)).told).map(({ title }) => title)
    expect(titles.length).toBeLessThanOrEqual(2)
    expect(titles[0]).toBe('Recorded late by Hassette: 1 spike, none still open')
  })

  it('is no news where it lay there before we watched', () => {
    const { story, write } = late(12, 2 * HOUR, { watched: false })
    write(8 * HOUR)
    const { told } = play(story.timeline(10 * HOUR))
    expect([notificationsOf(told), incidentsOf(told)]).toEqual([[], []])
  })

  it('is nothing where it is no more than is usual', () => {
    const { story, write } = late(2, 30 * MINUTE)
    write(8 * HOUR)
    expect(notificationsOf(play(story.timeline(10 * HOUR)).told)).toEqual([])
  })

  it('leaves alone what goes on', () => {
    const { story, write } = late(12, 90 * MINUTE)
    story.fails(2, 8 * HOUR - 5 * MINUTE, 9 * HOUR, 20 * SECOND)
    write(8 * HOUR)
    const { told } = play(story.timeline(9 * HOUR))
    expect(notificationsOf(told).map(({ kind }) => kind)).toEqual(['opened', 'summary'])
    expect(incidentsOf(told).map(({ late: isLate, ending }) => [isLate, ending])).toEqual([
      [false, null],
      [true, 'recovered'],
    ])
  })
})

describe('a Hassette whose clock is behind', () => {
  /** Its clock is 20 minutes behind; `known` = we know. */
  const behind = (known: boolean) => {
    const story = tellStory()
    const clockOffsetUs = 20 * MINUTE
    if (known) story.event(0, { kind: 'source', sourceId: 1, name: 'Hassette', mode: 'live', clockOffsetUs })
    for (let us = 0; us < 60 * MINUTE; us += 20 * SECOND) {
      const failed = us >= 30 * MINUTE && us < 45 * MINUTE
      story.run(us - clockOffsetUs, { targetId: 1, dependencyFailure: failed }, clockOffsetUs + 2 * SECOND)
    }
    const timeline = story.timeline(60 * MINUTE)
    return play({
      ...timeline,
      events: timeline.events.filter(({ event }) => event.kind !== 'run' || event.targetId === 1),
    })
  }

  it('is judged as it comes: one incident, one notification, over when it is over', () => {
    const { told } = behind(true)
    expect(notificationsOf(told).map(({ kind }) => kind)).toEqual(['opened', 'recovered'])
    const [incident, ...others] = incidentsOf(told)
    expect(incident).toMatchObject({ late: false, ending: 'recovered', firstUs: BEGIN_US + 10 * MINUTE })
    expect(others).toEqual([])
    const opened = notificationsOf(told)[0]
    expect((opened?.us ?? 0) - BEGIN_US).toBeLessThan(32 * MINUTE)
  })

  it('would be told of by nothing if its clock were not known', () => {
    expect(notificationsOf(behind(false).told).map(({ kind }) => kind)).not.toContain('opened')
  })

  it('keeps its incidents where its clock is known anew, and where it is set right', () => {
    const story = tellStory()
    const source = { kind: 'source' as const, sourceId: 1, name: 'Hassette', mode: 'live' as const }
    story.fails(1, 10 * MINUTE, 20 * MINUTE, 20 * SECOND)
    story.event(12 * MINUTE, { ...source, clockOffsetUs: 0 })
    story.event(14 * MINUTE, { ...source, clockOffsetUs: null })
    story.event(16 * MINUTE, { ...source, clockOffsetUs: -30 * MINUTE })
    expect(notificationsOf(play(story.timeline(19 * MINUTE)).told).map(({ kind }) => kind)).toEqual(['opened'])
  })
})
