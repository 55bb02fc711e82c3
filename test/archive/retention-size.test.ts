import { statSync } from 'node:fs'
import type { RetainRequest } from '@main/archive/api'
import { createStorageQueries } from '@archive/queries'
import { createArchiveSize } from '@archive/retention'
import type { Limits } from '@shared/storage'
import type { Database } from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'
import { CONTEXT } from '../support/archive'
import { useTempFolder } from '../support/fixtures'
import { allRuns } from './brute-force'
import type { PlainRun } from './brute-force'
import { countedRuns, expectedTrends, storedTrends } from './brute-force-trends'
import {
  bytesOf,
  CANCELLED,
  countingContext,
  expectInStep,
  expectTrendsOf,
  LIMITS,
  numberOf,
  request,
} from './retention-checks'
import { createFilled } from './retention-fill'

const MB = 1_000_000
const HOUR_US = 3_600_000_000

describe('the size rule', () => {
  const folder = useTempFolder()

  async function filled(runs: number, maxSizeMb: number, mode?: 'live' | 'snapshot') {
    const archive = createFilled(folder.path('archive.db'), maxSizeMb, mode)
    onTestFinished(() => void archive.db.close())
    await archive.fill(runs, HOUR_US)
    return archive
  }

  const sized = (maxSizeMb: number, more: Partial<RetainRequest> = {}): RetainRequest =>
    request({ rules: ['size'], limits: { ...LIMITS, maxSizeMb }, ...more })

  it('takes framework runs first, oldest first, until file, WAL and SHM are under 95 % of the limit', async () => {
    const { db, memory, retention } = await filled(60_000, 2.2)
    const before = countedRuns(db)
    const bytesBefore = createArchiveSize(db).bytes()
    expect(bytesBefore).toBeGreaterThan(2.6 * MB)

    const { context, seen } = countingContext()
    const report = await retention.retain(sized(2.2), context)

    // A step gives back many pages.
    expect(seen.pauses).toBeLessThan(40)

    expect(bytesOf(db)).toBeLessThanOrEqual(0.95 * 2.2 * MB)
    expect(bytesOf(db)).toBeGreaterThan(0.85 * 2.2 * MB)
    // Only what the pass noted of itself.
    expect(statSync(`${db.name}-wal`).size).toBeLessThan(16 * 4096)
    expect(numberOf(db, 'SELECT freelist_count FROM pragma_freelist_count')).toBeLessThanOrEqual(16)
    expect(report).toMatchObject({ bound: 'size', limitTooSmall: false, bytesBefore })
    expect(bytesOf(db) - report.bytesAfter).toBeLessThan(16 * 4096)
    expect(report.frameworkRuns).toBe(report.runs)
    const left = allRuns(db)
    expect(before.length - left.length).toBe(report.runs)
    expect(tierOf(left, 'app')).toEqual(tierOf(allPlain(before, db), 'app'))
    expectNewest(left, before, 'framework')
    expectInStep(db)
    expectTrendsOf({ db, memory }, before, [0, 3600, 86_400])
  })

  it('takes app runs, oldest first, when the framework has none left', async () => {
    const { db, retention } = await filled(60_000, 1)
    const before = countedRuns(db)
    const report = await retention.retain(sized(1.3), CONTEXT)
    const left = allRuns(db)
    expect(bytesOf(db)).toBeLessThanOrEqual(0.95 * 1.3 * MB)
    expect(tierOf(left, 'framework')).toEqual([])
    expect(tierOf(left, 'app').length).toBeGreaterThan(1000)
    expect(report.frameworkRuns).toBe(40_000)
    expectNewest(left, before, 'app')
    expectInStep(db)
  })

  it('leaves an archive alone that is not over its limit, and is then at rest', async () => {
    const { db, retention } = await filled(20_000, 2.2)
    expect(await retention.retain(sized(2.2), CONTEXT)).toMatchObject({ runs: 0, bound: null, limitTooSmall: false })
    const { db: full, retention: again } = await (async () => {
      const archive = createFilled(folder.path('full.db'), 2.2)
      onTestFinished(() => void archive.db.close())
      await archive.fill(60_000, HOUR_US)
      return archive
    })()
    await again.retain(sized(2.2), CONTEXT)
    expect(await again.retain(sized(2.2), CONTEXT)).toMatchObject({ runs: 0, bound: null })
    expect(allRuns(db)).toHaveLength(20_000)
    expect(numberOf(full, 'SELECT count(*) FROM retention_log')).toBe(2)
  })

  it('knows no exemption of snapshots, which the time rule does', async () => {
    const { db, retention } = await filled(60_000, 2.2, 'snapshot')
    const limits: Limits = { retentionDays: 1, frameworkRetentionDays: 1, maxSizeMb: 500 }
    expect(await retention.retain(request({ limits }), CONTEXT)).toMatchObject({ runs: 0 })
    expect((await retention.retain(sized(2.2), CONTEXT)).runs).toBeGreaterThan(0)
    expect(bytesOf(db)).toBeLessThanOrEqual(0.95 * 2.2 * MB)
  })

  it('lets runs that are past their term go before others of any tier', async () => {
    const { db, retention, fill } = await filled(30_000, 3)
    const old = Math.max(...allRuns(db).map((run) => run.id % 2 ** 40))
    expect(old).toBeGreaterThan(0)
    await fill(1, 8 * 24 * HOUR_US)
    await fill(20_000, HOUR_US)
    const fresh = allRuns(db).slice(-1)
    expect(fresh).toHaveLength(1)
    const report = await retention.retain(sized(2.5), CONTEXT)
    expect(report).toMatchObject({ runs: 30_000, frameworkRuns: 20_000, bound: 'time' })
    expect(allRuns(db)).toHaveLength(20_001)
  })

  it('keeps the days for ever, says that the limit is too small, and ends', async () => {
    const { db, retention } = await filled(20_000, 1)
    const before = countedRuns(db)
    const report = await retention.retain(sized(0.2), CONTEXT)
    expect(report).toMatchObject({ runs: 20_000, bound: 'size', limitTooSmall: true })
    expect(allRuns(db)).toEqual([])
    expect(storedTrends(db)).toEqual(expectedTrends(before).filter((row) => row.resolution === 86_400))
    expect(numberOf(db, 'SELECT count(*) FROM group_rollups')).toBe(0)
    for (const key of ['trends.minute.from', 'trends.hour.from']) {
      const newest = Math.max(...before.map((run) => run.startedUs)) / 1_000_000
      expect(numberOf(db, `SELECT v FROM meta WHERE k = '${key}'`)).toBeGreaterThanOrEqual(newest - 3600)
    }
    expectInStep(db)
    const { 'storage.info': storageInfo } = createStorageQueries(db)
    const tooSmall = async (maxSizeMb: number) =>
      (await storageInfo({ limits: { ...LIMITS, maxSizeMb } }, CONTEXT)).limitTooSmall
    expect([await tooSmall(0.2), await tooSmall(0.1), await tooSmall(3)]).toEqual([true, true, false])

    expect(await retention.retain(sized(2.2), CONTEXT)).toMatchObject({ limitTooSmall: false })
    expect(await tooSmall(0.2)).toBe(false)
  })

  it('can be cancelled between two slices, says so, and goes on in the next pass', async () => {
    const { db, memory, retention } = await filled(60_000, 2.2)
    const before = countedRuns(db)
    const { context, seen } = countingContext(2)
    await expect(retention.retain(sized(2.2), context)).rejects.toBe(CANCELLED)
    expect(seen.pauses).toBe(2)
    const { 'storage.log': storageLog } = createStorageQueries(db)
    const [cut] = await storageLog({ limit: 1 }, CONTEXT)
    expect(cut).toMatchObject({ cancelled: true, bound: 'size', reason: 'by_hand' })
    expect(cut?.runs).toBe(before.length - allRuns(db).length)
    expect(cut?.runs).toBeGreaterThan(0)
    expect(cut?.upToUs).toBe(newestGone(before, db))
    expectInStep(db)
    expectTrendsOf({ db, memory }, before, [0, 3600, 86_400])

    const rest = await retention.retain(sized(2.2), CONTEXT)
    expect(bytesOf(db)).toBeLessThanOrEqual(0.95 * 2.2 * MB)
    expect(rest.runs + (cut?.runs ?? 0)).toBe(before.length - allRuns(db).length)
    expectInStep(db)
    expectTrendsOf({ db, memory }, before, [0, 3600, 86_400])
  })

  it('bears runs that come meanwhile, in the very blocks and strips that it mends', async () => {
    const { db, memory, retention, fill } = await filled(20_000, 1)
    let pauses = 0
    const context = { ...CONTEXT, pause: () => (pauses++ < 12 ? fill(40, 1_000_000) : CONTEXT.pause()) }
    await retention.retain(sized(0.45), context)
    expect(pauses).toBeGreaterThan(4)
    expectInStep(db)
    db.transaction(() => memory.trends.flush()).immediate()
    const counted = numberOf(db, 'SELECT sum(n) FROM rollups WHERE resolution = 86400 AND target_id < 0')
    expect(counted).toBe(20_000 + Math.min(pauses, 12) * 40)
  })

  it('refuses a second pass while one goes on', async () => {
    const { retention } = await filled(10_000, 2.2)
    const first = retention.retain(sized(0.5), CONTEXT)
    await expect(retention.retain(sized(0.5), CONTEXT)).rejects.toMatchObject({ code: 'busy' })
    await first
  })
})

