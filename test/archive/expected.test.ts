import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { SessionInput, TargetInput } from '@main/archive/batch'
import { createExpected, readSchedule } from '@archive/derived'
import { createAppender } from '@archive/ingest'
import { openWriter } from '@archive/threads'
import { loadRecording } from '@main/sources/sample'
import { describe, expect, it } from 'vitest'
import { CONTEXT, rowsOf } from '../support/archive'
import { useTempFolder } from '../support/fixtures'
import { batchOf, createSynthetic, madeParents, madeRun, madeSession, madeTarget } from '../support/synthetic'

const HOUR_US = 3_600_000_000
const DAY = Date.parse('2026-01-15T00:00:00Z') * 1000
/** An hour and minute of 2026-01-15, microseconds. */
const at = (hour: number, minute = 0): number => DAY + hour * HOUR_US + minute * 60_000_000

const job = (foreignId: number, label: string, detail: string | null, more: Partial<TargetInput> = {}): TargetInput =>
  madeTarget(foreignId, { kind: 'job', topic: null, scheduleLabel: label, scheduleDetail: detail, ...more })
const session = (foreignId: number, fromUs: number, toUs: number, more: Partial<SessionInput> = {}): SessionInput =>
  madeSession(foreignId, {
    startedUs: fromUs,
    stoppedUs: toUs,
    heartbeatUs: toUs,
    ending: 'clean',
    ...more,
  })

/** An archive whose jobs were known before all sessions, and what is expected in it. */
function createScene(path: string) {
  const { db, sourceId, memory, epoch } = createSynthetic(path)
  const { id: epochId } = epoch()
  let nowUs = at(48)
  const appender = createAppender(db, memory, { sourceId, epochId, nowUs: () => DAY - HOUR_US })
  const expected = createExpected(
    db,
    () => memory.trends.flush(),
    () => nowUs,
  )
  const counted = (jobId: number, resolution = 3600) =>
    Object.fromEntries(
      db
        .prepare<[number, number], [number, number]>(
          'SELECT bucket, expected FROM rollups WHERE resolution = ? AND target_id = ? AND expected IS NOT NULL ORDER BY bucket',
        )
        .raw()
        .all(resolution, jobId)
        .map(([bucket, starts]) => [(bucket - DAY / 1_000_000) / resolution, starts]),
    )
  return {
    db,
    sourceId,
    appender,
    expected,
    counted,
    setNow: (us: number) => {
      nowUs = us
    },
    advance: () => {
      while (expected.advance(sourceId));
    },
  }
}

