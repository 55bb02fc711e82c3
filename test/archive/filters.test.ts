import { rmSync } from 'node:fs'
import { countByTier, countRuns, runsPage } from '@archive/queries'
import type { RunFilter } from '@shared/filter'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CONTEXT } from '../support/archive'
import { useTempFolder } from '../support/fixtures'
import { batchOf, BEGIN_US, createSynthetic, madeParents, madeRun, madeTarget } from '../support/synthetic'
import type { SyntheticArchive } from '../support/synthetic'
import { allRuns, mergedNewestFirst } from './brute-force'
import { madeBatches, madeFailure, writeBatches } from './made-archives'
import { anyFilter, isWanted } from './made-filters'
import { deleteRuns } from './purge'
import { queryParts } from './query-parts'
import { cancelledAt, inUsedUpSlices } from './slices'

const EVER = { fromUs: null, toUs: null }
const ALL: Omit<RunFilter, 'sourceId'> = { tier: 'all', span: EVER, targetId: null, conditions: [] }

describe('filters', () => {
  const folder = useTempFolder()

  const fresh = (): string => {
    const path = folder.path('archive.db')
    for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true })
    return path
  }

  it('count what a look at every run counts, also after the oldest runs were deleted', async () => {
    await fc.assert(
      fc.asyncProperty(madeBatches, anyFilter, fc.nat({ max: 80 }), async (batches, filter, deleted) => {
        const archive = writeBatches(fresh(), batches)
        const { db, sourceId } = archive
        try {
          deleteOldest(archive, deleted)
          const parts = queryParts(db)
          const wanted = allRuns(db).filter((run) => isWanted(run, filter))
          expect(await countRuns(parts, { ...filter, sourceId }, CONTEXT)).toEqual({ runs: wanted.length })
          const { span } = filter
          const spanned = allRuns(db).filter((run) => isWanted(run, { ...ALL, span }))
          expect(await countByTier(parts, { sourceId, span }, CONTEXT)).toEqual({
            app: spanned.filter((run) => run.tier === 'app').length,
            framework: spanned.filter((run) => run.tier === 'framework').length,
          })
        } finally {
          db.close()
        }
      }),
      { numRuns: 150 },
    )
  })

  /** 5 000 runs of which every second failed with a long message. */
  const manyFailures = () => {
    const archive = createSynthetic(fresh())
    const { appender } = archive.epoch()
    appender.update(madeParents([1, 2, 3].map((id) => madeTarget(id))))
    const filling = 'and so on, '.repeat(300)
    appender.append(
      batchOf(
        Array.from({ length: 5000 }, (_, index) =>
          madeRun(index + 1, {
            foreignTargetId: 1 + (index % 3),
            status: index % 2,
            failure:
              index % 2 === 1
                ? {
                    errorType: 'ValueError',
                    message: `Nr. ${index}: ${filling}${index % 50 === 7 ? 'ENDE' : ''}`,
                    traceback: null,
                  }
                : null,
          }),
        ),
      ),
    )
    return archive
  }

  it('search texts in short slices: a page ends with its rows, a count can be cancelled', async () => {
    const { db, sourceId } = manyFailures()
    const parts = queryParts(db)
    const filter: RunFilter = { ...ALL, sourceId, conditions: [{ field: 'text', op: 'is', value: 'ende' }] }
    const expected = mergedNewestFirst(allRuns(db).filter((run) => isWanted(run, filter))).map((run) => run.id)
    expect(expected).toHaveLength(100)
    const page = await runsPage(parts, { filter, direction: 'older', from: null, limit: 60 }, CONTEXT)
    const rest = await runsPage(parts, { filter, direction: 'older', from: page.older, limit: 60 }, CONTEXT)
    expect([...page.rows, ...rest.rows].map((row) => row.id)).toEqual(expected)
    expect(rest.older).toBeNull()
    expect(await countRuns(parts, filter, CONTEXT)).toEqual({ runs: 100 })

    // Many in one statement, one in many.
    const often: RunFilter = { ...filter, conditions: [{ field: 'text', op: 'is', value: 'valueerror' }] }
    const first = await runsPage(parts, { filter: often, direction: 'older', from: null, limit: 5 }, CONTEXT)
    const second = await runsPage(parts, { filter: often, direction: 'older', from: first.older, limit: 5 }, CONTEXT)
    expect([...first.rows, ...second.rows].map((row) => row.id % 2 ** 40)).toEqual(
      Array.from({ length: 10 }, (_, index) => 5000 - 2 * index),
    )
    for (const nth of [1, 2499, 4999]) {
      const once: RunFilter = { ...filter, conditions: [{ field: 'text', op: 'is', value: `nr. ${nth}:` }] }
      expect(await countRuns(parts, once, CONTEXT)).toEqual({ runs: 1 })
      const only = await runsPage(parts, { filter: once, direction: 'older', from: null, limit: 5 }, CONTEXT)
      expect(only.rows.map((row) => row.id % 2 ** 40)).toEqual([nth + 1])
    }

    const context = cancelledAt(3)
    await inUsedUpSlices(() => expect(countRuns(parts, filter, context)).rejects.toMatchObject({ code: 'cancelled' }))
    expect(context.pauses).toBe(3)
    db.close()
  })

  it('reads no block that the zone map rules out', async () => {
    const { db, sourceId } = manyFailures()
    const parts = queryParts(db)
    const reading: number[] = []
    const spied = {
      ...parts,
      blocks: {
        ...parts.blocks,
        count: (...input: Parameters<typeof parts.blocks.count>) => (
          reading.push(input[0]),
          parts.blocks.count(...input)
        ),
      },
    }
    const count = async (
      conditions: RunFilter['conditions'],
      span: RunFilter['span'] = EVER,
      tier: RunFilter['tier'] = 'all',
    ) => {
      reading.length = 0
      return [(await countRuns(spied, { ...ALL, tier, sourceId, span, conditions }, CONTEXT)).runs, reading.length]
    }
    // Nothing is of this outcome; everything is wanted; a span beyond every run.
    expect(await count([{ field: 'dependencyFailure', op: 'is', value: true }])).toEqual([0, 0])
    expect(await count([{ field: 'dependencyFailure', op: 'not', value: true }])).toEqual([5000, 0])
    expect(await count([{ field: 'status', op: 'not', value: 'skipped' }])).toEqual([5000, 0])
    expect(await count([], { fromUs: BEGIN_US + 1e12, toUs: null })).toEqual([0, 0])
    expect(await count([{ field: 'target', op: 'is', value: 99 }])).toEqual([0, 0])
    // Trends tell of a target in all tiers; in one, the runs must be read.
    expect(await count([{ field: 'target', op: 'is', value: 1 }])).toEqual([1667, 0])
    expect(await count([{ field: 'target', op: 'is', value: 1 }], EVER, 'app')).toEqual([1667, 2])
    db.close()
  })

  it('takes `not` of an error as the runs of which it cannot be said', async () => {
    const archive = createSynthetic(fresh())
    const { appender } = archive.epoch()
    appender.update(madeParents([madeTarget(1)]))
    appender.append(
      batchOf([madeRun(1), madeRun(2, { status: 1, failure: madeFailure(0, 2) }), madeRun(3, { status: 1 })]),
    )
    const ids = async (...conditions: RunFilter['conditions']) => {
      const filter = { ...ALL, sourceId: archive.sourceId, conditions }
      const page = await runsPage(queryParts(archive.db), { filter, direction: 'newer', from: '', limit: 10 }, CONTEXT)
      return page.rows.map((row) => row.id % 2 ** 40)
    }
    expect(await ids({ field: 'text', op: 'is', value: 'wrong' })).toEqual([2])
    expect(await ids({ field: 'text', op: 'not', value: 'wrong' })).toEqual([3, 1])
    expect(
      await ids({ field: 'text', op: 'is', value: 'wrong' }, { field: 'text', op: 'is', value: 'message' }),
    ).toEqual([3, 2])
    expect(await ids({ field: 'errorType', op: 'not', value: 'ValueError' })).toEqual([1])
    archive.db.close()
  })
})

/** As retention will: the oldest runs of the archive and their zone map. */
function deleteOldest(archive: SyntheticArchive, n: number): void {
  const oldest = allRuns(archive.db).toSorted((a, b) => a.endUs - b.endUs)
  deleteRuns(
    archive,
    oldest.slice(0, n).map((run) => run.id),
  )
}
