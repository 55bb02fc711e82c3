import { describe, expect, it } from 'vitest'
import { DEFAULT_ALERT_SETTINGS } from '@shared/alert-settings'
import { causeOf, incidentsOf, notificationsOf, play } from './scenarios/play'
import type { Story } from './story'
import { BEGIN_US, DAY, HOUR, MINUTE, played, SECOND, tellStory, withSettings } from './story'
import { kinds, titles, withheld } from './told'

/** Handlers 11 to 10 + n break one after the other, for twelve hours. */
function breakOneByOne(story: Story, n: number, apartUs: number): void {
  for (let i = 0; i < n; i++) {
    story.ok(11 + i, -HOUR)
    story.fails(11 + i, HOUR + i * apartUs, 12 * HOUR, MINUTE)
  }
}

describe('the cap', () => {
  it('lets not quite four an hour through', () => {
    const { told } = played((story) => breakOneByOne(story, 9, 15.5 * MINUTE), 5 * HOUR)
    expect(kinds(told).filter((kind) => kind !== 'update')).toEqual(Array(9).fill('opened'))
  })

  it('is four in an hour, then one word and silence', () => {
    // What begins within 15 minutes would be one incident in one home.
    const story = tellStory()
    for (let source = 2; source <= 9; source++) {
      story.event(-2 * HOUR, { kind: 'source', sourceId: source, name: `home ${source}`, mode: 'live' })
      story.event(-2 * HOUR, { kind: 'sessionStarted', sourceId: source, atUs: BEGIN_US - 2 * HOUR })
      story.run(-HOUR, { targetId: 100 + source, sourceId: source })
      story.fails(100 + source, HOUR + source * MINUTE, 4 * HOUR, 20 * SECOND, { sourceId: source })
    }
    const { told } = play(story.timeline(4 * HOUR))
    const notices = notificationsOf(told).filter(({ silent }) => !silent)
    expect(notices.map(({ kind }) => kind)).toEqual(['opened', 'opened', 'opened', 'opened', 'capped'])
    expect(notices[4]!.title).toBe('Notifications paused for 1 h — 5 incidents open')
    expect(withheld(told)).toEqual(['cap', 'cap', 'cap', 'cap'])
  })
})

describe('what is never notified', () => {
  it.each(['snapshot', 'sample'] as const)('a %s', (mode) => {
    const { told } = played((story) => story.fails(1, HOUR, 2 * HOUR, MINUTE), 6 * HOUR, { mode })
    expect(incidentsOf(told)).toHaveLength(1)
    expect(notificationsOf(told)).toEqual([])
  })

  it('what the first import of a source finds, though it is still open', () => {
    const { told, state } = played((story) => story.fails(1, -HOUR, 2 * HOUR, MINUTE))
    expect(incidentsOf(told)).toMatchObject([{ late: true }])
    expect(notificationsOf(told)).toEqual([])
    expect(state.sources[1]?.open).toMatchObject([
      { members: [{ appKey: 'app_1', name: 'on_change' }], firstUs: BEGIN_US - HOUR, ending: null },
    ])
  })

  it('what is switched off, and while notifications are paused', () => {
    const storm = (story: Story) => story.fails(1, HOUR, 2 * HOUR, MINUTE)
    const off = played((story) => {
      story.event(0, withSettings({ notify: { ...DEFAULT_ALERT_SETTINGS.notify, streak: false } }))
      storm(story)
    })
    expect([notificationsOf(off.told), withheld(off.told)]).toEqual([[], ['off']])
    const paused = played((story) => {
      story.event(0, { kind: 'pause', untilUs: BEGIN_US + 90 * MINUTE })
      storm(story)
    })
    expect([notificationsOf(paused.told), withheld(paused.told)]).toEqual([[], ['paused']])
    const untilUs = BEGIN_US + DAY
    const still = played((story) => story.event(0, { kind: 'pause', untilUs })).state
    expect([still.notify.pausedUntilUs, still.sources[1]?.open]).toEqual([untilUs, []])
    expect([paused.state.notify.pausedUntilUs, paused.state.sources[1]?.open.length]).toEqual([null, 1])
  })

  it('what is muted: it ends, and what it does later counts no more', () => {
    for (const mute of [
      { kind: 'muteTarget', sourceId: 1, targetId: 1, muted: true },
      { kind: 'muteGroup', sourceId: 1, groupId: 1, muted: true },
    ] as const) {
      const { told } = played((story) => {
        story.fails(1, HOUR, 5 * HOUR, MINUTE)
        story.event(2 * HOUR, mute)
      })
      expect(kinds(told)).toEqual(['opened'])
      expect(incidentsOf(told)).toMatchObject([{ ending: 'muted', failures: 60 }])
    }
  })
})

