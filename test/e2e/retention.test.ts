import { mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { createFilled } from '../archive/retention-fill'
import { rowsOf } from '../support/archive'
import { dataFolder, launchApp, removeFolders } from '../support/electron-app'

afterAll(removeFolders)

const RUNS = 300_000

function bytesOf(path: string): number {
  return ['', '-wal', '-shm'].reduce(
    (sum, end) => sum + (statSync(path + end, { throwIfNoEntry: false })?.size ?? 0),
    0,
  )
}

/** Reasons and runs of the passes so far. */
function passesOf(path: string) {
  return rowsOf<{ reason: string; runs: number }>(path, 'SELECT reason, runs FROM retention_log ORDER BY id')
}

describe('the limits of the archive', () => {
  it('are kept at the start, and when they are lowered in the window', async () => {
    const dataDir = dataFolder()
    mkdirSync(dataDir, { recursive: true })
    const path = join(dataDir, 'hassette.db')
    // A snapshot: what goes, goes by size alone.
    const archive = createFilled(path, 500, 'snapshot')
    await archive.fill(RUNS, 3_600_000_000)
    archive.db.close()
    expect(bytesOf(path)).toBeGreaterThan(12_100_000)

    const env = { HASSETTE_MONITOR_DB_MAX_SIZE_MB: '12' }
    const first = await launchApp([], { dataDir, env })
    await expect.poll(() => passesOf(path).length, { timeout: 30_000 }).toBe(1)
    expect(passesOf(path)).toEqual([{ reason: 'start', runs: expect.any(Number) }])
    await expect.poll(() => bytesOf(path), { timeout: 10_000 }).toBeLessThanOrEqual(0.95 * 12_000_000)
    await first.close()

    // At the limit of the next start it stays as it is; then somebody lowers it.
    const { page, close } = await launchApp([], { dataDir })
    await expect.poll(() => passesOf(path).length, { timeout: 30_000 }).toBe(2)
    expect(passesOf(path)[1]).toEqual({ reason: 'start', runs: 0 })
    const limits = { retentionDays: 7, frameworkRetentionDays: 7, maxSizeMb: 10 }
    const preview = await page.evaluate((input) => window.hassetteMonitor.storage.preview(input), limits)
    expect(preview).toMatchObject({ ok: true, value: { runs: expect.any(Number) } })
    await page.evaluate(() => window.hassetteMonitor.settings.change({ name: 'db_max_size_mb', value: 10 }))
    await expect.poll(() => passesOf(path).length, { timeout: 30_000 }).toBe(3)
    const lowered = passesOf(path)[2]
    expect(lowered?.reason).toBe('limits_changed')
    expect(lowered?.runs).toBeGreaterThan(10_000)
    expect(preview.ok ? preview.value.runs / (lowered?.runs ?? 1) : 0).toBeCloseTo(1, 0)
    expect(bytesOf(path)).toBeLessThanOrEqual(0.96 * 10_000_000)
    const info = await page.evaluate(() => window.hassetteMonitor.storage.info())
    expect(info).toMatchObject({ ok: true, value: { limitBytes: 10_000_000, limitTooSmall: false } })
    // App runs are all there: the framework's gave way.
    expect(rowsOf(path, `SELECT count(*) AS n FROM executions WHERE tier = 'app'`)).toEqual([{ n: RUNS / 3 }])
    await close()
  })
})
