import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { advance } from '@main/alerts/engine/engine'
import { createEngineState } from '@main/alerts/engine/engine-state'
import type { AlertBatch } from '@main/alerts/engine/events'
import type { Incident } from '@shared/alert'
import { replayOf } from './replay'
import type { Seen, Timeline } from './scenarios/play'
import { throughJson } from './scenarios/play'
import { SCENARIOS, scenarioOf } from './scenarios/scenarios'
import { SECOND } from './story'

/** Batches. */
const RESTART_EVERY = 50

/** As the feed tells it: runs by their numbers, and what happened to sessions before the first run that is not earlier. */
function asFed({ events }: Timeline): Seen[] {
  const runs = events.flatMap(({ visibleUs, event }) => (event.kind === 'run' ? [{ visibleUs, event }] : []))
  runs.sort((a, b) => a.event.runId - b.event.runId)
  const others = events.filter(({ event }) => event.kind !== 'run').sort((a, b) => timeOf(a) - timeOf(b))
  const fed: Seen[] = []
  for (const run of runs) {
    while (others[0] && timeOf(others[0]) <= run.event.endUs) fed.push(...others.splice(0, 1))
    fed.push(run)
  }
  return [...fed, ...others]
}

function timeOf({ event }: Seen): number {
  return 'atUs' in event ? event.atUs : -Infinity
}

/** The incidents of what happened, told in batches of these sizes in turn, with a new start now and then. */
function incidentsOf(timeline: Timeline, sizes: readonly number[]): Incident[] {
  const inOrder = asFed(timeline)
  const incidents = new Map<number, Incident>()
  let state = createEngineState()
  const tell = (batch: typeof inOrder): void => {
    const told: AlertBatch = {
      nowUs: batch.at(-1)!.visibleUs + SECOND,
      utcOffsetMinutes: 0,
      caughtUp: [],
      events: batch.map(({ event }) => event),
    }
    for (const effect of advance(state, told))
      if ('incident' in effect) incidents.set(effect.incident.id, effect.incident)
  }
  for (let start = 0, turn = 0; start < inOrder.length; turn++) {
    const size = sizes[turn % sizes.length]!
    tell(inOrder.slice(start, start + size))
    if (turn % RESTART_EVERY === 0) state = throughJson(state)
    start += size
  }
  return [...incidents.values()].map((incident) => ({ ...incident, late: true }))
}

describe('the incidents of what happened', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 8 })
  const timelines: [string, Timeline][] = [
    ['live-0.60', replayOf('live-0.60')],
    ['live-0.52', replayOf('live-0.52')],
    ...SCENARIOS.filter(({ name }) => /^S(6|9|12) /.test(name)).map((scenario): [string, Timeline] => [
      scenario.name,
      scenarioOf(scenario, 1).timeline,
    ]),
  ]

  it.each(timelines)(
    'are the same in any batches: %s',
    (_, timeline) => {
      const whole = incidentsOf(timeline, [1000])
      expect(incidentsOf(timeline, [1])).toEqual(whole)
      fc.assert(
        fc.property(sizes, (batches) => {
          expect(incidentsOf(timeline, batches)).toEqual(whole)
        }),
        { numRuns: 3 },
      )
    },
    60_000,
  )
})
