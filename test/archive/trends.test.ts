import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { useTempFolder } from '../support/fixtures'
import { BEGIN_US } from '../support/synthetic'
import { expectGroupsCounted } from './brute-force-groups'
import { countedRuns, expectedTrends, expectTrendsTrue, storedGroupTrends, storedTrends } from './brute-force-trends'
import { createScene, LIVES, made, PLAIN } from './trend-scenes'

const batch = fc.record({
  kind: fc.constantFrom('append', 'append', 'append', 'append', 'fail'),
  life: fc.constantFrom(...LIVES),
  runs: fc.array(made, { minLength: 1, maxLength: 40 }),
})
const act = fc.oneof(
  { weight: 6, arbitrary: batch },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('pass'), ms: fc.constantFrom(1, 9999, 10_001) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('crash', 'forget', 'flush', 'flushUndone') }) },
)

describe('trends', () => {
  const folder = useTempFolder()

  it('and the runs beyond the watermark are what all runs say, whatever happens to the writer', () => {
    let flushes = 0
    fc.assert(
      fc.property(fc.array(act, { minLength: 1, maxLength: 25 }), (acts) => {
        const scene = createScene(folder.path('archive.db'))
        try {
          for (const what of acts) {
            if ('runs' in what) scene[what.kind as 'append' | 'fail'](what.life, what.runs)
            else if ('ms' in what) scene.pass(what.ms)
            else scene[what.kind as 'crash']()
            expectTrendsTrue(scene.db)
          }
          if (storedTrends(scene.db).length > 0) flushes++
          scene.flush()
          const runs = countedRuns(scene.db)
          expect(storedTrends(scene.db).length).toBe(expectedTrends(runs).length)
          expectTrendsTrue(scene.db, runs)
          expectGroupsCounted(scene.db)
        } finally {
          scene.db.close()
        }
      }),
      { numRuns: 60 },
    )
    // Else nothing but the last flush would have been looked at.
    expect(flushes).toBeGreaterThan(20)
  })

  it('count runs that are past their term when they are first read, and keep none of them', () => {
    const termUs = BEGIN_US + 3_600_000_000
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(...LIVES), fc.array(made, { minLength: 1, maxLength: 40 })), {
          maxLength: 8,
        }),
        (batches) => {
          const all = createScene(folder.path('all.db'))
          const scene = createScene(folder.path('archive.db'), termUs)
          try {
            let counted = 0
            for (const [life, runs] of batches) {
              all.append(life, runs)
              counted += scene.append(life, runs)
              // What is not kept cannot be counted again: it is written with the batch.
              if (counted > 0) scene.crash()
            }
            all.flush()
            scene.flush()
            const everything = countedRuns(all.db)
            const kept = everything.filter((run) => run.startedUs >= termUs)
            // Streams may have been made in another order.
            const times = (runs: typeof kept) =>
              runs.map(({ startedUs, durationUs }) => `${startedUs}+${durationUs}`).sort()
            expect(times(countedRuns(scene.db))).toEqual(times(kept))
            expect(counted).toBe(everything.length - kept.length)
            const ofTargets = (rows: ReturnType<typeof storedTrends>) => rows.filter((row) => row.targetId > 0)
            expect(ofTargets(storedTrends(scene.db))).toEqual(ofTargets(storedTrends(all.db)))
            expect(storedGroupTrends(scene.db)).toEqual(storedGroupTrends(all.db))
            expectGroupsCounted(scene.db)
            const [said, deleted] = scene.db
              .prepare<[], number[]>('SELECT coalesce(sum(n_total), 0), coalesce(sum(n_deleted), 0) FROM error_groups')
              .raw()
              .get() ?? [0, 0]
            const failures = everything.filter((run) => run.groupId !== null)
            expect([said, deleted]).toEqual([failures.length, failures.filter((run) => run.startedUs < termUs).length])
          } finally {
            all.db.close()
            scene.db.close()
          }
        },
      ),
      { numRuns: 40 },
    )
  })

  it('of minutes are kept for 48 hours only, and it is noted from when on they are whole', () => {
    const scene = createScene(folder.path('archive.db'))
    const from = () => scene.db.prepare(`SELECT v FROM meta WHERE k = 'trends.minute.from'`).pluck().get() ?? null
    const minutes = () =>
      scene.db
        .prepare('SELECT bucket FROM rollups WHERE resolution = 60 AND target_id = 1 ORDER BY bucket')
        .pluck()
        .all()
    const begin = BEGIN_US / 1_000_000
    const two = 2 * 86_400
    scene.setTime(BEGIN_US + (two + 90) * 1_000_000)
    // At 0:00:00, 0:01:10 and 0:02:20: the first minute is over for more than 48 hours.
    scene.append(0, [
      { ...PLAIN, stepUs: 0 },
      { ...PLAIN, stepUs: 70_000_000 },
      { ...PLAIN, stepUs: 70_000_000 },
    ])
    expect(from()).toBe(begin + 60)
    expect(minutes()).toEqual([begin + 60, begin + 120])
    expect(
      storedTrends(scene.db)
        .filter((row) => row.targetId === 1)
        .map((row) => row.n),
    ).toEqual([3, 1, 1, 3, 3])
    // A clock that is a year ahead for a while.
    scene.setTime(BEGIN_US + 366 * 86_400_000_000)
    scene.append(0, [PLAIN])
    scene.flush()
    expect(from()).toBe(begin + 364 * 86_400)
    scene.setTime(BEGIN_US + 600_000_000)
    scene.append(0, [{ ...PLAIN, stepUs: 600_000_000 }])
    scene.flush()
    expect(from()).toBe(begin + 660)
    expect(minutes()).toEqual([begin + 60, begin + 120, begin + 720])
    expectTrendsTrue(scene.db)
    scene.db.close()
  })

  it('are written after ten seconds, after 20 000 runs, and when somebody asks', () => {
    const scene = createScene(folder.path('archive.db'))
    const run = PLAIN
    const tail = () => scene.db.prepare('SELECT sum(last_sequence) - sum(rolled_sequence) FROM streams').pluck().get()
    scene.append(0, [run])
    expect(tail()).toBe(0)
    scene.append(0, [run, run])
    scene.pass(9999)
    scene.append(0, [run])
    expect(tail()).toBe(3)
    scene.pass(1)
    scene.append(0, [run])
    expect(tail()).toBe(0)
    scene.append(
      0,
      Array.from({ length: 19_999 }, () => run),
    )
    expect(tail()).toBe(19_999)
    scene.append(1, [run])
    expect(tail()).toBe(0)
    scene.append(1, [run])
    scene.flush()
    expect(tail()).toBe(0)
    expectTrendsTrue(scene.db)
    scene.db.close()
  })
})
