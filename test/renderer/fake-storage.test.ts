import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Result } from '@shared/result'
import type { StorageWork } from '@shared/storage'
import type { Fake } from '@renderer/api/fake'
import { createFake } from '@renderer/api/fake'
import { fakeOptions } from '@renderer/api/fake-options'

const QUERY = '?now=2026-11-23T14:12:00Z&work=waits&runs=600'
const make = (query = QUERY): Fake => createFake(fakeOptions(query))

async function value<T>(result: Promise<Result<T>>): Promise<T> {
  const got = await result
  if (!got.ok) throw new Error(got.error.message)
  return got.value
}

/** Lets work go through all its steps; `say` may act on a state. */
async function through<T>(
  fake: Fake,
  work: Promise<T>,
  say: (state: StorageWork) => void = () => undefined,
): Promise<T> {
  const ends = { done: false }
  void work.then(() => (ends.done = true))
  const stop = fake.api.events.storageWork((state) => {
    if (state !== null) say(state)
  })
  while (!ends.done) {
    fake.advance()
    await Promise.resolve()
  }
  stop()
  return work
}

describe('the archive of the fake', () => {
  it('removes by a cleaning exactly what the preview said, and nothing more the next time', async () => {
    const limits = fc.record({
      retentionDays: fc.integer({ min: 1, max: 9 }),
      frameworkRetentionDays: fc.integer({ min: 1, max: 9 }),
      maxSizeMb: fc.integer({ min: 10, max: 60 }),
    })
    await fc.assert(
      fc.asyncProperty(limits, async (wanted) => {
        const fake = make()
        const { storage, settings } = fake.api
        const before = await value(storage.info())
        const preview = await value(storage.preview(wanted))
        await settings.change({ name: 'db_max_size_mb', value: wanted.maxSizeMb })
        await settings.change({ name: 'db_retention_days', value: wanted.retentionDays })
        await settings.change({ name: 'db_framework_retention_days', value: wanted.frameworkRetentionDays })
        const after = await value(storage.info())
        const count = (info: typeof before): number => info.tiers.reduce((sum, { runs }) => sum + runs, 0)
        // Applied one after another the limits may take more than at once, never less.
        expect(count(before) - count(after)).toBeGreaterThanOrEqual(preview.runs)
        expect(await value(storage.preview(wanted))).toMatchObject({ runs: 0, bytes: 0 })
        expect(after.usedBytes <= wanted.maxSizeMb * 1_000_000 || after.limitTooSmall).toBe(true)
        const done = await through(fake, value(storage.clean()))
        expect(done).toMatchObject({ kind: 'clean', outcome: 'done', runs: 0 })
      }),
      { numRuns: 12 },
    )
  })

  it('lets a snapshot grow old, and takes of it only what the size asks for: to 95 % of the limit', async () => {
    const { api } = make(`${QUERY}&source=snapshot`)
    const young = { retentionDays: 1, frameworkRetentionDays: 1, maxSizeMb: 500 }
    expect(await value(api.storage.preview(young))).toMatchObject({ runs: 0 })
    expect((await value(make().api.storage.preview(young))).runs).toBeGreaterThan(0)
    const { usedBytes } = await value(api.storage.info())
    const maxSizeMb = Math.floor((usedBytes / 1_000_000) * 0.9)
    await api.settings.change({ name: 'db_max_size_mb', value: maxSizeMb })
    const after = await value(api.storage.info())
    expect(after.usedBytes).toBeLessThanOrEqual(maxSizeMb * 950_000)
    expect(after.usedBytes).toBeGreaterThan(maxSizeMb * 930_000)
    expect(after.limitTooSmall).toBe(false)
  })

  it('counts in its tiers, contents and log what its lists hold', async () => {
    const { api } = make()
    const info = await value(api.storage.info())
    const [source] = await value(api.sources.list())
    const runs = (tier: string): number => info.tiers.find((one) => one.tier === tier)?.runs ?? 0
    expect(runs('app')).toBe(source?.appRuns)
    expect(runs('framework')).toBe(source?.frameworkRuns)
    expect(info.content.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(info.usedBytes)
    expect(info.bytes).toBe(info.usedBytes + info.reusableBytes)
  })

  it('does one work at a time, and a copy that was cancelled ends before it gives in', async () => {
    const fake = make()
    const { storage } = fake.api
    const steps: string[] = []
    const compacting = value(storage.compact())
    const done = await through(fake, compacting, (state) => {
      steps.push(`${state.step}${state.cancelling ? ' cancelling' : ''}`)
      if (steps.length === 1) {
        void storage.cancel()
        void storage.backUp().then((other) => expect(other).toMatchObject({ error: { code: 'busy' } }))
      }
    })
    expect(done).toMatchObject({ kind: 'compact', outcome: 'cancelled' })
    expect(steps).not.toContain('replacing cancelling')
    expect(steps.filter((step) => step.startsWith('copying')).length).toBeGreaterThan(2)
    expect((await value(storage.info())).reusableBytes).toBeGreaterThan(0)
    expect(await through(fake, value(storage.compact()))).toMatchObject({ outcome: 'done' })
    expect(await value(storage.info())).toMatchObject({ reusableBytes: 0 })
    expect((await value(storage.log({ limit: 1 })))[0]).toMatchObject({ reason: 'compact' })
    expect(await value(storage.work())).toBeNull()
  })

  it('keeps what is changed about a source', async () => {
    const { api } = make()
    expect((await api.sources.rename({ sourceId: 1, name: 'House' })).ok).toBe(true)
    expect((await api.sources.setMode({ sourceId: 1, mode: 'snapshot' })).ok).toBe(true)
    expect((await value(api.sources.list()))[0]).toMatchObject({ name: 'House', mode: 'snapshot' })
    expect(await api.sources.remove({ sourceId: 9, runs: 'keep' })).toMatchObject({ error: { code: 'not_found' } })
    await api.sources.remove({ sourceId: 1, runs: 'delete' })
    expect(await value(api.sources.list())).toEqual([])
  })
})
