import { Failure } from '@shared/result'
import { describe, expect, it } from 'vitest'
import { waitFor } from '../support/wait'
import { setUp } from './made-registry'

describe('the registry of sources', () => {
  describe('a reading that is cancelled', () => {
    /** Copies one of three runs a step, from where the last reading stopped. */
    function threeRuns() {
      const copied: number[] = []
      let reads = 0
      let step = (): void => undefined
      const set = setUp({
        read: async (_, { signal, onProgress }) => {
          reads++
          while (copied.length < 3) {
            onProgress(copied.length, 3)
            await new Promise<void>((resolve, reject) => {
              step = resolve
              signal.addEventListener('abort', () => reject(new Failure('cancelled', 'Cancelled.')))
            })
            copied.push(copied.length + 1)
          }
        },
      })
      const copy = async (upTo: number): Promise<void> => {
        await waitFor(`${upTo} runs`, () => {
          if (copied.length < upTo) step()
          return copied.length >= upTo
        })
      }
      return { ...set, copied, copy, reads: () => reads }
    }

    it('stops, is neither tried again nor watched, and goes on after what was copied', async () => {
      const { registry, stateIs, watches, warnings, copied, copy, reads } = threeRuns()
      await registry.start()
      await stateIs('catching_up')
      await copy(1)
      registry.cancel(7)
      await registry.settled()
      await stateIs('cancelled')
      // Longer than the wait before a source that failed is tried again.
      await new Promise((resolve) => setTimeout(resolve, 60))
      expect([reads(), watches.length, warnings]).toEqual([1, 0, []])
      await stateIs('cancelled')

      registry.retry(7)
      await stateIs('catching_up')
      await copy(3)
      await stateIs('up_to_date')
      expect(copied).toEqual([1, 2, 3])
      expect([reads(), watches.length]).toEqual([2, 1])
    })

    it('goes on at once when that is asked for before it ended', async () => {
      const { registry, stateIs, copied, copy } = threeRuns()
      await registry.start()
      await stateIs('catching_up')
      registry.cancel(7)
      registry.retry(7)
      await stateIs('catching_up')
      await copy(3)
      await stateIs('up_to_date')
      expect(copied).toEqual([1, 2, 3])
    })

    it('is nothing to a source that was read, and refused for one that is not there', async () => {
      const { registry, stateIs, watches } = setUp({})
      await registry.start()
      await registry.settled()
      registry.cancel(7)
      await stateIs('up_to_date')
      expect(watches[0]?.signal.aborted).toBe(false)
      expect(() => registry.cancel(8)).toThrow('not read in this run')
    })
  })

  describe('a pause', () => {
    it('ends the watching, lets nothing be read meanwhile, and reads and watches on after it', async () => {
      let reads = 0
      const { registry, watches, stateIs, planned } = setUp({ read: async () => void reads++ })
      await registry.start()
      await registry.settled()
      expect([reads, watches.length]).toEqual([1, 1])
      await registry.pause()
      expect(watches[0]?.signal.aborted).toBe(true)
      registry.retry(7)
      await registry.add({ ...planned, path: '/other.db' })
      await registry.settled()
      expect([reads, watches.length]).toEqual([1, 1])
      expect((await registry.list()).map(({ id }) => id)).toContain(7)

      registry.resume()
      await registry.settled()
      await stateIs('up_to_date')
      expect(reads).toBe(3)
      expect(watches.map(({ signal }) => signal.aborted)).toEqual([true, false])
      registry.resume()
      await registry.settled()
      expect(reads).toBe(3)
    })

    it('cuts a reading in the middle, and waits for its end', async () => {
      let ended = false
      let began: () => void = () => undefined
      const reading = new Promise<void>((resolve) => (began = resolve))
      const { registry } = setUp({
        read: async (_, { signal }) => {
          began()
          await new Promise((resume) => signal.addEventListener('abort', resume, { once: true }))
          await new Promise((resume) => setTimeout(resume, 20))
          ended = true
          throw new Failure('cancelled', 'Cancelled.')
        },
      })
      await registry.start()
      await reading
      await registry.pause()
      expect(ended).toBe(true)
    })

    it('does not wake what the user has stopped', async () => {
      let reads = 0
      const { registry, stateIs } = setUp({
        read: async (_, { signal }) => {
          reads++
          await new Promise((_resume, reject) => signal.addEventListener('abort', reject, { once: true }))
        },
      })
      await registry.start()
      await stateIs('connecting')
      registry.cancel(7)
      await registry.pause()
      registry.resume()
      await registry.settled()
      expect(reads).toBe(1)
      await stateIs('cancelled')
    })
  })

  describe('a source that is removed', () => {
    it('is neither read nor watched any more, and names every file in which it was found', async () => {
      let reads = 0
      const { registry, planned, watches } = setUp({ read: async () => void reads++ })
      await registry.start()
      await registry.settled()
      // The same Hassette by another path.
      await registry.add({ ...planned, path: '/mnt/hassette.db', prepare: async () => ({ sourceId: 7, same: true }) })
      expect(reads).toBe(2)
      expect(registry.remove(7)).toEqual(['/home/hassette.db', '/mnt/hassette.db'])
      expect(watches[0]?.signal.aborted).toBe(true)
      expect((await registry.list())[0]?.state).toEqual({ kind: 'not_read' })
      registry.resume()
      await registry.settled()
      expect([reads, watches.length]).toEqual([2, 1])
      expect(registry.remove(7)).toEqual([])
    })

    it('that could not be added yet is not tried again', async () => {
      let tries = 0
      const { registry, warnings } = setUp({
        prepare: async () => {
          tries++
          throw new Failure('source_not_found', 'There is no such file.')
        },
      })
      await registry.start()
      const { id } = await waitFor('the failure', async () =>
        (await registry.list()).find(({ state }) => state.kind === 'failed'),
      )
      expect(id).toBeLessThan(0)
      const before = tries
      expect(registry.remove(id)).toEqual(['/home/hassette.db'])
      // Longer than the wait before it is tried again.
      await new Promise((resolve) => setTimeout(resolve, 60))
      expect([tries, warnings]).toEqual([before, []])
      expect((await registry.list()).map((source) => source.id)).toEqual([7])
    })
  })
})