describe('what an incident says', () => {
  it('when it opens: how much in how long and where, what, and what is usual', () => {
    const { told } = played((story) => {
      for (const targetId of [21, 22]) story.fails(targetId, HOUR, HOUR + 4 * MINUTE, 50 * SECOND)
    })
    expect({ ...notificationsOf(told)[0]!, content: undefined }).toEqual({
      us: expect.any(Number) as number,
      kind: 'opened',
      incidentId: 1,
      title: '4 dependency failures in 1 min — app_21, app_22',
      body: 'DependencyResolutionError: parameter new of app_21 · usual: almost none',
      silent: false,
      replaces: null,
    })
  })

  it('is never longer than 120 characters, and the usual is never cut off', () => {
    const { told } = played((story) => {
      const of = { appKey: 'a'.repeat(90), targetName: 'b'.repeat(90), cause: causeOf('c', 'c '.repeat(200)) }
      story.fails(1, HOUR, 3 * HOUR, MINUTE, of)
    })
    for (const { title, body } of notificationsOf(told)) {
      expect(title.length).toBeLessThanOrEqual(120)
      expect(body.length).toBeLessThanOrEqual(120)
    }
    expect(notificationsOf(told)[0]!.body).toMatch(/… · usual: almost none$/)
  })

  it('silently, in the place of the first, what else fails; and its end, if it lasted', () => {
    const { told } = played((story) => {
      story.fails(1, HOUR, 2 * HOUR, MINUTE)
      story.ok(1, 2 * HOUR)
      // Too slow to be an incident: a failure each 16 min.
      story.fails(2, HOUR + 16 * MINUTE, HOUR + 16 * 6 * MINUTE, 16 * MINUTE)
      for (let i = 0; i < 40; i++) story.ok(2, HOUR + i * 4 * MINUTE)
    })
    const notices = notificationsOf(told)
    expect(notices.map(({ kind, silent, replaces }) => [kind, silent, replaces])).toEqual([
      ['opened', false, null],
      ['recovered', true, 1],
    ])
    expect(notices[1]!.title).toBe('Recovered — app_1.on_change')
    expect(notices[1]!.body).toMatch(/^after 1.h, 60 failures$/)
  })

  it('nothing of its end, if it lasted less than ten minutes', () => {
    const { told } = played((story) => {
      story.fails(1, HOUR, HOUR + 5 * MINUTE, 30 * SECOND)
      story.ok(1, HOUR + 6 * MINUTE)
    })
    expect(kinds(told)).toEqual(['opened'])
    expect(incidentsOf(told)).toMatchObject([{ ending: 'recovered' }])
  })

  it('that something failing beside it goes on: also', () => {
    const { told } = played((story) => {
      story.fails(1, HOUR, 4 * HOUR, MINUTE)
      for (let i = 0; i < 5; i++) {
        story.fails(2, HOUR + (20 + 35 * i) * MINUTE, HOUR + (20 + 35 * i) * MINUTE + 1, 2)
        story.ok(2, HOUR + (30 + 35 * i) * MINUTE)
      }
    })
    const update = notificationsOf(told).find(({ kind }) => kind === 'update')
    expect(update).toMatchObject({ silent: true, replaces: 1 })
    expect(update!.body).toContain('also: app_2')
    expect(incidentsOf(told)[0]!.also).toMatchObject([{ targetId: 2, failures: 5 }])
  })
})

describe('an incident that comes back', () => {
  const back = (secondEvery: number) =>
    played((story) => {
      story.fails(1, HOUR, 2 * HOUR, MINUTE)
      story.ok(1, 2 * HOUR)
      story.fails(1, 2.5 * HOUR, 3 * HOUR, secondEvery)
    })

  it('within its time is the same, and is not told again', () => {
    const { told } = back(MINUTE)
    expect(incidentsOf(told)).toMatchObject([{ reopened: 1, failures: 90, ending: null }])
    expect(kinds(told)).toEqual(['opened', 'recovered'])
  })

  it('three times as loud is told', () => {
    const { told } = back(5 * SECOND)
    expect(kinds(told)).toEqual(['opened', 'recovered', 'louder'])
    expect(titles(told)[2]).toMatch(/^Back and worse: \d+ failures in 5 min — app_1.on_change$/)
  })

  it('long after it is another', () => {
    const { told } = played((story) => {
      for (const at of [HOUR, 4 * HOUR]) {
        story.fails(1, at, at + 20 * MINUTE, MINUTE)
        story.ok(1, at + 30 * MINUTE)
      }
    })
    expect(incidentsOf(told)).toHaveLength(2)
  })
})

describe('reminders', () => {
  const open = (remind: boolean) =>
    played((story) => {
      story.event(0, withSettings({ remind }))
      story.fails(1, HOUR, 40 * HOUR, 5 * MINUTE)
    }, 40 * HOUR)

  it('come after four hours and then once a day, and by default never', () => {
    const notices = notificationsOf(open(true).told).filter(({ kind }) => kind === 'still')
    expect(notices.map(({ us }) => Math.round((us - BEGIN_US) / HOUR))).toEqual([5, 29])
    expect(kinds(open(false).told)).toEqual(['opened'])
  })
})
