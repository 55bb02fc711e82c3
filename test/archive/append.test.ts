import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rmSync } from 'node:fs'
import { useTempFolder } from '../support/fixtures'
import { batchOf, BEGIN_US, createSynthetic, madeParents, madeRun, madeSession, madeTarget } from '../support/synthetic'
import { allRuns, expectedBlocks, expectedRecent, storedBlocks, storedRecent } from './brute-force'
import { crowdedBatches, madeBatches, writeBatches } from './made-archives'

describe('appending', () => {
  const folder = useTempFolder()

  it.each([
    ['mixed', madeBatches],
    ['crowded', crowdedBatches],
  ])('keeps zone map and strips equal to a recount, whatever the clocks do (%s)', (_, anyBatches) => {
    fc.assert(
      fc.property(anyBatches, (batches) => {
        const path = folder.path('archive.db')
        for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true })
        const { db } = writeBatches(path, batches)
        try {
          const runs = allRuns(db)
          expect(runs).toHaveLength(batches.reduce((sum, batch) => sum + batch.runs.length, 0))
          expect(storedBlocks(db)).toEqual(expectedBlocks(runs))
          expect(storedRecent(db)).toEqual(expectedRecent(runs))
        } finally {
          db.close()
        }
      }),
      { numRuns: 60, endOnFailure: true },
    )
  })

  it.each([10, 60])('tells runs of two streams that finished together by their ids (%s each)', (each) => {
    const archive = createSynthetic(folder.path('archive.db'))
    for (let life = 0; life < 2; life++) {
      const { appender } = archive.epoch()
      appender.update(madeParents([madeTarget(1)]))
      appender.append(batchOf(Array.from({ length: each }, (_, index) => madeRun(index + 1, { status: life }))))
    }
    expect(storedRecent(archive.db)).toEqual(expectedRecent(allRuns(archive.db)))
    archive.db.close()
  })

  it('writes nothing of a batch that fails, and goes on as if it had never been', () => {
    const archive = createSynthetic(folder.path('archive.db'))
    const { appender } = archive.epoch()
    appender.update(madeParents([madeTarget(1)]))
    appender.append(batchOf([madeRun(1), madeRun(2, { status: 1 })]))
    const before = dump(archive.db)

    const broken = madeRun(4, { startedUs: Number.NaN })
    expect(() => appender.append(batchOf([madeRun(3, { status: 1 }), broken]))).toThrow()
    expect(dump(archive.db)).toEqual(before)

    appender.update(madeParents([madeTarget(1)]))
    appender.append(batchOf([madeRun(3, { status: 1 })]))
    const runs = allRuns(archive.db)
    expect(runs.map((run) => run.id % 2 ** 40)).toEqual([1, 2, 3])
    expect(storedBlocks(archive.db)).toEqual(expectedBlocks(runs))
    expect(storedRecent(archive.db)).toEqual(expectedRecent(runs))
    expect(archive.db.prepare('SELECT refs FROM tracebacks').pluck().all()).toEqual([2])
    archive.db.close()
  })

  it('forgets the strips of a batch that fails when they are written', () => {
    const archive = createSynthetic(folder.path('archive.db'))
    const { appender } = archive.epoch()
    appender.update(madeParents([madeTarget(1)]))
    appender.append(batchOf([madeRun(1)]))
    const nowhere = { foreignId: Number.NaN, anchors: [] }
    expect(() => appender.append({ runs: [madeRun(2, { status: 3 })], cursor: nowhere })).toThrow()
    appender.update(madeParents([madeTarget(1)]))
    appender.append(batchOf([madeRun(3)]))
    expect(storedRecent(archive.db)).toEqual(expectedRecent(allRuns(archive.db)))
    archive.db.close()
  })

  it('keeps ids of the app tier and of failures, and none of framework successes', () => {
    const archive = createSynthetic(folder.path('archive.db'))
    const { appender } = archive.epoch()
    appender.update(madeParents([madeTarget(1)]))
    const ids = [
      '01a208c3-1538-7587-b830-8edae55d43ee',
      'healthy_weather_watcher_0000',
      // Fifteen bytes: with one 0x00 before it this would have the length of a UUID.
      'fifteen_bytes_x',
      'sixteen_bytes_xx',
      '01A208C3-1538-7587-B830-8EDAE55D43EE',
      'Türklingel',
      '00a208c3-1538-7587-b830-8edae55d43ee',
      '',
    ]
    const app = ids.map((executionId, index) => madeRun(index + 1, { executionId }))
    const framework = [
      madeRun(91, { tier: 'framework', executionId: 'not kept' }),
      madeRun(92, { tier: 'framework', executionId: 'kept', status: 1 }),
    ]
    appender.append(batchOf([...app, ...framework]))
    const shown = archive.db.prepare('SELECT execution_id FROM executions ORDER BY id').pluck().all()
    expect(shown).toEqual([...ids, null, 'kept'])
    archive.db.close()
  })

  it('ends a session at the latest of stop, heartbeat and last run', () => {
    const archive = createSynthetic(folder.path('archive.db'))
    const { appender } = archive.epoch()
    const killed = madeSession(1, { ending: 'killed', stoppedUs: BEGIN_US })
    appender.update(madeParents([madeTarget(1)], [killed, madeSession(2)]))
    appender.append(
      batchOf([
        madeRun(1, { startedUs: BEGIN_US + 232_000_000, durationUs: 1 }),
        madeRun(2, { startedUs: BEGIN_US + 5, foreignSessionId: 2 }),
      ]),
    )
    appender.update(madeParents([madeTarget(1)], [{ ...killed, droppedOverflow: 3 }, madeSession(2)]))
    const ends = archive.db.prepare('SELECT ended_us, ending, dropped_overflow FROM sessions ORDER BY id').raw().all()
    expect(ends).toEqual([
      [BEGIN_US + 232_000_001, 'killed', 3],
      [null, 'running', 0],
    ])
    archive.db.close()
  })

  it('makes a place for runs whose handler the source has lost', () => {
    const archive = createSynthetic(folder.path('archive.db'))
    const { appender } = archive.epoch()
    appender.update(madeParents([]))
    const lost = madeRun(1, { foreignTargetId: 77, foreignSessionId: 99 })
    expect(appender.knowsParentsOf([lost])).toBe(false)
    appender.append(batchOf([lost]))
    const rows = archive.db.prepare('SELECT app_key, name, session_id FROM executions').raw().all()
    expect(rows).toEqual([['(unknown)', 'handler 77', null]])
    archive.db.close()
  })

  it('retires what the source no longer has, and takes it back when it returns', () => {
    const archive = createSynthetic(folder.path('archive.db'))
    const { appender } = archive.epoch()
    const retired = () => archive.db.prepare('SELECT retired_us FROM targets ORDER BY id').pluck().all()
    appender.update(madeParents([madeTarget(1), madeTarget(2)]))
    expect(retired()).toEqual([null, null])
    appender.update(madeParents([madeTarget(1)]))
    expect(retired()).toEqual([null, BEGIN_US])
    appender.update(madeParents([madeTarget(1), madeTarget(2)]))
    expect(retired()).toEqual([null, null])
    archive.db.close()
  })
})

function dump(db: ReturnType<typeof createSynthetic>['db']): unknown {
  return ['runs', 'blocks', 'target_recent', 'failures', 'tracebacks', 'streams', 'epochs', 'coverage', 'sessions'].map(
    (table) => db.prepare(`SELECT * FROM ${table}`).all(),
  )
}
