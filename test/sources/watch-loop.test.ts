import { writeFileSync } from 'node:fs'
import { Failure } from '@shared/result'
import type { Look, Sight } from '@archive/ingest'
import { createFileWatcher } from '@archive/ingest'
import type { WatchState } from '@main/archive/api'
import { describe, expect, it, vi } from 'vitest'
import { useTempFolder } from '../support/fixtures'

const SIGHT: Sight = {
  isLive: true,
  signs: { count: 0, newestUs: null, session: null, heartbeatUs: 0, offsetUs: 0 },
}

/** The loop alone: its pauses end when the test says so, and the clock is the test's. */
describe('the loop that watches', () => {
  const folder = useTempFolder()

  function setUp(read: (look: Look) => Promise<Sight>) {
    const path = folder.path('x.db')
    writeFileSync(path, '1')
    const states: WatchState[] = []
    const pauses: number[] = []
    let resume: () => void = () => undefined
    let paused: () => void = () => undefined
    let stop: () => void = () => undefined
    let now = 1_000_000
    vi.spyOn(performance, 'now').mockImplementation(() => now)
    const tail = createFileWatcher()
    const ended = tail
      .watch(
        { path, known: SIGHT, seen: null, read },
        {
          state: (state) => states.push(state),
          pause: (milliseconds = 0, onSleep) =>
            new Promise<void>((resolve, reject) => {
              pauses.push(milliseconds)
              resume = resolve
              onSleep?.(resolve)
              stop = () => reject(new Failure('cancelled', 'Cancelled.'))
              paused()
            }),
        },
      )
      .catch((thrown: unknown) => thrown)
    const nextPause = () => new Promise<void>((resolve) => (paused = resolve))
    return {
      path,
      states,
      pauses,
      tail,
      ended,
      stop: () => stop(),
      first: nextPause(),
      /** Lets the pause end after so many milliseconds, and answers at the next one. */
      tick: async (milliseconds: number): Promise<void> => {
        now += milliseconds
        const next = nextPause()
        resume()
        await next
      },
      /** Answers at the next pause. */
      nextPause,
    }
  }

  it('looks every 2 s, and at once and every 250 ms when the window is seen', async () => {
    const { tail, pauses, first, nextPause, tick } = setUp(async () => SIGHT)
    await first
    expect(pauses).toEqual([2000])
    const next = nextPause()
    tail.setPace('visible')
    await next
    expect(pauses).toEqual([2000, 250])
    await tick(250)
    expect(pauses).toEqual([2000, 250, 250])
  })

  it('reads when the file changed, twice more after it, whole at last, and then no more', async () => {
    const read = vi.fn<(look: Look) => Promise<Sight>>(async () => SIGHT)
    const { path, first, tick } = setUp(read)
    await first
    expect(read).toHaveBeenCalledTimes(1)
    await tick(2000)
    expect(read).toHaveBeenCalledTimes(1)
    await tick(1000)
    expect(read).toHaveBeenCalledTimes(2)
    await tick(26_000)
    expect(read).toHaveBeenCalledTimes(2)
    await tick(1000)
    expect(read.mock.calls.map(([{ last }]) => last)).toEqual([false, false, true])
    for (let round = 0; round < 5; round++) await tick(10_000)
    expect(read).toHaveBeenCalledTimes(3)
    writeFileSync(path, '12')
    await tick(100)
    expect(read).toHaveBeenCalledTimes(4)
  })

  it('waits for the silence anew with each change', async () => {
    const read = vi.fn<(look: Look) => Promise<Sight>>(async () => SIGHT)
    const { path, first, tick } = setUp(read)
    await first
    for (let change = 2; change < 6; change++) {
      await tick(20_000)
      writeFileSync(path, 'x'.repeat(change))
      await tick(250)
    }
    expect(read.mock.calls.some(([{ last }]) => last)).toBe(false)
    await tick(30_000)
    await tick(250)
    expect(read.mock.calls.filter(([{ last }]) => last)).toHaveLength(1)
  })

  it('tries again after 0.25, 1, 2, 5, 10 and then every 30 s, and at once when the file changed', async () => {
    let broken = true
    const read = vi.fn(async () => {
      if (broken) throw new Failure('source_locked', 'Locked.')
      return SIGHT
    })
    const { path, states, first, tick, stop, ended } = setUp(read)
    await first
    expect(states).toEqual([])
    let calls = 1
    for (const wait of [250, 1000, 2000, 5000, 10_000, 30_000, 30_000]) {
      await tick(wait - 1)
      expect(read).toHaveBeenCalledTimes(calls)
      await tick(1)
      expect(read).toHaveBeenCalledTimes(++calls)
    }
    expect(new Set(states.map((state) => state.kind))).toEqual(new Set(['stale']))
    broken = false
    writeFileSync(path, '12')
    await tick(1)
    expect(states.at(-1)?.kind).toBe('live')
    stop()
    expect(await ended).toMatchObject({ code: 'cancelled' })
  })

  it('ends with what is no fault of the source', async () => {
    const { ended } = setUp(() => Promise.reject(new Failure('disk_full', 'No room.')))
    expect(await ended).toMatchObject({ code: 'disk_full' })
  })
})
