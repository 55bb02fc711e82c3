import { rmSync } from 'node:fs'
import type { AppendRole, RunInput } from '@main/archive/batch'
import { createAppender } from '@main/archive/worker/append'
import { createWriterMemory } from '@main/archive/worker/writer-memory'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { useTempFolder } from '../support/fixtures'
import { batchOf, BEGIN_US, createSynthetic, madeParents, madeRun, madeSession, madeTarget } from '../support/synthetic'
import { expectGroupsCounted } from './brute-force-groups'
import { countedRuns, expectedTrends, expectTrendsTrue, storedGroupTrends, storedTrends } from './brute-force-trends'
import { madeFailure } from './made-archives'

const made = fc.record({
  target: fc.integer({ min: 1, max: 4 }),
  session: fc.constantFrom(1, 1, 1, 2, null),
  stepUs: fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 0, max: 30_000_000 }) },
    { weight: 2, arbitrary: fc.integer({ min: 0, max: 7_200_000_000 }) },
    // Late rows, and clocks that are set back.
    { weight: 2, arbitrary: fc.integer({ min: -90_000_000, max: 0 }) },
    { weight: 1, arbitrary: fc.constantFrom(-3_600_000_000, 86_400_000_000) },
  ),
  durationUs: fc.oneof(
    fc.nat(40),
    fc.nat(5_000_000),
    fc.nat(40).map((days) => days * 86_400_000_000),
  ),
  status: fc.integer({ min: 0, max: 4 }),
  di: fc.boolean(),
  framework: fc.boolean(),
  error: fc.nat(5),
})
type Made = typeof made extends fc.Arbitrary<infer T> ? T : never

const PLAIN: Made = {
  target: 1,
  session: 1,
  stepUs: 1000,
  durationUs: 10,
  status: 0,
  di: false,
  framework: false,
  error: 0,
}

const LIVES = [0, 1, 2] as const

/** An archive with three lives of a source (the last one a backfill of the first), and a clock of its own. */
function createScene(path: string, keepsFromUs: number | null = null) {
  for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true })
  const { db, sourceId, epoch } = createSynthetic(path)
  const epochs = [epoch().id, epoch().id]
  let nowMs = 0
  let timeUs = BEGIN_US
  const sessions = [madeSession(1), madeSession(2, { startedUs: BEGIN_US + 1 })]
  const parents = madeParents(
    [1, 2, 3, 4].map((id) => madeTarget(id)),
    sessions,
  )
  const begin = () => {
    const memory = createWriterMemory(db, { clock: () => nowMs, nowUs: () => timeUs })
    const appenders = LIVES.map((life) => {
      const role: AppendRole = life === 2 ? 'backfill' : 'live'
      const epochId = epochs[life % 2] ?? 0
      const appender = createAppender(db, memory, {
        sourceId,
        epochId,
        role,
        nowUs: () => BEGIN_US,
        keepsFrom: () => keepsFromUs,
      })
      appender.update(parents)
      return appender
    })
    return { memory, appenders }
  }
  let writer = begin()
  const clocks = LIVES.map((life) => BEGIN_US + life * 1_800_000_000)
  let foreignId = 0
  const runsOf = (life: number, runs: Made[]): RunInput[] =>
    runs.map((run) => {
      clocks[life] = Math.max(BEGIN_US, clocks[life]! + run.stepUs)
      const failed = run.status === 1 || run.status === 2
      foreignId++
      return madeRun(foreignId, {
        foreignTargetId: run.target,
        foreignSessionId: run.session,
        startedUs: clocks[life]!,
        durationUs: run.durationUs,
        status: run.status,
        dependencyFailure: run.status === 1 && run.di,
        tier: run.framework ? 'framework' : 'app',
        failure: failed ? madeFailure(run.error, foreignId) : null,
      })
    })
  return {
    db,
    append: (life: number, runs: Made[]) => {
      const appender = writer.appenders[life]!
      const inputs = runsOf(life, runs)
      if (!appender.knowsParentsOf(inputs)) appender.update(parents)
      return appender.append(batchOf(inputs))
    },
    /** A batch that fails at its end, and is not tried again. */
    fail: (life: number, runs: Made[]) => {
      const broken = { ...madeRun(1), startedUs: Number.NaN }
      expect(() => writer.appenders[life]!.append(batchOf([...runsOf(life, runs), broken]))).toThrow()
    },
    pass: (ms: number) => {
      nowMs += ms
    },
    setTime: (us: number) => {
      timeUs = us
    },
    /** The process ends without a word. */
    crash: () => {
      writer = begin()
    },
    forget: () => writer.memory.forget(),
    flush: () => db.transaction(() => writer.memory.trends.flush()).immediate(),
    flushUndone: () => {
      const work = db.transaction(() => {
        writer.memory.trends.flush()
        throw new Error('undone')
      })
      expect(() => work.immediate()).toThrow('undone')
      writer.memory.forget()
    },
  }
}

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
            const ofTargets = (rows: ReturnType<typeof storedTrends>) =>
              rows.filter((row) => row.targetId > 0).map((row) => ({ ...row, failureId: null }))
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
