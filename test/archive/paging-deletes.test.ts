import { rmSync } from 'node:fs'
import { addToBlock, emptyBlock } from '@archive/derived'
import type { Database } from 'better-sqlite3'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { useTempFolder } from '../support/fixtures'
import { allRuns, groupBy } from './brute-force'
import { backfilledBatches, writeBatches } from './made-archives'
import { anyFilter, isWanted } from './made-filters'
import { asker, rowIds, walkNewer, walkOlder } from './walks'

/** So many of the oldest blocks as a whole, and so many of the oldest runs of the next. */
interface Deletion {
  blocks: number
  runs: number
}

const deletion = fc.record({ blocks: fc.nat({ max: 2 }), runs: fc.nat({ max: 20 }) })
/** After so many pages. */
const moment = fc.integer({ min: 1, max: 4 })

describe('pages of runs while the oldest are deleted', () => {
  const folder = useTempFolder()

  it('hold what is left once, and miss nothing that is there all along', async () => {
    const seen = { backfilled: 0, goneBetweenPages: 0, blocksGone: 0 }
    await fc.assert(
      fc.asyncProperty(
        backfilledBatches,
        anyFilter,
        fc.integer({ min: 1, max: 40 }),
        fc.tuple(deletion, deletion, deletion),
        fc.tuple(moment, moment),
        async (batches, filter, limit, deletions, moments) => {
          const path = folder.path('archive.db')
          for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true })
          const { db, sourceId } = writeBatches(path, batches)
          try {
            const wanted = () => sorted(allRuns(db).flatMap((run) => (isWanted(run, filter) ? [run.id] : [])))
            const ask = asker(db, { ...filter, sourceId })
            seen.backfilled += countOf(db, `streams WHERE role = 'backfill' AND last_sequence > 0`)

            seen.blocksGone += deleteOldest(db, deletions[0])
            expect(inOrder((await walkOlder(ask, limit)).flatMap(rowIds))).toEqual(wanted())
            expect(inOrder((await walkNewer(ask, '', limit)).toReversed().flatMap(rowIds))).toEqual(wanted())

            const walks = [
              (between: (nth: number) => void) => walkOlder(ask, limit, between),
              async (between: (nth: number) => void) => (await walkNewer(ask, '', limit, between)).toReversed(),
            ]
            for (const [index, walk] of walks.entries()) {
              const before = wanted()
              const pages = await walk((nth) => {
                if (nth === moments[index]) deleteOldest(db, deletions[index + 1]!)
              })
              const met = inOrder(pages.flatMap(rowIds))
              const left = wanted()
              expect(new Set(met).size).toBe(met.length)
              expect(left.filter((id) => !met.includes(id))).toEqual([])
              expect(met.filter((id) => !before.includes(id))).toEqual([])
              seen.goneBetweenPages += before.length - left.length
            }
          } finally {
            db.close()
          }
        },
      ),
      { numRuns: 100 },
    )
    for (const often of Object.values(seen)) expect(often).toBeGreaterThan(0)
  })
})

/** As retention will: runs, their failures, and the zone map, whose block is mended where some of it stays. */
function deleteOldest(db: Database, { blocks, runs }: Deletion): number {
  const oldest = db.prepare<[number], number>('SELECT block FROM blocks ORDER BY max_end_us, block LIMIT ?').pluck()
  const [whole, partly] = [oldest.all(blocks), oldest.all(blocks + 1)[blocks]]
  const all = allRuns(db)
  const inBlock = (block: number | undefined) => all.filter((run) => Math.floor(run.id / 4096) === block)
  const some = inBlock(partly)
    .toSorted((a, b) => a.endUs - b.endUs)
    .slice(0, runs)
  const gone = new Set([...whole.flatMap(inBlock), ...some].map((run) => run.id))
  const ids = JSON.stringify([...gone])
  db.transaction(() => {
    db.prepare('DELETE FROM failures WHERE run_id IN (SELECT value FROM json_each(?))').run(ids)
    db.prepare('DELETE FROM runs WHERE id IN (SELECT value FROM json_each(?))').run(ids)
    db.exec('DELETE FROM blocks WHERE NOT EXISTS (SELECT 1 FROM runs WHERE id / 4096 = block)')
    const rest = inBlock(partly).filter((run) => !gone.has(run.id))
    if (partly === undefined || rest.length === 0) return
    const row = emptyBlock(partly)
    for (const run of rest) addToBlock(row, { ...run, bytes: 0 })
    db.prepare(
      `UPDATE blocks SET n = @n, min_start_us = @min_start_us, max_start_us = @max_start_us, min_end_us = @min_end_us,
         max_end_us = @max_end_us, max_duration_us = @max_duration_us, outcomes = @outcomes, targets = @targets
       WHERE block = @block`,
    ).run(row)
  })()
  return whole.length
}

/** The ids of a walk, newest first within each stream, in order of ids. */
function inOrder(ids: number[]): number[] {
  for (const own of groupBy(ids, (id) => Math.floor(id / 2 ** 40)).values()) {
    expect(own).toEqual(own.toSorted((a, b) => b - a))
  }
  return sorted(ids)
}

function sorted(ids: number[]): number[] {
  return ids.toSorted((a, b) => a - b)
}

function countOf(db: Database, from: string): number {
  return db.prepare<[], number>(`SELECT count(*) FROM ${from}`).pluck().get() ?? 0
}
