import { Failure } from '@shared/result'
import { describe, expect, it } from 'vitest'
import { waitFor } from '../support/wait'
import { setUp, SIGNS } from './made-registry'

describe('the registry of sources', () => {
  it('reads at once what waits after a failure, when it is woken, and does nothing to what is read', async () => {
    let reads = 0
    const read = async (): Promise<void> => {
      if (reads++ === 0) throw new Failure('archive_locked', 'It is in use.')
      await Promise.resolve()
    }
    const { registry, stateIs, watches } = setUp({ read }, [3_600_000])
    await registry.start()
    await stateIs('failed')
    registry.wake()
    await stateIs('up_to_date')
    registry.wake()
    await registry.settled()
    expect([reads, watches.length]).toEqual([2, 1])
  })

  it('reads a source, watches it, and tells the states it is told', async () => {
    const { registry, watches, stateIs } = setUp({})
    await registry.start()
    await registry.settled()
    await stateIs('up_to_date')
    watches[0]?.onState({ kind: 'live', atMs: 1, signs: SIGNS })
    await stateIs('live')
    watches[0]?.onState({ kind: 'stale', sinceMs: 2, problem: { code: 'source_not_found', message: 'gone' } })
    await stateIs('stale')
    expect((await registry.list())[0]?.state).toMatchObject({ sinceMs: 2, problem: { code: 'source_not_found' } })
    await registry.stop()
    expect(watches[0]?.signal.aborted).toBe(true)
  })

  it('tries again by itself what could not be read, and says why until then', async () => {
    let tries = 0
    const { registry, stateIs, watches } = setUp({
      prepare: async () => {
        if (++tries < 3) throw new Failure('source_not_found', 'There is no file.')
        return { sourceId: 7, same: false }
      },
    })
    await registry.start()
    await registry.settled()
    expect((await registry.list()).find(({ id }) => id < 0)?.state).toMatchObject({
      kind: 'failed',
      problem: { code: 'source_not_found' },
    })
    await stateIs('up_to_date')
    expect(tries).toBe(3)
    expect(watches).toHaveLength(1)
  })

  it('reads a source that moved at its new path only, and tells where it was', async () => {
    const { registry, planned, watches, moves, stateIs } = setUp({})
    await registry.start()
    await stateIs('up_to_date')
    const prepare = async () => ({ sourceId: 7, same: false, left: '/home/hassette.db' })
    await registry.add({ ...planned, path: '/mnt/hassette.db', prepare })
    expect(moves).toEqual([['/home/hassette.db', '/mnt/hassette.db']])
    expect(watches.map(({ signal }) => signal.aborted)).toEqual([true, false])
    expect((await registry.list()).map(({ id }) => id)).toEqual([7])
    expect(registry.remove(7)).toEqual(['/mnt/hassette.db'])
  })

  it('forgets the place that a source has left, when it was looked for there in vain', async () => {
    const prepare = async () => {
      throw new Failure('source_not_found', 'There is no file.')
    }
    const { registry, planned, moves, stateIs } = setUp({ prepare }, [3_600_000])
    await registry.start()
    await registry.settled()
    expect((await registry.list()).some(({ id }) => id < 0)).toBe(true)
    const found = async () => ({ sourceId: 7, same: false, left: '/home/hassette.db' })
    await registry.add({ ...planned, path: '/mnt/hassette.db', prepare: found })
    await stateIs('up_to_date')
    expect((await registry.list()).map(({ id }) => id)).toEqual([7])
    expect(moves).toHaveLength(1)
  })

  it('watches again after the thread of the archive died', async () => {
    const { registry, watches, stateIs } = setUp({})
    await registry.start()
    await registry.settled()
    watches[0]?.onState({ kind: 'live', atMs: 1, signs: SIGNS })
    watches[0]?.fail(new Failure('busy', 'The archive is being started again.'))
    await stateIs('connecting')
    await waitFor('the second watch', () => watches.length === 2)
    watches[1]?.onState({ kind: 'live', atMs: 1, signs: SIGNS })
    await stateIs('live')
  })

  it('says that the disk is full, and goes on when it is not', async () => {
    const { registry, watches, stateIs } = setUp({})
    await registry.start()
    await registry.settled()
    watches[0]?.fail(new Failure('disk_full', 'There is no room left.'))
    await waitFor('the second watch', () => watches.length === 2)
    await stateIs('up_to_date')
  })

  it('reads a second file of the same Hassette, and watches one only', async () => {
    const read: (string | boolean)[] = []
    const { registry, watches } = setUp({})
    await registry.start()
    await registry.settled()
    await registry.add({
      path: '/copy.db',
      name: 'copy',
      prepare: async () => ({ sourceId: 7, same: true }),
      read: async (_, { same }) => void read.push('copy', same),
      watch: async () => void read.push('watched'),
    })
    expect(read).toEqual(['copy', true])
    expect(watches).toHaveLength(1)
    expect(await registry.list()).toHaveLength(1)
  })

  it('watches anew what somebody wants to be read again', async () => {
    const { registry, watches, stateIs } = setUp({})
    await registry.start()
    await registry.settled()
    registry.retry(7)
    await waitFor('the second watch', () => watches.length === 2)
    expect(watches[0]?.signal.aborted).toBe(true)
    await stateIs('up_to_date')
  })
})