function tierOf(runs: PlainRun[], tier: PlainRun['tier']): number[] {
  return runs.filter((run) => run.tier === tier).map((run) => run.id)
}

/** The same runs with their tiers, which are those of their streams. */
function allPlain(runs: { id: number; stream: number }[], db: Database): PlainRun[] {
  const tiers = new Map(
    db
      .prepare<[], { id: number; tier: PlainRun['tier'] }>('SELECT id, tier FROM streams')
      .all()
      .map((stream) => [stream.id, stream.tier]),
  )
  return runs.map((run) => ({ ...run, tier: tiers.get(run.stream) }) as PlainRun)
}

/** What is left of a tier is its newest part. */
function expectNewest(left: PlainRun[], before: { id: number; stream: number }[], tier: PlainRun['tier']): void {
  const ids = tierOf(left, tier)
  const all = before.filter((run) => run.stream === left.find((each) => each.tier === tier)?.stream)
  expect(ids.length).toBeGreaterThan(0)
  expect(ids.length).toBeLessThan(all.length)
  expect(ids).toEqual(all.slice(-ids.length).map((run) => run.id))
}

function newestGone(before: { id: number; startedUs: number }[], db: Database): number {
  const left = new Set(allRuns(db).map((run) => run.id))
  return Math.max(...before.filter((run) => !left.has(run.id)).map((run) => run.startedUs))
}
