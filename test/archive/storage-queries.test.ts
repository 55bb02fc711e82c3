import { createStorageQueries, forecast } from '@archive/queries'
import type { Limits } from '@shared/storage'
import type { Database } from 'better-sqlite3'
import * as fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { CONTEXT } from '../support/archive'
import { useTempFolder } from '../support/fixtures'
import { BEGIN_US } from '../support/synthetic'
import { allRuns } from './brute-force'
import { bytesOf, DAY_US, LIMITS, numberOf, request } from './retention-checks'
import { createFilled } from './retention-fill'

const RUNS = 40_000

describe('the queries about the archive', () => {
  const folder = useTempFolder()

  async function filled(spanUs: number, mode?: 'live' | 'snapshot') {
    const archive = createFilled(folder.path('archive.db'), 500, mode)
    onTestFinished(() => void archive.db.close())
    await archive.fill(RUNS, spanUs)
    archive.db.transaction(() => archive.memory.trends.flush()).immediate()
    return { ...archive, ...createStorageQueries(archive.db, archive.nowUs) }
  }

  it('weighs what the archive holds, close to what its tables take', async () => {
    const { db, 'storage.info': storageInfo } = await filled(2 * DAY_US)
    addLogs(db)
    const info = await storageInfo({ limits: LIMITS }, CONTEXT)
    expect(info.bytes).toBe(bytesOf(db))
    expect(info.content.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(info.usedBytes)
    expect(info.usedBytes).toBe(
      numberOf(db, 'SELECT (page_count - freelist_count) * 4096 FROM pragma_page_count, pragma_freelist_count'),
    )
    const taken = (...tables: string[]) =>
      numberOf(db, `SELECT sum(pgsize) FROM dbstat WHERE name IN (${tables.map((name) => `'${name}'`).join(', ')})`)
    const weighed = Object.fromEntries(info.content.map(({ kind, bytes }) => [kind, bytes]))
    expectNear(weighed['runs'], taken('runs'))
    expectNear(weighed['failures'], taken('failures', 'tracebacks', 'sqlite_autoindex_tracebacks_1'))
    expectNear(weighed['logs'], taken('run_logs', 'run_logs_run'))
    expectNear(weighed['trends'], taken('rollups', 'group_rollups'))
  })

  it('tells each tier by the zone map and by its hours', async () => {
    const { db, nowUs, 'storage.info': storageInfo } = await filled(4 * DAY_US)
    const { tiers } = await storageInfo({ limits: LIMITS }, CONTEXT)
    const runs = allRuns(db)
    for (const name of ['app', 'framework'] as const) {
      const own = runs.filter((run) => run.tier === name)
      const tier = tiers.find((each) => each.tier === name)
      expect(tier).toMatchObject({
        runs: own.length,
        snapshot: false,
        oldestRunUs: Math.min(...own.map((run) => run.startedUs)),
        newestRunUs: Math.max(...own.map((run) => run.startedUs)),
      })
      expect(tier?.runsPerDay).toBeCloseTo(own.length / ((nowUs() - BEGIN_US) / DAY_US), -2)
    }
    const [framework, app] = ['framework', 'app'].map((name) => tiers.find((each) => each.tier === name)?.bytes ?? 0)
    expect((framework ?? 0) + (app ?? 0)).toBeLessThan(bytesOf(db))
    // App runs keep their ids: half as many take about as much.
    expect((app ?? 0) / (framework ?? 1)).toBeGreaterThan(0.6)
  })

  it('foretells what a pass does, by both rules', async () => {
    const { db, retention, 'storage.preview': storagePreview, idle } = await filled(4 * DAY_US)
    idle(2 * DAY_US)
    const all: Limits[] = [
      { retentionDays: 5, frameworkRetentionDays: 4, maxSizeMb: 500 },
      { retentionDays: 5, frameworkRetentionDays: 4, maxSizeMb: 1.2 },
      { retentionDays: 4, frameworkRetentionDays: 3, maxSizeMb: 500 },
      { retentionDays: 1, frameworkRetentionDays: 1, maxSizeMb: 500 },
    ]
    for (const limits of all) {
      const before = allRuns(db)
      const preview = await storagePreview(limits, CONTEXT)
      const report = await retention.retain(request({ rules: ['time', 'size'], limits }), CONTEXT)
      expect(preview.runs).toBeGreaterThan(0)
      if (report.bound === 'time') {
        expect(preview).toMatchObject({ runs: report.runs, frameworkRuns: report.frameworkRuns })
      } else {
        expectNear(preview.runs, report.runs)
        expectNear(preview.frameworkRuns, report.frameworkRuns)
      }
      const left = new Set(allRuns(db).map((run) => run.id))
      for (const [tier, upToUs] of [
        ['app', preview.appUpToUs],
        ['framework', preview.frameworkUpToUs],
      ] as const) {
        const gone = before.filter((run) => run.tier === tier && !left.has(run.id)).map((run) => run.startedUs)
        expect(upToUs === null).toBe(gone.length === 0)
        if (upToUs !== null && report.bound === 'time') expect(Math.max(...gone)).toBeLessThan(upToUs)
      }
    }
    expect(allRuns(db)).toEqual([])
    expect(await storagePreview(LIMITS, CONTEXT)).toEqual({
      runs: 0,
      frameworkRuns: 0,
      appUpToUs: null,
      frameworkUpToUs: null,
      bytes: 0,
    })
  })

  it('says nothing of a term where there is none', async () => {
    const {
      'storage.info': storageInfo,
      'storage.preview': storagePreview,
      idle,
    } = await filled(4 * DAY_US, 'snapshot')
    idle(100 * DAY_US)
    const info = await storageInfo({ limits: LIMITS }, CONTEXT)
    expect(info.tiers.map((tier) => tier.snapshot)).toEqual([true, true])
    // Its rate is that of its own last days.
    expect(info.tiers[0]?.runsPerDay).toBeGreaterThan(1000)
    expect(info).toMatchObject({ binds: null, daysBySize: null })
    expect((await storagePreview(LIMITS, CONTEXT)).runs).toBe(0)
  })

  it('reads a log of passes and of other work alike', async () => {
    const { db, retention, 'storage.log': storageLog } = await filled(4 * DAY_US)
    await retention.retain(request({ limits: { ...LIMITS, retentionDays: 3, frameworkRetentionDays: 2 } }), CONTEXT)
    db.exec(`INSERT INTO retention_log (at_us, duration_us, reason, runs) VALUES (5, 6, 'compact', 0)`)
    const rows = await storageLog({ limit: 10 }, CONTEXT)
    expect(rows).toMatchObject([
      { atUs: 5, durationUs: 6, reason: 'compact', bound: null, frameworkRuns: 0, upToUs: null, cancelled: false },
      { reason: 'by_hand', bound: 'time', cancelled: false },
    ])
    expect(rows[1]?.frameworkRuns).toBeGreaterThan(rows[1]!.runs / 2)
    expect(await storageLog({ limit: 1 }, CONTEXT)).toHaveLength(1)
  })
})

describe('which limit binds', () => {
  const tier = { termUs: 7 * DAY_US, oldestRunUs: 0, runsPerDay: 1000, bytesPerRun: 100 }
  const archive = { nowUs: 3 * DAY_US, usedBytes: 400_000, limitBytes: 1_000_000, tiers: [tier], otherBytes: 100_000 }

  it.each([
    ['time, in four days', {}, { bound: 'time', atUs: 7 * DAY_US }, 8.5],
    ['size, in two days', { limitBytes: 600_000 }, { bound: 'size', atUs: 5 * DAY_US }, 4.7],
    ['time, which binds already', { nowUs: 30 * DAY_US }, { bound: 'time', atUs: 30 * DAY_US }, 8.5],
    ['size, which binds already', { usedBytes: 1_100_000 }, { bound: 'size', atUs: 3 * DAY_US }, 8.5],
    ['none without runs', { tiers: [{ ...tier, runsPerDay: 0 }] }, null, null],
    ['none within ten years', { tiers: [{ ...tier, termUs: 3660 * DAY_US, runsPerDay: 0.001 }] }, null, 8_500_000],
    [
      'the first of two terms',
      { tiers: [tier, { ...tier, termUs: 5 * DAY_US }] },
      { bound: 'time', atUs: 5 * DAY_US },
      4.25,
    ],
  ] as const)('is %s', (_what, more, binds, daysBySize) => {
    const found = forecast({ ...archive, ...more, tiers: [...('tiers' in more ? more.tiers : archive.tiers)] })
    expect(found.binds).toEqual(binds)
    if (daysBySize === null) expect(found.daysBySize).toBeNull()
    else expect(found.daysBySize).toBeCloseTo(daysBySize, 3)
  })

  it('binds never in the past', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.nat(2_000_000), fc.nat(5000), (day, usedBytes, runsPerDay) => {
        const { binds } = forecast({ ...archive, nowUs: day * DAY_US, usedBytes, tiers: [{ ...tier, runsPerDay }] })
        if (binds) expect(binds.atUs).toBeGreaterThanOrEqual(day * DAY_US)
        else expect(runsPerDay).toBe(0)
      }),
    )
  })
})

/** Within a sixth: an estimate for people. */
function expectNear(estimate: number | undefined, truth: number): void {
  expect(truth).toBeGreaterThan(0)
  expect((estimate ?? 0) / truth).toBeGreaterThan(5 / 6)
  expect((estimate ?? 0) / truth).toBeLessThan(6 / 5)
}

function addLogs(db: Database): void {
  db.exec(`INSERT INTO run_logs (run_id, at_us, level, logger, function, line, message)
    SELECT run_id, ${BEGIN_US}, 'INFO', 'hassette.app.lights', 'on_change', 17,
      'the light of the kitchen was switched on by rule ' || n.value
    FROM failures, json_each('[1, 2, 3, 4, 5, 6]') n`)
}
