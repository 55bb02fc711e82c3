import { describe, expect, it } from 'vitest'
import type { Incident } from '@shared/alert'
import type { FixtureName } from '../support/fixtures'
import { replayOf, replayOfWeek } from './replay'
import { incidentsOf, notificationsOf, play, SECOND } from './scenarios/play'

/** Dependency incidents with their apps, and what was told of them. */
function played(timeline: Parameters<typeof play>[0]) {
  const { told } = play(timeline)
  const incidents = incidentsOf(told).filter(({ rule }) => rule === 'rate' || rule === 'streak')
  const opened = (incident: Incident) =>
    notificationsOf(told).filter(({ kind, incidentId }) => incidentId === incident.id && kind === 'opened').length
  return { told, incidents, opened }
}

function appsOf({ targets }: Incident): string[] {
  return targets.map(({ appKey, name }) => `${appKey}.${name}`).sort()
}

describe('a week of an ordinary home', () => {
  /** What was done to the home, seconds since 1970. */
  const LABELS = [
    {
      from: 1794938700.0,
      to: 1794941100.0,
      failures: 250,
      handlers: ['kitchen_lights.motion', 'morning_routine.kitchen_presence'],
    },
    { from: 1795078540.0, to: 1795100700.0, failures: 8, handlers: ['garage_door.cover'] },
    { from: 1795257000.0, to: 1795261800.0, failures: 110, handlers: ['presence_tracker.wifi_signal'] },
    {
      from: 1795434000.0,
      to: 1795435200.0,
      failures: 153,
      handlers: ['air_quality.co2', 'air_quality.pm25', 'boiler_controller.temperature'],
    },
  ]

  it('has its four incidents, each told once within its time, and no other', async () => {
    const { told, incidents, opened } = played(await replayOfWeek())
    expect(incidents.map(appsOf)).toEqual(LABELS.map(({ handlers }) => handlers))
    for (const [index, { from, to, failures }] of LABELS.entries()) {
      const incident = incidents[index]!
      expect(incident.openedUs).toBeGreaterThanOrEqual(from * SECOND)
      expect(incident.lastUs).toBeLessThanOrEqual((to + 1) * SECOND)
      expect(incident.failures).toBe(failures)
      expect(opened(incident)).toBe(1)
    }
    expect(incidents.map(({ ending }) => ending)).toEqual(['recovered', 'recovered', 'recovered', null])
    // The bursts at six starts and the single failures are told in no way.
    expect(notificationsOf(told).filter(({ silent }) => !silent)).toHaveLength(4)
    expect(notificationsOf(told)[0]!.title).toBe('4 dependency failures in 1 min — kitchen_lights, morning_routine')
  }, 60_000)
})

describe('twenty minutes of storms', () => {
  it('are one incident for A and one for B, which D joins; C is no dependency failure', () => {
    const { incidents, opened } = played(replayOf('live-0.60'))
    expect(incidents.map(appsOf)).toEqual([
      ['demo_house.any_light', 'light_keeper.porch'],
      ['climate_watch.temperature', 'demo_house.any_light'],
    ])
    const [a, b] = incidents
    const within = ({ openedUs }: Incident, from: number, to: number) =>
      openedUs >= from * SECOND && openedUs <= to * SECOND
    expect(within(a!, 1795443918.699, 1795444039.214)).toBe(true)
    expect(within(b!, 1795444066.645, 1795444106.999)).toBe(true)
    expect(incidents.map(opened)).toEqual([1, 1])
  })

  it('of one light are one incident at 0.52', () => {
    const { incidents, opened } = played(replayOf('live-0.52'))
    expect(incidents.map(appsOf)).toEqual([['light_keeper.porch']])
    expect(incidents.map(opened)).toEqual([1])
  })

  it.each<FixtureName>(['live-v9', 'live-v10', 'live-v11', 'live-v13'])('in the first minute are none: %s', (name) => {
    expect(played(replayOf(name)).incidents).toEqual([])
  })
})
