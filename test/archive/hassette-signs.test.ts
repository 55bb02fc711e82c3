import type { Findings } from '@archive/ingest'
import { createClockOffset, createSignReader } from '@archive/ingest'
import type { SessionInput } from '@main/archive/batch'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { madeSession } from '../support/synthetic'

const SECOND = 1_000_000
const MINUTE = 60 * SECOND
const NOW = 1_800_000_000_000_000

const session = (more: Partial<SessionInput> = {}): SessionInput =>
  madeSession(1, { startedUs: NOW - 60 * MINUTE, heartbeatUs: NOW - 60 * MINUTE, ...more })

/** Reads one Hassette, `minutes` after `NOW`; its clock is `behindMin` behind. */
function reading(known = 0) {
  const reader = createSignReader(known)
  return {
    signs: reader.signs,
    look: (minutes: number, found: Partial<Findings>) => {
      reader.take({
        nowUs: NOW + minutes * MINUTE,
        elapsedMs: minutes * 60_000,
        wasSeen: true,
        sessions: null,
        newestEndUs: null,
        others: false,
        ...found,
      })
      return reader.signs()
    },
  }
}

describe('signs of a Hassette', () => {
  it('count what is new: a session, a heartbeat, a run, a log line; and nothing else', () => {
    const { look } = reading()
    expect(look(0, { sessions: [session()] }).count).toBe(1)
    expect(look(1, { sessions: [session()] }).count).toBe(1)
    expect(look(2, {}).count).toBe(1)
    expect(look(3, { newestEndUs: NOW }).count).toBe(2)
    expect(look(4, { others: true }).count).toBe(3)
    expect(look(5, { sessions: [session({ heartbeatUs: NOW })] }).count).toBe(4)
    expect(look(6, { sessions: [session({ heartbeatUs: NOW }), session({ foreignId: 2, startedUs: NOW })] })).toEqual({
      count: 5,
      newestUs: NOW,
      session: { startedUs: NOW, ending: 'running', endedUs: null },
      heartbeatUs: 0,
      offsetUs: null,
    })
  })

  it.each([
    ['clean', { stoppedUs: NOW, heartbeatUs: NOW - MINUTE }, { ending: 'clean', endedUs: NOW }],
    ['killed', { stoppedUs: NOW - 60 * MINUTE }, { ending: 'killed', endedUs: NOW - 60 * MINUTE }],
    ['crashed', { stoppedUs: NOW }, { ending: 'crashed', endedUs: NOW }],
    // A service failed and Hassette went on: it says so without an end.
    ['crashed', { stoppedUs: null }, { ending: 'running', endedUs: null }],
  ] as const)('tell an end as it was written: %s', (ending, more, told) => {
    const { look } = reading()
    expect(look(0, { sessions: [session({ ending, ...more })] }).session).toMatchObject(told)
  })

  it('overrule an end by a run of after it, once the last words are over', () => {
    const stop = session({ ending: 'clean', stoppedUs: NOW })
    const said = (atMin: number, endUs: number) => {
      const { look } = reading()
      look(0, { sessions: [stop] })
      return look(atMin, { newestEndUs: endUs }).session?.ending
    }
    expect(said(0.5, NOW + 600_000)).toBe('clean')
    expect(said(2, NOW - 1)).toBe('clean')
    expect(said(2, NOW + MINUTE)).toBe('running')
  })

  it('end again with the next session', () => {
    const { look } = reading()
    const first = session({ ending: 'clean', stoppedUs: NOW })
    look(0, { sessions: [first] })
    expect(look(2, { newestEndUs: NOW + MINUTE }).session?.ending).toBe('running')
    const next = session({ foreignId: 2, startedUs: NOW + 2 * MINUTE, ending: 'clean', stoppedUs: NOW + 3 * MINUTE })
    expect(look(4, { sessions: [first, next] }).session).toMatchObject({ ending: 'clean' })
  })

  it('learn how far heartbeats are apart, from those that are seen to be written', () => {
    const beats = (...minutes: number[]) => {
      const { look, signs } = reading(0)
      for (const minute of minutes) look(minute, { sessions: [session({ heartbeatUs: NOW + minute * MINUTE })] })
      return signs().heartbeatUs / MINUTE
    }
    expect(beats(0, 5, 10, 15)).toBe(5)
    expect(beats(0, 5, 25, 30)).toBe(20)
    expect(reading(7).signs().heartbeatUs).toBe(7)
    // The machine slept, or its clock was set: what the heartbeats say is not what passed.
    const { look, signs } = reading()
    look(0, { sessions: [session()] })
    look(5, { sessions: [session({ heartbeatUs: NOW + 5 * MINUTE })] })
    look(6, { sessions: [session({ heartbeatUs: NOW + 45 * MINUTE })] })
    expect(signs().heartbeatUs).toBe(0)
    const slept = reading()
    slept.look(0, { sessions: [session()] })
    slept.look(5, { sessions: [session({ heartbeatUs: NOW + 5 * MINUTE })] })
    slept.look(44, { wasSeen: false })
    slept.look(45, { sessions: [session({ heartbeatUs: NOW + 45 * MINUTE })] })
    expect(slept.signs().heartbeatUs).toBe(0)
  })
})

describe('the offset of the clock of a Hassette', () => {
  /** Commits a minute apart that are so many minutes old when they come. */
  const after = (...ages: number[]) => {
    const offset = createClockOffset()
    ages.forEach((age, index) => offset.commit(age * MINUTE, index * 60_000))
    const us = offset.us()
    return us === null ? null : us / MINUTE
  }

  it('is believed when five commits agree to half a minute', () => {
    expect(after(20, 20, 20, 20)).toBeNull()
    expect(after(20, 20, 20.1, 20, 20.2)).toBe(20)
    expect(after(-30, -30, -30, -30, -30)).toBe(-30)
    expect(after(20, 19, 20, 21, 20)).toBeNull()
  })

  it('is nothing below a minute', () => {
    expect(after(0.9, 0.9, 0.9, 0.9, 0.9)).toBe(0)
  })

  it('changes when five commits agree on another', () => {
    expect(after(20, 20, 20, 20, 20, 0, 0, 0, 0)).toBe(20)
    expect(after(20, 20, 20, 20, 20, 0, 0, 0, 0, 0)).toBe(0)
  })

  it('is not taken from runs that are committed late while heartbeats are in time', () => {
    const offset = createClockOffset()
    offset.heartbeat(SECOND, 0)
    for (let commit = 0; commit < 8; commit++) offset.commit(15 * MINUTE, 1000 * commit)
    expect(offset.us()).toBeNull()
  })

  it('is taken from two heartbeats that agree', () => {
    const offset = createClockOffset()
    offset.heartbeat(20 * MINUTE, 0)
    expect(offset.us()).toBeNull()
    offset.heartbeat(20 * MINUTE + SECOND, 300_000)
    expect((offset.us() ?? 0) / MINUTE).toBeCloseTo(20, 1)
  })

  it('stays within what was sampled, whatever comes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: -3600, max: 3600 }), fc.boolean(), fc.nat(900)), { maxLength: 60 }),
        (samples) => {
          const offset = createClockOffset()
          let atMs = 0
          for (const [seconds, isBeat, pauseS] of samples) {
            atMs += pauseS * 1000
            if (isBeat) offset.heartbeat(seconds * SECOND, atMs)
            else offset.commit(seconds * SECOND, atMs)
            const us = offset.us()
            expect(us === null || us === 0 || samples.some(([sampled]) => sampled * SECOND === us)).toBe(true)
          }
        },
      ),
    )
  })
})
