import { describe, expect, it } from 'vitest'
import type { AlertSettings } from '@shared/alert-settings'
import { DEFAULT_ALERT_SETTINGS } from '@shared/alert-settings'
import { causeOf, incidentsOf, notificationsOf } from './scenarios/play'
import type { Story } from './story'
import { BEGIN_US, DAY, HOUR, MINUTE, played, SECOND, withSettings } from './story'
import { titles, withheld } from './told'

describe('other rules', () => {
  it('five failures of any kind in a row after a success; not without one, nor four', () => {
    const other = { dependencyFailure: false, status: 'failed' as const, groupId: 9, cause: causeOf('KeyError') }
    const five = played((story) => story.fails(1, HOUR, HOUR + 5 * MINUTE, MINUTE, other))
    expect(incidentsOf(five.told)).toMatchObject([{ rule: 'failures', failures: 5, firstUs: BEGIN_US + HOUR }])
    expect(titles(five.told)).toEqual(['5 failures in a row — app_1.on_change'])
    expect(incidentsOf(played((story) => story.fails(1, HOUR, HOUR + 4 * MINUTE, MINUTE, other)).told)).toEqual([])
    expect(incidentsOf(played((story) => story.fails(50, HOUR, 2 * HOUR, MINUTE, other)).told)).toEqual([])
  })

  it('timed-out runs count, cancelled and skipped ones neither count nor end a streak', () => {
    const { told } = played((story) => {
      for (let i = 0; i < 5; i++) {
        story.run(HOUR + i * 10 * MINUTE, { targetId: 1, status: 'timed_out' })
        story.run(HOUR + i * 10 * MINUTE + MINUTE, { targetId: 1, status: i % 2 === 0 ? 'cancelled' : 'skipped' })
      }
    })
    expect(incidentsOf(told)).toMatchObject([{ rule: 'failures', failures: 5 }])
  })

  it('a missed start is an incident that is not notified by default, and ends when the job runs', () => {
    const missed = (story: Story, us: number) =>
      story.event(us, {
        kind: 'missed',
        sourceId: 1,
        targetId: 60,
        appKey: 'garden',
        targetName: 'water',
        dueUs: BEGIN_US + us - MINUTE,
      })
    const tell = (story: Story) => {
      missed(story, HOUR)
      missed(story, 2 * HOUR)
      story.run(3 * HOUR, { targetId: 60, status: 'skipped' })
    }
    const { told } = played(tell)
    expect(incidentsOf(told)).toMatchObject([{ rule: 'missed', failures: 2, ending: 'recovered', firstRunId: null }])
    expect([notificationsOf(told), withheld(told)]).toEqual([[], ['off']])
    const on = played((story) => {
      story.event(0, withSettings({ notify: { ...DEFAULT_ALERT_SETTINGS.notify, missed: true } }))
      tell(story)
    })
    expect(titles(on.told)[0]).toBe('1 start missed — garden.water')
  })

  it('a streak without a run for 24 hours is stale', () => {
    const { told } = played((story) => story.fails(1, HOUR, 2 * HOUR, 10 * MINUTE), 2 * DAY)
    expect(incidentsOf(told)).toMatchObject([
      { rule: 'streak', ending: 'stale', clearedUs: BEGIN_US + 2 * HOUR - 10 * MINUTE + DAY },
    ])
  })
})

describe('sensitivity', () => {
  /** Failures of a handler that never succeeded, so many within a minute. */
  const burst = (failures: number, sensitivity: AlertSettings['sensitivity']) =>
    incidentsOf(
      played((story) => {
        story.event(0, withSettings({ sensitivity }))
        story.fails(70, HOUR, HOUR + failures * 5 * SECOND, 5 * SECOND)
      }, 2 * HOUR).told,
    ).length

  it.each([
    ['high', 3],
    ['medium', 4],
    ['low', 6],
  ] as const)('%s takes %d failures in a minute', (level, least) => {
    expect([burst(least - 1, { level }), burst(least, { level })]).toEqual([0, 1])
  })

  it('custom takes what it says, whatever is usual', () => {
    const sensitivity = { level: 'custom', failures: 10, minutes: 7 } as const
    expect([burst(9, sensitivity), burst(10, sensitivity)]).toEqual([0, 1])
  })

  it('moves the length of a streak', () => {
    const streak = (level: 'low' | 'medium' | 'high') => {
      const { told } = played((story) => {
        story.event(0, withSettings({ sensitivity: { level } }))
        story.fails(1, HOUR, 3 * HOUR, 20 * MINUTE)
      })
      return told.flatMap(({ effect }) => (effect.kind === 'incidentOpened' ? [effect.incident.failures] : []))
    }
    expect([streak('high'), streak('medium'), streak('low')]).toEqual([[2], [3], [5]])
  })
})