describe('expected starts', () => {
  const folder = useTempFolder()

  it('of the recording are those that there were', async () => {
    const { image } = await loadRecording(resolve(import.meta.dirname, '../../resources/sample'))
    const source = folder.path('hassette.db')
    writeFileSync(source, image)
    const archive = folder.path('archive.db')
    const jobs = async () => {
      const writer = openWriter(archive, () => undefined)
      const { sourceId } = await writer.sources.addFile({ path: source, name: 'x', mode: 'snapshot', shiftUs: 0 })
      await writer.sources.syncFile({ sourceId, shiftUs: 0 }, CONTEXT)
      writer.close()
      return rowsOf<{
        name: string
        tier: string
        label: string
        detail: string
        runs: number
        expected: number | null
        missed: number
        days: number | null
      }>(
        archive,
        `SELECT t.name, t.tier, t.schedule_label AS label, t.schedule_detail AS detail, sum(r.n) AS runs,
           sum(r.expected) AS expected, sum(max(0, r.expected - r.n)) AS missed,
           (SELECT sum(d.expected) FROM rollups d WHERE d.resolution = 86400 AND d.target_id = t.id) AS days
         FROM targets t JOIN rollups r ON r.resolution = 3600 AND r.target_id = t.id
         WHERE t.kind = 'job' GROUP BY t.id`,
      )
    }
    const found = await jobs()
    const readable = found.filter(({ tier, label, detail }) => tier === 'app' && readSchedule(label, detail) !== null)
    expect(readable.length).toBeGreaterThan(5)
    expect(new Set(readable.map(({ label }) => label))).toEqual(new Set(['every', 'daily', 'cron']))
    for (const { name, runs, expected, missed, days } of readable) {
      expect({ name, missed: missed > 1 }).toEqual({ name, missed: false })
      expect(expected).toBeLessThanOrEqual(runs + 1)
      expect(expected).toBeGreaterThanOrEqual(runs * 0.95 - 1)
      expect(days).toBe(expected)
    }
    for (const { tier, expected } of found) if (tier === 'framework') expect(expected).toBe(null)
    // Another start finds the same, and nothing to do.
    expect(await jobs()).toEqual(found)
  })

  it('are counted in hours in which nothing ran, and in their days', () => {
    const { db, appender, counted, advance } = createScene(folder.path('archive.db'))
    const jobs = [job(1, 'every', '900s'), job(2, 'daily', '23:30'), job(3, 'after', '5s')]
    appender.update(madeParents(jobs, [session(1, at(20, 10), at(26, 5))]))
    appender.append(batchOf([madeRun(1, { kind: 'job', startedUs: at(20, 25), durationUs: 1 })]))
    db.prepare(`UPDATE sources SET time_zone = 'UTC', zone_origin = 'user'`).run()
    advance()
    expect(counted(1)).toEqual({ 20: 3, 21: 4, 22: 4, 23: 4, 24: 4, 25: 4 })
    expect(counted(1, 86_400)).toEqual({ 0: 15, 1: 8 })
    expect(counted(2)).toEqual({ 23: 1 })
    expect(counted(3)).toEqual({})
    expect(db.prepare('SELECT n FROM rollups WHERE resolution = 3600 AND target_id = 1').pluck().all()).toEqual([
      1, 0, 0, 0, 0, 0,
    ])
    db.close()
  })

  it('are known of an hour only when it is over, and of a session that runs as far as it gives signs of life', () => {
    const { db, appender, counted, advance, setNow, sourceId } = createScene(folder.path('archive.db'))
    const running = session(1, at(1), at(3, 20), { ending: 'running', stoppedUs: null })
    appender.update(madeParents([job(1, 'every', '600s')], [running]))
    setNow(at(3, 1))
    advance()
    expect(counted(1)).toEqual({ 1: 5 })
    setNow(at(3, 3))
    advance()
    expect(counted(1)).toEqual({ 1: 5, 2: 6 })
    // It died without a word, and nobody knows when.
    setNow(at(9))
    advance()
    expect(counted(1)).toEqual({ 1: 5, 2: 6 })
    appender.update(madeParents([job(1, 'every', '600s')], [{ ...running, ending: 'killed' }]))
    setNow(at(10))
    advance()
    expect(counted(1)).toEqual({ 1: 5, 2: 6, 3: 2 })
    expect(db.prepare('SELECT v FROM meta WHERE k = ?').pluck().get(`trends.expected.${sourceId}`)).toBe(at(4) / 1e6)
    db.close()
  })

  it('add up over sessions that share an hour, and begin again with each', () => {
    const { db, appender, counted, advance } = createScene(folder.path('archive.db'))
    const sessions = [session(1, at(1), at(2, 25)), session(2, at(2, 30), at(3, 59)), session(3, at(9), at(10))]
    appender.update(madeParents([job(1, 'every', '600s')], sessions))
    advance()
    expect(counted(1)).toEqual({ 1: 5, 2: 3 + 2, 3: 6, 9: 5 })
    db.close()
  })

  it('begin when a job is first known, and end when it is gone', () => {
    const { db, appender, counted, advance } = createScene(folder.path('archive.db'))
    const sessions = [session(1, at(1), at(3)), session(2, at(5), at(7)), session(3, at(9), at(11))]
    const jobs = [
      job(1, 'every', '1200s', { retiredUs: at(5, 1) }),
      job(2, 'every', '1200s', { removedUs: at(5, 50) }),
      job(3, 'every', '1200s', { removedUs: at(11) }),
      job(4, 'every', '1200s', { tier: 'framework' }),
      job(5, 'every', '1200s'),
    ]
    appender.update(madeParents(jobs, sessions))
    // Seen for the first time when the history was read; it ran in the second session.
    db.prepare('UPDATE targets SET first_seen_us = ? WHERE id = 5').run(at(40))
    const ran = { kind: 'job', foreignTargetId: 5, foreignSessionId: 2, startedUs: at(6, 20) } as const
    // The first batch is counted at once; what comes after it waits.
    appender.append(batchOf([madeRun(1, { ...ran, foreignTargetId: 4 })]))
    appender.append(batchOf([madeRun(2, ran)]))
    advance()
    expect(counted(1)).toEqual({ 1: 2, 2: 3 })
    expect(counted(2)).toEqual({ 1: 2, 2: 3, 5: 2 })
    expect(counted(3)).toEqual({ 1: 2, 2: 3, 5: 2, 6: 3, 9: 2, 10: 3 })
    expect(counted(4)).toEqual({})
    // Only where it ran can a row say 0.
    expect(counted(5)).toEqual({ 5: 2, 6: 3, 9: 2, 10: 3 })
    db.close()
  })

  it('are counted again when older sessions were added, but not beyond what is kept of the hours', () => {
    const { db, appender, counted, advance, expected, sourceId } = createScene(folder.path('archive.db'))
    const first = session(1, at(30), at(32))
    const jobs = [job(1, 'every', '1200s')]
    appender.update(madeParents(jobs, [first]))
    advance()
    expect(counted(1)).toEqual({ 30: 2, 31: 3 })
    appender.update(madeParents(jobs, [first, session(2, at(10), at(11)), session(3, at(25), at(27))]))
    db.prepare(`INSERT INTO meta (k, v) VALUES ('trends.hour.from', ?)`).run(at(7) / 1e6)
    expected.again(sourceId)
    advance()
    expect(counted(1)).toEqual({ 25: 2, 26: 3, 30: 2, 31: 3 })
    expect(counted(1, 86_400)).toEqual({ 1: 10 })
    db.close()
  })

  it('of the sample, which is moved in time, are known for even rhythms only', () => {
    const { db, appender, counted, advance } = createScene(folder.path('archive.db'))
    db.prepare(`UPDATE sources SET mode = 'sample'`).run()
    appender.update(madeParents([job(1, 'every', '1200s'), job(2, 'cron', '* * * * *')], [session(1, at(1), at(2))]))
    advance()
    expect(counted(1)).toEqual({ 1: 2 })
    expect(counted(2)).toEqual({})
    db.close()
  })

  it('of a long history come in turns', () => {
    const { db, appender, counted, expected, sourceId, setNow } = createScene(folder.path('archive.db'))
    const end = at(24 * 120)
    const jobs = Array.from({ length: 30 }, (_, index) => job(index + 1, 'cron', '*/2 * * * *'))
    appender.update(madeParents(jobs, [session(1, at(0), end)]))
    setNow(end + HOUR_US)
    let turns = 1
    while (expected.advance(sourceId)) turns++
    expect(turns).toBeGreaterThan(3)
    const hours = counted(30)
    // 90 days, which is as far as trends of hours reach.
    expect(Object.keys(hours).map(Number)).toEqual(Array.from({ length: 90 * 24 }, (_, index) => 30 * 24 + index))
    expect(hours[2000]).toBe(30)
    db.close()
  })
})
