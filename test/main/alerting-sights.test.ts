import { createVisibility } from '@main/alerts/visibility'
import type { HassetteState, SourceInfo, SourceState } from '@shared/source'
import { beforeEach, describe, expect, it } from 'vitest'

const SECOND_US = 1_000_000
const START_US = 1_800_000_000_000_000
const problem = { code: 'source_not_found' as const, message: 'The file is gone.' }

function source(state: SourceState, more: Partial<SourceInfo> = {}): SourceInfo {
  return {
    id: 1,
    name: 'Home',
    mode: 'live',
    path: '/home.db',
    state,
    schemaVersion: 15,
    sessions: 1,
    appRuns: 1,
    frameworkRuns: 0,
    oldestRunUs: null,
    newestRunUs: null,
    restartUs: null,
    hassette: null,
    clockOffsetUs: 0,
    ...more,
  }
}

describe('what the alerts make of a source', () => {
  let sights: ReturnType<typeof createVisibility>
  let elapsedMs: number
  let nowUs: number
  beforeEach(() => {
    sights = createVisibility()
    elapsedMs = 1000
    nowUs = START_US
  })

  const sightOf = (state: SourceState, afterS = 0) => {
    elapsedMs += afterS * 1000
    nowUs += afterS * SECOND_US
    return sights.of([source(state)], nowUs, elapsedMs)[0]?.sight
  }
  /** Looks every five seconds for so long. */
  const lookFor = (state: SourceState, seconds: number) => {
    let sight = sightOf(state)
    for (let second = 0; second < seconds; second += 5) sight = sightOf(state, 5)
    return sight
  }
  const stale: SourceState = { kind: 'stale', sinceMs: START_US / 1000 - 0.0004, problem }
  const failed: SourceState = { kind: 'failed', problem }
  const live: SourceState = { kind: 'live', atMs: 0 }

  it.each<[SourceState, object]>([
    [
      { kind: 'live', atMs: 0 },
      { kind: 'seen', caughtUp: true, hassette: null, clockOffsetUs: 0 },
    ],
    [
      { kind: 'up_to_date', atMs: 0 },
      { kind: 'seen', caughtUp: true, hassette: null, clockOffsetUs: 0 },
    ],
    [{ kind: 'connecting' }, { kind: 'unknown' }],
    [{ kind: 'catching_up', done: 1, total: 2 }, { kind: 'unknown' }],
    [{ kind: 'not_read' }, { kind: 'unknown' }],
    [{ kind: 'cancelled' }, { kind: 'unknown' }],
    [stale, { kind: 'unknown' }],
    [failed, { kind: 'unknown' }],
  ])('%o is at first %o', (state, sight) => {
    expect(sightOf(state)).toEqual(sight)
  })

  it('is blindness once nothing was seen for a minute while we looked', () => {
    expect(lookFor(stale, 55)).toEqual({ kind: 'unknown' })
    const blind = sightOf(stale, 5)
    expect(blind).toEqual({ kind: 'blind', sinceUs: START_US, problem })
  })

  it('counts blindness of what never could be read from our first look', () => {
    sightOf(live, 20)
    const firstUs = nowUs
    expect(lookFor(failed, 60)).toMatchObject({ kind: 'blind', sinceUs: firstUs })
  })

  it('never counts blindness from a moment that is yet to come', () => {
    const late: SourceState = { kind: 'stale', sinceMs: START_US / 1000 + 9e9, problem }
    expect(lookFor(late, 60)).toMatchObject({ kind: 'blind', sinceUs: nowUs })
  })

  it('begins anew when the source was seen in between', () => {
    lookFor(stale, 55)
    sightOf(live, 1)
    expect(sightOf(stale, 5)).toEqual({ kind: 'unknown' })
    expect(lookFor(stale, 60)).toMatchObject({ kind: 'blind' })
  })

  it.each(['a leap of the clock', 'a wake-up'])('trusts nothing from before %s', (what) => {
    expect(lookFor(stale, 60)).toMatchObject({ kind: 'blind' })
    if (what === 'a wake-up') sights.startOver(elapsedMs)
    else nowUs += 31 * SECOND_US
    expect(sightOf(stale)).toEqual({ kind: 'unknown' })
    expect(sightOf(live)).toEqual({ kind: 'seen', caughtUp: false, hassette: null, clockOffsetUs: 0 })
    expect(sightOf(live, 9)).toEqual({ kind: 'seen', caughtUp: false, hassette: null, clockOffsetUs: 0 })
    expect(sightOf(live, 1)).toEqual({ kind: 'seen', caughtUp: true, hassette: null, clockOffsetUs: 0 })
  })

  it.each<[HassetteState | null, boolean]>([
    [null, false],
    [{ kind: 'running', sinceUs: 1, sure: false, signUs: null }, false],
    [{ kind: 'running', sinceUs: 1, sure: false, signUs: 1 }, false],
    [{ kind: 'running', sinceUs: 1, sure: true, signUs: null }, true],
    [{ kind: 'stopped', sinceUs: 1, due: false }, true],
    [{ kind: 'down', how: 'silent', sinceUs: 1, due: true }, true],
  ])('concludes from a Hassette only what was seen of it: %j', (hassette, counts) => {
    const [seen] = sights.of([source(live, { hassette, clockOffsetUs: 7 })], nowUs, elapsedMs)
    expect(seen?.sight).toMatchObject({ kind: 'seen', hassette: counts ? hassette : null, clockOffsetUs: 7 })
  })

  it('takes a clock that is set back for no sleep', () => {
    sightOf(live)
    nowUs -= 3600 * SECOND_US
    expect(sightOf(live)).toEqual({ kind: 'seen', caughtUp: true, hassette: null, clockOffsetUs: 0 })
  })

  it('is told of no source that is not in the archive or was removed', () => {
    const all = [
      source(live),
      source(live, { id: 0 }),
      source(live, { id: -1 }),
      source(live, { id: 2, removed: true }),
    ]
    expect(sights.of(all, nowUs, elapsedMs)).toEqual([
      {
        sourceId: 1,
        name: 'Home',
        mode: 'live',
        sight: { kind: 'seen', caughtUp: true, hassette: null, clockOffsetUs: 0 },
      },
    ])
  })
})
