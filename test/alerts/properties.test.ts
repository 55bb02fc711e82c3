import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { advance } from '@main/alerts/engine/engine'
import { createEngineState, isEngineState } from '@main/alerts/engine/engine-state'
import type { AlertBatch, FinishedRun } from '@main/alerts/engine/events'
import type { Seen } from './scenarios/play'
import { play, run } from './scenarios/play'
import { createRandom } from './scenarios/random'
import { BEGIN_US, DAY, HOUR, MINUTE, SECOND, tellStory } from './story'

/** Some hours of a home in which anything may fail at any time. */
interface Hours {
  storms: { targetId: number; at: number; length: number; every: number; other: boolean }[]
  successes: { targetId: number; at: number }[]
}

const hours: fc.Arbitrary<Hours> = fc.record({
  storms: fc.array(
    fc.record({
      targetId: fc.integer({ min: 1, max: 8 }),
      at: fc.integer({ min: 0, max: 300 }),
      length: fc.integer({ min: 1, max: 60 }),
      every: fc.integer({ min: 2, max: 900 }),
      other: fc.boolean(),
    }),
    { minLength: 1, maxLength: 6 },
  ),
  successes: fc.array(fc.record({ targetId: fc.integer({ min: 1, max: 8 }), at: fc.integer({ min: 0, max: 360 }) }), {
    maxLength: 60,
  }),
})

function timelineOf({ storms, successes }: Hours) {
  const story = tellStory({ history: DAY + HOUR })
  for (const { targetId, at, length, every, other } of storms) {
    const of: Partial<FinishedRun> = other ? { dependencyFailure: false, status: 'failed' } : {}
    story.fails(targetId, at * MINUTE, (at + length) * MINUTE, every * SECOND, of)
  }
  for (const { targetId, at } of successes) story.ok(targetId, at * MINUTE + 500_000)
  return story.timeline(9 * HOUR)
}

describe('the engine', () => {
  it('gives the same effects however the events of a batch are mixed', () => {
    fc.assert(
      fc.property(hours, fc.nat(), (made, seed) => {
        const random = createRandom(seed)
        const mix = (batch: AlertBatch): AlertBatch => ({
          ...batch,
          events: batch.events
            .map((event) => ({ event, place: random.between(0, 1) }))
            .sort((a, b) => a.place - b.place)
            .map(({ event }) => event),
        })
        const timeline = timelineOf(made)
        expect(play(timeline, { change: mix }).told).toEqual(play(timeline).told)
      }),
      { numRuns: 25 },
    )
  }, 60_000)

  it('gives the same effects when it is started anew after any batch', () => {
    fc.assert(
      fc.property(hours, fc.integer({ min: 1, max: 40 }), (made, restartEvery) => {
        const timeline = timelineOf(made)
        const [through, anew] = [play(timeline), play(timeline, { restartEvery })]
        expect(anew.told).toEqual(through.told)
        expect(anew.state).toEqual(through.state)
      }),
      { numRuns: 25 },
    )
  }, 60_000)

  it('tells nothing twice that is fed twice', () => {
    fc.assert(
      fc.property(hours, (made) => {
        const timeline = timelineOf(made)
        const last: AlertBatch['events'] = []
        const twice = (batch: AlertBatch): AlertBatch => {
          const events = [...last, ...batch.events]
          last.splice(0, last.length, ...batch.events.filter(({ kind }) => kind === 'run'))
          return { ...batch, events }
        }
        expect(play(timeline, { change: twice }).told).toEqual(play(timeline).told)
      }),
      { numRuns: 25 },
    )
  }, 60_000)

  it('never opens an incident twice, nor ends or changes one that is not open', () => {
    fc.assert(
      fc.property(hours, (made) => {
        const open = new Set<number>()
        const ever = new Set<number>()
        for (const { effect } of play(timelineOf(made)).told) {
          if (!('incident' in effect)) continue
          const { id } = effect.incident
          expect(open.has(id)).toBe(effect.kind === 'incidentUpdated' || effect.kind === 'incidentCleared')
          expect(ever.has(id)).toBe(effect.kind !== 'incidentOpened')
          if (effect.kind === 'incidentCleared') open.delete(id)
          else open.add(id)
          ever.add(id)
        }
      }),
      { numRuns: 50 },
    )
  }, 60_000)
})

describe('what the engine keeps', () => {
  /** Bytes of the state after so many days of a home in which everything fails now and then, and all at once each 100 minutes. */
  function sizeAfter(days: number): number {
    const state = createEngineState()
    const random = createRandom(7)
    const told: Seen['event'][] = [
      { kind: 'source', sourceId: 1, name: 'Hassette', mode: 'live' },
      { kind: 'sessionStarted', sourceId: 1, atUs: BEGIN_US },
    ]
    let runId = 0
    for (let minute = 0; minute < days * 1440; minute++) {
      const nowUs = BEGIN_US + minute * MINUTE
      const events: AlertBatch['events'] = minute === 0 ? told : []
      const storm = minute % 100 === 0 ? 200 : 0
      for (let n = 0; n < 2 + storm; n++) {
        const targetId = random.whole(1, 60)
        const dependencyFailure = random.between(0, 1) < (n < 2 ? 0.2 : 0.9)
        const groupId = random.whole(1, 500)
        const endUs = nowUs - 5 * SECOND - n * 100_000
        events.push(run({ runId: ++runId, targetId, endUs, dependencyFailure, groupId }))
      }
      if (minute % 300 === 299) events.push({ kind: 'sessionStarted', sourceId: 1, atUs: nowUs - SECOND })
      advance(state, { nowUs, utcOffsetMinutes: 0, caughtUp: [1], events })
    }
    return JSON.stringify(state).length
  }

  it('stops growing after a week, however much fails', () => {
    const [nine, fifteen] = [sizeAfter(9), sizeAfter(15)]
    expect(fifteen).toBeLessThan(nine * 1.15)
    expect(fifteen).toBeLessThan(600_000)
  }, 60_000)

  it('is not read from another version, nor from what is no state', () => {
    expect(isEngineState(JSON.parse(JSON.stringify(createEngineState(5))))).toBe(true)
    const { version } = createEngineState()
    for (const state of [undefined, null, 'x', [], { version: 0 }, { version }, { version, sources: null }]) {
      expect(isEngineState(state)).toBe(false)
    }
  })
})
