import { rmSync } from 'node:fs'
import { createBlocks, createDirectory, countValues } from '@archive/queries'
import type { RunFilter } from '@shared/filter'
import { Failure } from '@shared/result'
import { RUN_STATUSES } from '@shared/run'
import type { Database } from 'better-sqlite3'
import * as fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { CONTEXT } from '../support/archive'
import { useTempFolder } from '../support/fixtures'
import { batchOf, createSynthetic, madeParents, madeRun, madeTarget } from '../support/synthetic'
import { allRuns } from './brute-force'
import type { PlainRun } from './brute-force'
import { madeBatches, writeBatches } from './made-archives'
import { anyFilter, isWanted } from './made-filters'

const VALUES = {
  status: (run: PlainRun) => RUN_STATUSES[run.status] ?? null,
  app: (run: PlainRun) => run.appKey,
  kind: (run: PlainRun) => run.kind,
  target: (run: PlainRun) => run.targetId,
  errorType: (run: PlainRun) => run.errorType,
}
type Field = keyof typeof VALUES
const FIELDS = Object.keys(VALUES) as Field[]
const ALL = { tier: 'all', span: { fromUs: null, toUs: null }, targetId: null } as const

describe('the values of a field', () => {
  const folder = useTempFolder()

  const fresh = (): string => {
    const path = folder.path('archive.db')
    for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true })
    return path
  }
  const partsOf = (db: Database) => ({ blocks: createBlocks(db), directory: createDirectory(db) })

  it('have the runs that a look at every run finds, whatever the filter wants of the field', async () => {
    let seen = 0
    await fc.assert(
      fc.asyncProperty(madeBatches, anyFilter, async (batches, filter) => {
        const { db, sourceId } = writeBatches(fresh(), batches)
        try {
          for (const field of FIELDS) {
            const others = { ...filter, conditions: filter.conditions.filter((each) => each.field !== field) }
            const expected = new Map<string | number, number>()
            for (const run of allRuns(db).filter((each) => isWanted(each, others))) {
              const value = VALUES[field](run)
              if (value !== null) expected.set(value, (expected.get(value) ?? 0) + 1)
            }
            const input = { filter: { ...filter, sourceId }, field }
            const { values } = await countValues(partsOf(db), input, CONTEXT)
            expect(new Map(values.map(({ value, runs }) => [value, runs]))).toEqual(expected)
            expect(values).toHaveLength(expected.size)
            const runs = values.map((each) => each.runs)
            expect(runs).toEqual(runs.toSorted((a, b) => b - a))
            seen += values.length
          }
        } finally {
          db.close()
        }
      }),
      { numRuns: 60 },
    )
    expect(seen).toBeGreaterThan(0)
  })

  it('are the 200 with the most runs', async () => {
    const { db, sourceId, epoch } = createSynthetic(fresh())
    const { appender } = epoch()
    const targets = Array.from({ length: 205 }, (_, index) => index + 1)
    appender.update(madeParents(targets.map((id) => madeTarget(id))))
    // Targets 6 on have two runs each.
    const runs = [...targets, ...targets.slice(5)].map((foreignTargetId, index) =>
      madeRun(index + 1, { foreignTargetId }),
    )
    appender.append(batchOf(runs))
    const filter: RunFilter = { ...ALL, sourceId, conditions: [] }
    const { values } = await countValues(partsOf(db), { filter, field: 'target' }, CONTEXT)
    expect(values).toHaveLength(200)
    expect(values.every(({ runs: n }) => n === 2)).toBe(true)
    db.close()
  })

  it.each(FIELDS)('of %s are not counted any longer when nobody wants them', async (field) => {
    const { db, sourceId, epoch } = createSynthetic(fresh())
    const { appender } = epoch()
    appender.update(madeParents([madeTarget(1)]))
    // Four blocks, of which every tenth run failed.
    const runs = Array.from({ length: 4 * 4096 - 1 }, (_, index) =>
      madeRun(index + 1, { status: index % 10 === 0 ? 1 : 0 }),
    )
    appender.append(batchOf(runs))
    const filter: RunFilter = { ...ALL, sourceId, conditions: [] }
    let pauses = 0
    const context = {
      ...CONTEXT,
      pause: () => (++pauses === 3 ? Promise.reject(new Failure('cancelled', 'Cancelled.')) : CONTEXT.pause()),
    }
    // Every slice is used up after one statement.
    let clock = 0
    const now = vi.spyOn(performance, 'now').mockImplementation(() => (clock += 10))
    await expect(countValues(partsOf(db), { filter, field }, context)).rejects.toMatchObject({ code: 'cancelled' })
    now.mockRestore()
    expect(pauses).toBe(3)
    db.close()
  })
})
