import type { RunFilter } from '@shared/filter'
import { describe, expect, it } from 'vitest'
import { openClient, rowsOf } from '../support/archive'
import { openFixture, useTempFolder } from '../support/fixtures'

const EVER = { fromUs: null, toUs: null }

describe('two threads under load', () => {
  const folder = useTempFolder()

  it('page and count without an error while the writer imports; every page is in order and joins the one before', async () => {
    const path = folder.path('archive.db')
    const client = openClient(path)
    const sources = ['live-0.52', 'live-0.60', 'live-v10', 'seed-large-volume'] as const
    const paths = sources.map((name) => openFixture(name, folder.path(name)))
    const ids: number[] = []
    for (const source of paths) {
      ids.push((await client.write.addFileSource({ path: source, name: 'x', mode: 'snapshot', shiftUs: 0 })).sourceId)
    }
    const [sourceId = 0] = ids
    let writing = true
    const imports = Promise.all(ids.map((id) => client.write.syncFileSource({ sourceId: id, shiftUs: 0 }))).finally(
      () => (writing = false),
    )

    const filter: RunFilter = { sourceId, tier: 'all', span: EVER, targetId: null, conditions: [] }
    const text: RunFilter = { ...filter, conditions: [{ field: 'text', op: 'not', value: 'nobody says this' }] }
    const times: number[] = []
    const counts: number[] = []
    let pages = 0
    let counting: Promise<void> | null = null
    let cancelled = 0
    while (writing || pages < 50) {
      counting ??= client.read['runs.count']({ filter: text }).then(({ runs }) => {
        counts.push(runs)
        counting = null
      })
      const stop = new AbortController()
      const unwanted = client.read['runs.count']({ filter: text }, { signal: stop.signal }).catch(() => cancelled++)
      const began = performance.now()
      const first = await client.read['runs.page']({ filter, direction: 'older', from: null, limit: 50 })
      times.push(performance.now() - began)
      stop.abort()
      await unwanted
      const below =
        first.older === null
          ? null
          : await client.read['runs.page']({ filter, direction: 'older', from: first.older, limit: 50 })
      const above = await client.read['runs.page']({ filter, direction: 'newer', from: first.newer, limit: 50 })
      const rows = [...first.rows, ...(below?.rows ?? [])].map((row) => row.id)
      expect(new Set(rows).size).toBe(rows.length)
      for (const stream of new Set(rows.map((id) => Math.floor(id / 2 ** 40)))) {
        // Newest first and without a hole: a batch is seen whole or not at all.
        const own = rows.filter((id) => Math.floor(id / 2 ** 40) === stream)
        expect(own).toEqual(Array.from(own, (_, index) => (own[0] ?? 0) - index))
      }
      expect(above.rows.some((row) => rows.includes(row.id))).toBe(false)
      pages++
    }
    await imports
    await counting
    expect(counts).toEqual(counts.toSorted((a, b) => a - b))
    const [{ n } = { n: 0 }] = rowsOf<{ n: number }>(
      path,
      `SELECT count(*) AS n FROM runs r JOIN streams st ON st.id = r.id >> 40 JOIN epochs e ON e.id = st.epoch_id
       WHERE e.source_id = ?`,
      sourceId,
    )
    expect(await client.read['runs.count']({ filter: text })).toEqual({ runs: n })
    expect(await client.read['runs.count']({ filter })).toEqual({ runs: n })
    times.sort((a, b) => a - b)
    process.stdout.write(
      `  ${pages} pages beside an import: p50 ${times[Math.floor(pages / 2)]?.toFixed(1)} ms, ` +
        `p95 ${times[Math.floor(pages * 0.95)]?.toFixed(1)} ms; ${cancelled} counts cancelled\n`,
    )
  })
})
