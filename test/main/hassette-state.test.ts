import type { HassetteSigns } from '@main/archive/api'
import { HassetteWatch } from '@main/sources/hassette-state'
import { describe, expect, it } from 'vitest'

const SECOND = 1_000_000
const MINUTE = 60 * SECOND
const START_US = 1_800_000_000_000_000
/** Two missed heartbeats and a minute. */
const LIMIT_MIN = 11

/** A Hassette that is watched every five seconds, by clocks that the test moves. */
function watching(first: Partial<HassetteSigns> = {}) {
  let [nowUs, elapsedMs] = [START_US, 5000]
  const watch = new HassetteWatch()
  let signs: HassetteSigns = {
    count: 1,
    newestUs: START_US - 20 * MINUTE,
    session: { startedUs: START_US - 60 * MINUTE, ending: 'running', endedUs: null },
    heartbeatUs: 0,
    offsetUs: 0,
    ...first,
  }
  const take = (change: Partial<HassetteSigns> = {}): void => {
    signs = { ...signs, ...change }
    watch.take(signs, nowUs, elapsedMs)
  }
  take()
  return {
    /** Something new of it was seen, or what is told changed. */
    sign: (change: Partial<HassetteSigns> = {}) => take({ count: signs.count + 1, newestUs: nowUs, ...change }),
    take,
    now: () => nowUs,
    state: () => watch.state(nowUs, elapsedMs),
    forget: () => watch.forget(),
    awoke: () => watch.startOver(elapsedMs),
    /** Time passes while it is looked at every five seconds. */
    pass: (minutes: number) => {
      for (let seconds = 0; seconds < minutes * 60; seconds += 5) {
        nowUs += 5 * SECOND
        elapsedMs += 5000
        watch.state(nowUs, elapsedMs)
      }
      return watch.state(nowUs, elapsedMs)
    },
    /** The process stands still, or the machine sleeps and its steady clock goes on. */
    leap: (minutes: number) => {
      nowUs += minutes * MINUTE
      elapsedMs += minutes * 60_000
    },
  }
}

describe('a Hassette whose session has no end', () => {
  it('runs, since its session began', () => {
    expect(watching({ newestUs: START_US - MINUTE }).state()).toEqual({
      ...{ kind: 'running', sinceUs: START_US - 60 * MINUTE, sure: false, signUs: null },
    })
  })

  it('is not called running where its newest sign is old, until one comes', () => {
    expect(watching().state()).toMatchObject({ kind: 'running', sure: false, signUs: START_US - 20 * MINUTE })
    expect(watching({ newestUs: START_US - 10 * MINUTE }).state()).toMatchObject({ kind: 'running', signUs: null })
    expect(watching({ heartbeatUs: 15 * MINUTE }).state()).toMatchObject({ signUs: null })
    const hassette = watching()
    hassette.sign()
    expect(hassette.state()).toMatchObject({ kind: 'running', sure: true, signUs: null })
  })

  it('is down once it was silent for two heartbeats and a minute, since its last sign', () => {
    const hassette = watching()
    hassette.pass(3)
    hassette.sign()
    const lastUs = hassette.now()
    expect(hassette.pass(LIMIT_MIN - 1)?.kind).toBe('running')
    expect(hassette.pass(1)).toEqual({ kind: 'down', how: 'silent', sinceUs: lastUs, due: true })
  })

  it('is not down by silence of before we watched, and then since its last sign of before', () => {
    const hassette = watching()
    expect(hassette.state()?.kind).toBe('running')
    expect(hassette.pass(LIMIT_MIN)).toMatchObject({ kind: 'down', sinceUs: START_US - 20 * MINUTE })
  })

  it('counts from its last sign by our clock, whatever its own says', () => {
    const hassette = watching({ newestUs: START_US + 999 * MINUTE })
    expect(hassette.pass(LIMIT_MIN)).toMatchObject({ kind: 'down', sinceUs: START_US + LIMIT_MIN * MINUTE })
    const behind = watching({ newestUs: START_US - 50 * MINUTE, offsetUs: 30 * MINUTE })
    expect(behind.pass(LIMIT_MIN)).toMatchObject({ sinceUs: START_US - 20 * MINUTE })
  })

  it('may be silent for longer where its heartbeats come seldomer', () => {
    const hassette = watching({ heartbeatUs: 20 * MINUTE })
    expect(hassette.pass(40)?.kind).toBe('running')
    expect(hassette.pass(1)?.kind).toBe('down')
  })

  it('runs again with its next sign', () => {
    const hassette = watching()
    hassette.pass(30)
    hassette.sign()
    expect(hassette.state()).toMatchObject({ kind: 'running', sure: true })
    // After a sleep only its own words say so.
    hassette.awoke()
    expect(hassette.state()).toMatchObject({ kind: 'running', sure: false })
    expect(hassette.pass(LIMIT_MIN - 1)?.kind).toBe('running')
  })

  it('is asked for no sign of the time in which nobody watched', () => {
    const slept = watching()
    slept.pass(10)
    slept.leap(480)
    expect(slept.state()?.kind).toBe('running')
    expect(slept.pass(LIMIT_MIN - 1)?.kind).toBe('running')
    expect(slept.pass(1)?.kind).toBe('down')
    const woken = watching()
    woken.pass(10)
    woken.awoke()
    expect(woken.pass(10)?.kind).toBe('running')
    const blind = watching()
    blind.pass(10)
    blind.forget()
    expect(blind.state()).toBeNull()
    blind.take()
    expect(blind.pass(10)?.kind).toBe('running')
  })
})

describe('a Hassette whose session ended', () => {
  const ended = (ending: 'clean' | 'crashed' | 'killed') => ({
    newestUs: START_US - 2 * MINUTE,
    session: { startedUs: START_US - 60 * MINUTE, ending, endedUs: START_US - 2 * MINUTE },
  })

  it.each([
    ['clean', { kind: 'stopped', sinceUs: START_US - 2 * MINUTE }, 30],
    ['crashed', { kind: 'down', how: 'crashed', sinceUs: START_US - 2 * MINUTE }, 10],
    ['killed', { kind: 'down', how: 'killed', sinceUs: START_US - 2 * MINUTE }, 10],
  ] as const)('%s: is told after some minutes without a start', (ending, state, minutes) => {
    const hassette = watching()
    hassette.pass(1)
    hassette.sign(ended(ending))
    expect(hassette.pass(minutes - 1)).toMatchObject({ ...state, due: false })
    expect(hassette.pass(1)).toEqual({ ...state, due: true })
    hassette.sign({ session: { startedUs: hassette.now(), ending: 'running', endedUs: null } })
    expect(hassette.state()).toEqual({ kind: 'running', sinceUs: hassette.now(), sure: true, signUs: null })
  })

  it('ended before we watched: the minutes count from then', () => {
    const hassette = watching(ended('clean'))
    expect(hassette.state()).toMatchObject({ kind: 'stopped', due: false })
    expect(hassette.pass(29)).toMatchObject({ due: false })
    expect(hassette.pass(1)).toMatchObject({ due: true })
  })

  it('says since when it is gone by its last run where that came after the end that was written', () => {
    const hassette = watching({ ...ended('killed'), newestUs: START_US - MINUTE })
    expect(hassette.state()).toMatchObject({ kind: 'down', how: 'killed', sinceUs: START_US - MINUTE })
  })
})

it('says nothing of a file without a session', () => {
  expect(watching({ session: null, newestUs: null }).pass(60)).toBeNull()
})
