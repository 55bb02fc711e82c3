import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPinia, setActivePinia } from 'pinia'
import fc from 'fast-check'
import { createApp } from 'vue'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { RunFilter } from '@shared/filter'
import type { RunPage, RunRow } from '@shared/run'
import { CLIENT, createClient } from '@renderer/api/client'
import { useRuns } from '@renderer/stores/runs'
import { writeHouse } from '../support/house/rows'
import { apiOf, archiveAnswers } from '../support/window-api'

const NOW = Date.UTC(2026, 10, 23, 14, 12) * 1000
const DAY = 86_400_000_000
const FILTER: RunFilter = {
  ...{ sourceId: 1, tier: 'app', targetId: null, conditions: [{ field: 'status', op: 'is', value: 'ok' }] },
  span: { fromUs: NOW - 6 * DAY, toUs: null },
}

let archive: ReturnType<typeof archiveAnswers>
let folder: string
/** All runs that pass the filter, newest first, as one page after the other has them. */
let truth: RunRow[]
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hassette-monitor-run-jump-'))
  const path = join(folder, 'archive.db')
  const home = { name: 'Home', mode: 'live', path: '/srv/hassette.db', seed: 1, olderSessions: 0 } as const
  await writeHouse(path, [{ ...home, runs: 2000, endMs: NOW / 1000 }])
  archive = archiveAnswers(path, NOW)
  truth = []
  for (let from: string | null = null, more = true; more; more = from !== null) {
    const page: RunPage | undefined = await archive.answers['runs.page']?.({
      filter: FILTER,
      direction: 'older',
      from,
      limit: 200,
    })
    truth.push(...(page?.rows ?? []))
    from = page?.older ?? null
  }
})
afterAll(() => {
  archive.close()
  rmSync(folder, { recursive: true, force: true })
})

let store: ReturnType<typeof useRuns>
beforeEach(() => {
  const app = createApp({ render: () => null })
  app.provide(CLIENT, createClient(apiOf(archive.answers).api))
  const pinia = createPinia()
  app.use(pinia)
  setActivePinia(pinia)
  store = app.runWithContext(() => useRuns())
})

describe('a jump to a moment', () => {
  it('shows what is older first, and the list is whole in both directions', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: NOW - 7 * DAY, max: NOW + DAY }), async (momentUs) => {
        await store.open({ ...FILTER })
        await store.jump(momentUs)
        const first = truth.find((run) => run.startedUs < momentUs) ?? truth.at(-1)
        expect(store.anchor).toBe(first?.id)

        // Down to the oldest and up to the newest: the pages that are dropped on the way are counted by the offset.
        const seen = new Set(store.rows.map(({ id }) => id))
        const walk = async (direction: 'older' | 'newer'): Promise<void> => {
          for (let page = 0; page < 20; page++) {
            await store.extend(direction)
            for (const row of store.rows) seen.add(row.id)
            expect(store.rows.map(({ id }) => id)).toEqual([...store.rows.map(({ id }) => id)].sort((a, b) => b - a))
          }
        }
        await walk('older')
        await walk('newer')
        expect(store.window.atNewest).toBe(true)
        expect([...seen].sort((a, b) => b - a)).toEqual(truth.map(({ id }) => id))
      }),
      { numRuns: 25 },
    )
  })

  it('is undone by opening the list again', async () => {
    await store.open({ ...FILTER })
    await store.jump(NOW - 3 * DAY)
    expect(store.window.atNewest).toBe(false)
    await store.open({ ...FILTER })
    expect(store.anchor).toBeNull()
    expect(store.rows[0]?.id).toBe(truth[0]?.id)
  })

  it('counts what comes afterwards as new, and nothing that was there before', async () => {
    await store.open({ ...FILTER })
    await store.jump(NOW - 3 * DAY)
    await store.countNewer()
    expect(store.waiting).toBe(0)
  })
})
