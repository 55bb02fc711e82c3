import { nextPass } from '@main/maintenance/retention'
import { describe, expect, it } from 'vitest'
import { CONTEXT } from '../support/archive'
import { useTempFolder } from '../support/fixtures'
import { BEGIN_US } from '../support/synthetic'
import { countedRuns, expectedTrends, storedTrends } from './brute-force-trends'
import type { TrendRow } from './brute-force-trends'
import { bytesOf, DAY_US, expectInStep, LIMITS, numberOf } from './retention-checks'
import { createFilled } from './retention-fill'

const LIMIT_MB = 20
const LIMIT_BYTES = LIMIT_MB * 1_000_000
const MINUTE_US = 60_000_000
/** 100 runs a second for one minute of each hour; the whole week would be 60 million runs. */
const RUNS_AN_HOUR = 6000
const HOURS = 8 * 24

describe('a week at 100 runs a second with a limit of 20 MB', () => {
  const folder = useTempFolder()

  it('is never more than 5 % over the limit, and still knows its first day on the eighth', async () => {
    const archive = createFilled(folder.path('archive.db'), LIMIT_MB)
    const { db, retention } = archive
    const limits = { ...LIMITS, maxSizeMb: LIMIT_MB }
    const passes = new Map<string, number>()
    let [peak, started] = [0, false]

    /** What the app does after a commit, with the real schedule and real passes. */
    const look = async (): Promise<void> => {
      for (;;) {
        const bytes = bytesOf(db)
        peak = Math.max(peak, bytes)
        const pass = nextPass({
          nowUs: archive.nowUs(),
          awakeMs: 60_000,
          due: retention.retentionDue(),
          importing: false,
          started,
          limitsChanged: false,
          bytes,
          limitBytes: LIMIT_BYTES,
          floorBytes: null,
        })
        if (pass === null) return
        started = true
        const report = await retention.retain({ ...pass, limits }, { ...CONTEXT, pause: watched })
        if (pass.rules.includes('size')) expect(report.bytesAfter).toBeLessThanOrEqual(LIMIT_BYTES)
        passes.set(pass.reason, (passes.get(pass.reason) ?? 0) + 1)
      }
    }
    const watched = (): Promise<void> => {
      peak = Math.max(peak, bytesOf(db))
      return CONTEXT.pause()
    }

    let firstDay: TrendRow[] = []
    for (let hour = 0; hour < HOURS; hour++) {
      await archive.fill(RUNS_AN_HOUR, MINUTE_US, look)
      archive.idle(59 * MINUTE_US)
      if (hour === 23) firstDay = dayRows(expectedTrends(countedRuns(db)))
    }

    expect(peak).toBeLessThanOrEqual(1.05 * LIMIT_BYTES)
    expect(peak).toBeGreaterThan(LIMIT_BYTES)
    expect(passes.get('growth')).toBeGreaterThan(5)
    expect(passes.get('daily')).toBeGreaterThan(0)
    expect(passes.get('hourly')).toBeGreaterThan(150)
    const bursts = firstDay.filter((row) => row.targetId < 0).reduce((sum, row) => sum + row.n, 0)
    expect(bursts).toBe(24 * RUNS_AN_HOUR)
    expect(dayRows(storedTrends(db))).toEqual(firstDay)
    // Framework runs gave way first: of the first day hardly an app run is left, of the last one every one.
    const kept = (tier: string, from: number, to: number): number =>
      numberOf(
        db,
        `SELECT count(*) FROM executions WHERE tier = '${tier}' AND started_at >= '${isoOf(BEGIN_US + from * DAY_US)}'
           AND started_at < '${isoOf(BEGIN_US + to * DAY_US)}'`,
      )
    const appRunsADay = (24 * RUNS_AN_HOUR) / 3
    expect(kept('framework', 0, 6.9)).toBe(0)
    expect(kept('app', 0, 1)).toBeLessThan(appRunsADay / 10)
    expect(kept('app', 7, 8)).toBe(appRunsADay)
    expectInStep(db)
    db.close()
  }, 120_000)
})

/** The first day's rows; which failure was the newest is not asked. */
function dayRows(rows: TrendRow[]): TrendRow[] {
  return rows.filter((row) => row.resolution === 86_400 && row.bucket === BEGIN_US / 1_000_000)
}

function isoOf(us: number): string {
  return new Date(us / 1000).toISOString().replace('Z', '000Z')
}
