import { rmSync } from 'node:fs'
import type { RunFilter } from '@shared/filter'
import type { Database } from 'better-sqlite3'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { useTempFolder } from '../support/fixtures'
import { allRuns, groupBy, mergedNewestFirst } from './brute-force'
import type { PlainRun } from './brute-force'
import { madeBatches, writeBatches } from './made-archives'
import { anyFilter, isWanted } from './made-filters'
import { asker, rowIds, walkNewer, walkOlder } from './walks'

/** Now and then a bound is the very start of a run: where a block or a span ends, one off would show. */
const edge = fc.option(fc.record({ from: fc.nat(), to: fc.nat() }), { freq: 1 })

function withEdges(
  filter: Omit<RunFilter, 'sourceId'>,
  runs: PlainRun[],
  at: { from: number; to: number } | null,
): Omit<RunFilter, 'sourceId'> {
  const startOf = (index: number) => runs[index % runs.length]?.startedUs ?? null
  return at === null ? filter : { ...filter, span: { fromUs: startOf(at.from), toUs: startOf(at.to) } }
}

describe('pages of runs', () => {
  const folder = useTempFolder()

  const withArchive = async (
    batches: Parameters<typeof writeBatches>[1],
    check: (db: Database, sourceId: number) => Promise<void>,
  ) => {
    const path = folder.path('archive.db')
    for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true })
    const { db, sourceId } = writeBatches(path, batches)
    try {
      await check(db, sourceId)
    } finally {
      db.close()
    }
  }

  it('hold every run once, to exhaustion in either direction, under filters, late rows and clock steps', async () => {
    await fc.assert(
      fc.asyncProperty(
        madeBatches,
        anyFilter,
        fc.integer({ min: 1, max: 70 }),
        edge,
        async (batches, made, limit, at) => {
          await withArchive(batches, async (db, sourceId) => {
            const filter = withEdges(made, allRuns(db), at)
            const ask = asker(db, { ...filter, sourceId })
            const expected = mergedNewestFirst(allRuns(db).filter((run) => isWanted(run, filter)))
            const ids = expected.map((run) => run.id)

            const older = await walkOlder(ask, limit)
            expect(older.flatMap(rowIds).toSorted()).toEqual(ids.toSorted())
            for (const own of groupBy(older.flatMap(rowIds), (id) => Math.floor(id / 2 ** 40)).values()) {
              expect(own).toEqual(own.toSorted((a, b) => b - a))
            }
            // With clocks set back the first page of one target, which comes from its strip, may interleave the streams
            // in another way.
            if (filter.targetId === null || isSteady(allRuns(db))) expect(older.flatMap(rowIds)).toEqual(ids)
            const newer = await walkNewer(ask, '', limit)
            expect(newer.flatMap(rowIds).toSorted()).toEqual(ids.toSorted())
            if (isSteady(allRuns(db))) expect(newer.toReversed().flatMap(rowIds)).toEqual(ids)

            // From any place, both directions together are everything, and nothing twice.
            for (const [index, page] of older.entries()) {
              if (page.older === null) continue
              const upward = await walkNewer(ask, page.older, limit)
              const seen = older.slice(0, index + 1).flatMap(rowIds)
              expect(upward.flatMap(rowIds).toSorted()).toEqual(seen.toSorted())
            }
          })
        },
      ),
      { numRuns: 150 },
    )
  })

  it('ends with null after the last run, also when the last page is full', async () => {
    const runs = Array.from({ length: 40 }, () => ({
      target: 1,
      stepUs: 1000,
      durationUs: 10,
      status: 0,
      di: false,
      framework: false,
    }))
    await withArchive([{ epoch: 0, skip: 0, runs }], async (db, sourceId) => {
      for (const targetId of [null, 1]) {
        const ask = asker(db, { ...ALL, sourceId, targetId })
        const pages = await walkOlder(ask, 20)
        expect(pages.map((page) => page.rows.length)).toEqual([20, 20])
        const newest = await ask({ direction: 'newer', from: pages[0]!.newer, limit: 20 })
        expect(newest.rows).toEqual([])
        expect(newest.newer).toBe(pages[0]!.newer)
      }
    })
  })

  it('go through more blocks than are read of the zone map at once', async () => {
    const batches = Array.from({ length: 75 }, (_, index) => ({
      epoch: 0,
      skip: 4096,
      runs: [{ target: 1 + (index % 2), stepUs: 1000, durationUs: 10, status: 0, di: false, framework: false }],
    }))
    await withArchive(batches, async (db, sourceId) => {
      expect(db.prepare('SELECT count(*) FROM blocks').pluck().get()).toBe(75)
      const ids = allRuns(db).map((run) => run.id)
      const ask = asker(db, { ...ALL, sourceId })
      for (const limit of [10, 70]) {
        expect((await walkOlder(ask, limit)).flatMap(rowIds)).toEqual(ids.toReversed())
        expect((await walkNewer(ask, '', limit)).flatMap((page) => rowIds(page).toReversed())).toEqual(ids)
      }
    })
  })

  it('fill the first page of a target beyond its strip', async () => {
    const run = { target: 1, stepUs: 1000, durationUs: 10, status: 0, di: false, framework: false }
    await withArchive([{ epoch: 0, skip: 0, runs: Array.from({ length: 60 }, () => run) }], async (db, sourceId) => {
      const ask = asker(db, { ...ALL, sourceId, targetId: 1 })
      expect((await walkOlder(ask, 55)).map((page) => page.rows.length)).toEqual([55, 5])
    })
  })

  it('take the first moment of a span and leave out its end', async () => {
    const run = { target: 1, stepUs: 1000, durationUs: 10, status: 0, di: false, framework: false }
    const batch = { epoch: 0, skip: 5000, runs: [run, run, run] }
    await withArchive([batch, batch, batch], async (db, sourceId) => {
      for (const { id, startedUs } of allRuns(db)) {
        const ask = asker(db, { ...ALL, sourceId, span: { fromUs: startedUs, toUs: startedUs + 1 } })
        expect((await walkOlder(ask, 10)).flatMap(rowIds)).toEqual([id])
        const empty = asker(db, { ...ALL, sourceId, span: { fromUs: startedUs - 1, toUs: startedUs } })
        expect((await walkOlder(empty, 10)).flatMap(rowIds)).toEqual([])
      }
    })
  })

  it('shows runs that arrived after the first page when asked for newer ones', async () => {
    const path = folder.path('archive.db')
    const run = { target: 1, stepUs: 1000, durationUs: 10, status: 0, di: false, framework: false }
    const { db, sourceId } = writeBatches(path, [{ epoch: 0, skip: 0, runs: [run, run] }])
    const ask = asker(db, { ...ALL, sourceId })
    const first = await ask({ direction: 'older', from: null, limit: 10 })
    db.close()
    for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true })
    const later = writeBatches(path, [
      { epoch: 0, skip: 0, runs: [run, run] },
      { epoch: 1, skip: 0, runs: [run, { ...run, framework: true }] },
    ])
    const second = await asker(later.db, { ...ALL, sourceId: later.sourceId })({
      direction: 'newer',
      from: first.newer,
      limit: 10,
    })
    expect(second.rows).toHaveLength(2)
    later.db.close()
  })

  it('refuses a token that is none', async () => {
    await withArchive([], async (db, sourceId) => {
      const ask = asker(db, { ...ALL, sourceId })
      for (const from of ['x', '1:2;3:4', '1:9999999999999999', '1:2,', '-1:2']) {
        await expect(ask({ direction: 'older', from, limit: 10 })).rejects.toMatchObject({ code: 'invalid_input' })
      }
    })
  })
})

const ALL = { tier: 'all', span: { fromUs: null, toUs: null }, targetId: null, conditions: [] } as const satisfies Omit<
  RunFilter,
  'sourceId'
>

/** Whether every stream's clock only ran forward. */
function isSteady(runs: PlainRun[]): boolean {
  return [...groupBy(runs, (run) => run.stream).values()].every((own) => {
    const inOrder = own.toSorted((a, b) => a.id - b.id)
    return inOrder.every((run, index) => run.endUs >= (inOrder[index - 1]?.endUs ?? 0))
  })
}
