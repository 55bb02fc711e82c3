import { createAppender } from '@archive/ingest'
import { openReader } from '@archive/threads'
import type { RunInput } from '@main/archive/batch'
import { describe, expect, it } from 'vitest'
import { CONTEXT } from '../support/archive'
import { useTempFolder } from '../support/fixtures'
import { batchOf, BEGIN_US, createSynthetic, madeParents, madeRun, madeTarget } from '../support/synthetic'
import { everyTenMinutes, fill } from './filled'
import { purge } from './purge'
import { queryParts } from './query-parts'
import { inUsedUpSlices } from './slices'

const MINUTE_US = 60_000_000
const HOUR_US = 60 * MINUTE_US
const DAY_US = 24 * HOUR_US
const EVER = { fromUs: null, toUs: null }

describe('the verbs of trends', () => {
  const folder = useTempFolder()

  const filled = (runs: RunInput[]) => fill(folder.path('archive.db'), runs)

  it('count days of zones with half hours from the nearest hour, and say so', async () => {
    const { db, sourceId } = filled(everyTenMinutes(4))
    const { verbs } = queryParts(db)
    const scope = { sourceId, tier: 'app', targetId: null, span: EVER } as const
    const series = await verbs['trends.series']({ ...scope, points: 6, timeZone: 'Asia/Kolkata' }, CONTEXT)
    // Midnight there is 18:30; counted from 19:00.
    const first = BEGIN_US - 5.5 * HOUR_US
    expect(series.points.map((point) => point.fromUs)).toEqual([0, 1, 2, 3, 4].map((day) => first + day * DAY_US))
    expect(series.points.map((point) => point.ok + point.failed)).toEqual([19 * 6, 144, 144, 144, 5 * 6])
    expect(series.precision).toEqual({
      kind: 'rounded',
      fromUs: BEGIN_US - 5 * HOUR_US,
      toUs: BEGIN_US + 3 * DAY_US + 19 * HOUR_US + DAY_US,
    })
    const map = await verbs['trends.heatmap']({ ...scope, timeZone: 'Asia/Kolkata' }, CONTEXT)
    expect(map.precision.kind).toBe('rounded')
    // Thursday 1 January, 05:30 local: the hour of UTC counts for the one that begins in it, 06:00.
    expect(map.cells[3 * 24 + 6]).toEqual({ runs: 6, failed: 1, timedOut: 0 })
    expect(map.cells[3 * 24 + 5]).toEqual({ runs: 0, failed: 0, timedOut: 0 })
    expect(map.cells.reduce((sum, cell) => sum + cell.runs, 0)).toBe(4 * 144)
    db.close()
  })

  it('draw every step of a chart, the last forming, and no more than asked for', async () => {
    const { db, sourceId } = filled(everyTenMinutes(1))
    const nowUs = BEGIN_US + DAY_US
    db.prepare(`UPDATE sources SET mode = 'live'`).run()
    const { verbs } = queryParts(db, nowUs + 100 * MINUTE_US)
    const scope = { sourceId, tier: 'app', targetId: 1, timeZone: 'UTC' } as const
    const series = await verbs['trends.series'](
      { ...scope, span: { fromUs: nowUs - HOUR_US, toUs: null }, points: 8 },
      CONTEXT,
    )
    expect(series.stepUs).toBe(30 * MINUTE_US)
    expect(series.points.map((point) => point.ok + point.failed)).toEqual([3, 3, 0, 0, 0, 0])
    expect(series.endUs).toBe(nowUs + 120 * MINUTE_US)
    expect(series.precision).toEqual({ kind: 'exact' })
    // Nothing known, no points: a chart of one empty step.
    const none = await verbs['trends.series'](
      { ...scope, tier: 'framework', targetId: 2, span: EVER, points: 8 },
      CONTEXT,
    )
    expect(none.points).toHaveLength(1)
    expect(none.points[0]).toMatchObject({ ok: 0, p50Us: null })
    await expect(
      verbs['trends.series']({ ...scope, targetId: 99, span: EVER, points: 8 }, CONTEXT),
    ).rejects.toMatchObject({
      code: 'not_found',
    })
    db.close()
  })

  it('draw charts of runs where minutes are gone, and of hours where these would be too many', async () => {
    const { db, sourceId } = filled(everyTenMinutes(4))
    const { verbs } = queryParts(db)
    const scope = { sourceId, tier: 'app', targetId: null, timeZone: 'UTC', points: 60 } as const
    const span = { fromUs: BEGIN_US + HOUR_US, toUs: BEGIN_US + 3 * HOUR_US }
    // Minutes reach back two days.
    expect(db.prepare('SELECT min(bucket) FROM rollups WHERE resolution = 60').pluck().get()).not.toBe(BEGIN_US / 1e6)
    const fine = await verbs['trends.series']({ ...scope, span }, CONTEXT)
    expect([fine.stepUs, fine.points.length, fine.precision.kind]).toEqual([5 * MINUTE_US, 24, 'exact'])
    expect(fine.points.reduce((sum, point) => sum + point.ok + point.failed, 0)).toBe(12)
    const block = db.prepare<[number]>('UPDATE blocks SET n = ?')
    block.run(100_001)
    const coarse = await verbs['trends.series']({ ...scope, span }, CONTEXT)
    expect([coarse.stepUs, coarse.points.length, coarse.precision.kind]).toEqual([HOUR_US, 2, 'exact'])
    expect(coarse.points.map((point) => point.ok + point.failed)).toEqual([6, 6])
    db.close()
  })

  it('count nothing twice while the writer goes on between two slices', async () => {
    const archive = filled(everyTenMinutes(2))
    const { db, memory, sourceId } = archive
    const { verbs } = queryParts(db)
    const scope = { sourceId, tier: 'app', targetId: null, span: { fromUs: BEGIN_US + 1, toUs: null } } as const
    let written = false
    const flushing = {
      ...CONTEXT,
      pause: async () => {
        if (!written) db.transaction(() => memory.trends.flush()).immediate()
        written = true
      },
    }
    const summary = await inUsedUpSlices(() => verbs['trends.summary'](scope, flushing))
    expect(written).toBe(true)
    expect(summary.figures.runs).toBe(2 * 144 - 1)
    expect(summary.precision).toEqual({ kind: 'exact' })
    db.close()
  })

  it('begin anew when runs are deleted between two slices', async () => {
    const archive = filled(everyTenMinutes(4))
    const { db, sourceId } = archive
    db.transaction(() => archive.memory.trends.flush()).immediate()
    const { verbs } = queryParts(db)
    const fromUs = BEGIN_US + 45 * MINUTE_US
    const scope = { sourceId, tier: 'app', targetId: null, span: { fromUs, toUs: null } } as const
    let purged = false
    const purging = {
      ...CONTEXT,
      pause: async () => {
        if (!purged) purge(archive, { runsUs: BEGIN_US + 55 * MINUTE_US })
        purged = true
      },
    }
    const { precision, figures } = await inUsedUpSlices(() => verbs['trends.summary'](scope, purging))
    expect(purged).toBe(true)
    expect(precision).toMatchObject({ kind: 'rounded', fromUs: BEGIN_US + HOUR_US })
    expect(figures.runs).toBe(4 * 144 - 6)
    db.close()
  })

  it('are exact to the end of what is known, also where only days are left', async () => {
    const archive = filled(everyTenMinutes(2).slice(0, 200))
    purge(archive, { runsUs: BEGIN_US + 3 * DAY_US, minutesUs: BEGIN_US + 3 * DAY_US, hoursUs: BEGIN_US + 3 * DAY_US })
    const { verbs } = queryParts(archive.db)
    const scope = { sourceId: archive.sourceId, tier: 'app', targetId: null } as const
    for (const span of [EVER, { fromUs: BEGIN_US, toUs: BEGIN_US + 40 * HOUR_US }]) {
      const { figures, precision } = await verbs['trends.summary']({ ...scope, span }, CONTEXT)
      expect([figures.runs, precision.kind]).toEqual([200, 'exact'])
    }
    const within = { fromUs: BEGIN_US, toUs: BEGIN_US + 30 * HOUR_US }
    const { figures, precision } = await verbs['trends.summary']({ ...scope, span: within }, CONTEXT)
    expect(figures.runs).toBe(144)
    expect(precision).toEqual({ kind: 'rounded', fromUs: BEGIN_US, toUs: BEGIN_US + DAY_US })
    archive.db.close()
  })

  it('do not look for a run that was counted and not kept', async () => {
    const archive = filled(everyTenMinutes(1))
    const { db, memory, sourceId } = archive
    const atUs = BEGIN_US + 12 * HOUR_US + 5 * MINUTE_US + 7
    const nowUs = () => BEGIN_US + 4 * DAY_US
    const late = createAppender(db, memory, { sourceId, epochId: 1, nowUs, keepsFrom: () => BEGIN_US + 2 * DAY_US })
    late.update(madeParents([madeTarget(1)]))
    late.append(batchOf([madeRun(9999, { startedUs: atUs, durationUs: 0 })]))
    const span = { fromUs: atUs, toUs: BEGIN_US + 13 * HOUR_US }
    const { figures, precision } = await queryParts(db).verbs['trends.summary'](
      { sourceId, tier: 'app', targetId: null, span },
      CONTEXT,
    )
    // From the next minute on all are there.
    const fromUs = BEGIN_US + 12 * HOUR_US + 6 * MINUTE_US
    expect(precision).toEqual({ kind: 'rounded', fromUs, toUs: span.toUs })
    expect(figures.runs).toBe(5)
    db.close()
  })

  it('take the starts of jobs that were missed from whole hours, for tables and totals alike', async () => {
    const archive = createSynthetic(folder.path('archive.db'))
    const { db, memory, sourceId } = archive
    const { appender } = archive.epoch()
    const job = { kind: 'job', topic: null } as const
    appender.update(madeParents([madeTarget(1), madeTarget(2, job), madeTarget(3, job)]))
    const hourly = [2, 3].flatMap((target) =>
      Array.from({ length: target === 2 ? 24 : 12 }, (_, hour) =>
        madeRun(target * 100 + hour, {
          kind: 'job',
          foreignTargetId: target,
          startedUs: BEGIN_US + hour * HOUR_US + 1,
        }),
      ),
    )
    appender.append(batchOf(hourly.sort((a, b) => a.startedUs - b.startedUs)))
    db.transaction(() => memory.trends.flush()).immediate()
    const expected = db.prepare<[number, number]>(
      `INSERT INTO rollups (resolution, bucket, target_id, n, failed, timed_out, cancelled, skipped, di, expected)
       VALUES (3600, ?, ?, 0, 0, 0, 0, 0, 0, 1)
       ON CONFLICT (resolution, bucket, target_id) DO UPDATE SET expected = excluded.expected`,
    )
    for (const target of [2, 3])
      for (let hour = 0; hour < 23; hour++) expected.run(BEGIN_US / 1e6 + hour * 3600, target)
    db.close()
    const reader = openReader(folder.path('archive.db'))
    const { verbs } = reader
    const span = { fromUs: BEGIN_US + 90 * MINUTE_US, toUs: BEGIN_US + 20.5 * HOUR_US }
    const rows = await verbs['targets.list']({ sourceId, kind: 'job', tier: 'app', span }, CONTEXT)
    // From 02:00 to 20:00; from noon on the second did not run.
    expect(rows.map((row) => [row.id, row.missed])).toEqual([
      [3, 8],
      [2, 0],
    ])
    const scope = { sourceId, tier: 'app', span } as const
    expect((await verbs['trends.summary']({ ...scope, targetId: null }, CONTEXT)).figures.missed).toBe(8)
    expect((await verbs['trends.summary']({ ...scope, targetId: 3 }, CONTEXT)).figures.missed).toBe(8)
    expect((await verbs['targets.get']({ targetId: 3, span }, CONTEXT)).missed).toBe(8)
    expect((await verbs['trends.summary']({ ...scope, targetId: 1 }, CONTEXT)).figures.missed).toBeNull()
    reader.close()
  })
})
