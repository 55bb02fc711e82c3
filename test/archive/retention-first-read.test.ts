import { copyFileSync } from 'node:fs'
import { openReader, openWriter } from '@archive/threads'
import type { Limits } from '@shared/storage'
import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'
import { CONTEXT, rowsOf } from '../support/archive'
import { useTempFolder } from '../support/fixtures'
import { startHassetteWriter } from '../support/hassette-writer'
import { LIMITS, request } from './retention-checks'

const DAY_S = 86_400
const RUNS = 3000
const DAYS = 20

describe('a long history that is read for the first time', () => {
  const folder = useTempFolder()

  /** A Hassette file with runs of 20 days up to now; its only session began `sessionDays` ago. */
  async function history(sessionDays: number): Promise<string> {
    const path = folder.path('hassette.db')
    const writer = await startHassetteWriter(path)
    const startedAt = Date.now() / 1000 - DAYS * DAY_S
    await writer.run({ count: RUNS, startedAt, spanSeconds: DAYS * DAY_S })
    await writer.exit()
    const db = new Database(path)
    db.prepare('UPDATE sessions SET started_at = ?').run(Date.now() / 1000 - sessionDays * DAY_S)
    db.close()
    return path
  }

  async function read(path: string, limits: Limits) {
    const archive = folder.path('archive.db')
    const writer = openWriter(archive, () => undefined)
    onTestFinished(() => writer.close())
    writer.upkeep.setLimits({ limits })
    const { sourceId } = await writer.sources.addFile({ path, name: 'home', mode: 'auto', shiftUs: 0 })
    const sync = (from = path) => writer.sources.syncFile({ sourceId, path: from, shiftUs: 0 }, CONTEXT)
    return { archive, writer, sourceId, sync, report: await sync() }
  }

  it('is kept as far as its days reach; older runs are counted, and no more', async () => {
    const path = await history(DAYS + 1)
    const { archive, sourceId, report } = await read(path, {
      ...LIMITS,
      retentionDays: 7,
      frameworkRetentionDays: 3,
    })
    const fresh = (tier: string, days: number) =>
      countOf(
        path,
        `executions WHERE source_tier = '${tier}' AND execution_start_ts >= ${Date.now() / 1000 - days * DAY_S}`,
      )
    const kept = (tier: string) => countOf(archive, `executions WHERE tier = '${tier}'`)
    expect([kept('app'), kept('framework')]).toEqual([fresh('app', 7), fresh('framework', 3)])
    expect(report).toMatchObject({ runs: RUNS, trendsOnly: RUNS - kept('app') - kept('framework') })
    expect(report.trendsOnly).toBeGreaterThan(RUNS / 2)
    expect(countedIn(archive)).toBe(RUNS)
    const reader = openReader(archive)
    onTestFinished(() => reader.close())
    const span = { fromUs: null, toUs: null }
    expect(await reader.verbs['coverage.get']({ sourceId, tier: 'app', span }, CONTEXT)).toMatchObject({
      bound: 'time',
    })
  })

  it('is kept as a whole where its session began within the days, whatever its clock said', async () => {
    const { archive, report } = await read(await history(6), LIMITS)
    expect(report).toMatchObject({ runs: RUNS, trendsOnly: 0 })
    expect(countOf(archive, 'runs')).toBe(RUNS)
  })

  it('is kept as a whole while the source is a snapshot', async () => {
    const path = await history(DAYS + 1)
    const db = new Database(path)
    db.exec(`DELETE FROM executions WHERE execution_start_ts >= ${Date.now() / 1000 - DAY_S};
      UPDATE sessions SET last_heartbeat_at = ${Date.now() / 1000 - DAY_S}, status = 'success'`)
    db.close()
    const { archive, report } = await read(path, LIMITS)
    expect(report.trendsOnly).toBe(0)
    expect(countOf(archive, 'runs')).toBe(report.runs)
  })

  it('is not counted again when a copy brings what the retention deleted', async () => {
    const path = await history(DAYS + 1)
    const { archive, writer, sync } = await read(path, { ...LIMITS, retentionDays: 30, frameworkRetentionDays: 30 })
    expect(countOf(archive, 'runs')).toBe(RUNS)
    const limits = { ...LIMITS, retentionDays: 2, frameworkRetentionDays: 2 }
    const { runs } = await writer.upkeep.retain(request({ limits }), CONTEXT)
    expect(runs).toBeGreaterThan(RUNS / 2)
    writer.upkeep.setLimits({ limits })
    const copy = folder.path('copy.db')
    copyFileSync(path, copy)
    expect(await sync(copy)).toMatchObject({ runs: 0, trendsOnly: 0 })
    expect(countOf(archive, 'runs')).toBe(RUNS - runs)
    expect(countedIn(archive)).toBe(RUNS)
  })
})

function countOf(path: string, from: string): number {
  return rowsOf<{ n: number }>(path, `SELECT count(*) AS n FROM ${from}`)[0]?.n ?? 0
}

/** Runs that the days of all streams tell of, with those that are not rolled up yet. */
function countedIn(archive: string): number {
  const [row] = rowsOf<{ n: number }>(
    archive,
    `SELECT (SELECT coalesce(sum(n), 0) FROM rollups WHERE resolution = 86400 AND target_id < 0)
       + (SELECT coalesce(sum(last_sequence - rolled_sequence), 0) FROM streams) AS n`,
  )
  return row?.n ?? 0
}
