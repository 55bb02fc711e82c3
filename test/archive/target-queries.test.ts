import type { TargetRow } from '@shared/target'
import { describe, expect, it } from 'vitest'
import { CONTEXT } from '../support/archive'
import { allRuns, expectedRecent } from './brute-force'
import { useRecordedArchive } from './recorded-archive'

const EVER = { fromUs: null, toUs: null }

describe('queries on what a real Hassette wrote', () => {
  const recorded = useRecordedArchive()

  it('tell the sources', async () => {
    const { reader, db, sourceId, source } = recorded()
    expect(await reader.verbs.sources(undefined, CONTEXT)).toEqual([
      {
        id: sourceId,
        name: 'home',
        mode: 'snapshot',
        path: source,
        schemaVersion: 15,
        sessions: 5,
        appRuns: 12_114,
        frameworkRuns: 4040,
        oldestRunUs: db.prepare('SELECT min(started_us) FROM runs').pluck().get(),
        newestRunUs: db.prepare('SELECT max(started_us + duration_us) FROM runs').pluck().get(),
        restartUs: 1_795_444_364_326_815,
      },
    ])
  })

  it('tell how the sessions ended', () => {
    const { db } = recorded()
    const sessions = db
      .prepare('SELECT ending, (ended_us - started_us) / 1000000 FROM sessions ORDER BY id')
      .raw()
      .all()
    // The second was killed: Hassette says it stopped when it started, its last run says otherwise.
    expect(sessions).toEqual([
      ['clean', 356],
      ['killed', 115],
      ['clean', 475],
      ['crashed', 0],
      ['clean', 141],
    ])
  })

  it.each([
    ['ever', EVER],
    ['storm A', { fromUs: 1_795_443_918_699_000, toUs: 1_795_444_039_214_000 }],
    ['a moment', { fromUs: 1_795_443_918_699_000, toUs: 1_795_443_918_700_000 }],
    ['an open end', { fromUs: 1_795_444_400_000_000, toUs: null }],
    ['an open beginning', { fromUs: null, toUs: 1_795_443_400_000_000 }],
    ['before everything', { fromUs: null, toUs: 1_000_000 }],
  ])('count the runs of every handler and job as one scan does: %s', async (_, span) => {
    const { reader, db, sourceId } = recorded()
    const expected = new Map(
      db
        .prepare(
          `SELECT target_id AS id, count(*) AS runs, sum(status = 1) AS failed, sum(flags & 1) AS dependencyFailures,
             sum(status = 2) AS timedOut, sum(status = 3) AS cancelled, sum(status = 4) AS skipped
           FROM runs WHERE (@fromUs IS NULL OR started_us >= @fromUs) AND (@toUs IS NULL OR started_us < @toUs) GROUP BY target_id`,
        )
        .all(span)
        .map((row) => [(row as { id: number }).id, row]),
    )
    const none = { runs: 0, failed: 0, dependencyFailures: 0, timedOut: 0, cancelled: 0, skipped: 0 }
    const rows: TargetRow[] = []
    for (const kind of ['handler', 'job'] as const) {
      for (const tier of ['app', 'framework'] as const) {
        rows.push(...(await reader.verbs['targets.list']({ sourceId, kind, tier, span }, CONTEXT)))
      }
    }
    expect(rows).toHaveLength(59)
    for (const row of rows) {
      expect(row).toMatchObject(expected.get(row.id) ?? none)
      const detail = await reader.verbs['targets.get']({ targetId: row.id, span }, CONTEXT)
      expect(detail).toMatchObject(row)
    }
    const tiers = db
      .prepare<[typeof span], number>(
        `SELECT count(*) FROM runs WHERE (@fromUs IS NULL OR started_us >= @fromUs) AND (@toUs IS NULL OR started_us < @toUs)
         GROUP BY id >> 40 ORDER BY id >> 40`,
      )
      .pluck()
      .all(span)
    const counted = await reader.verbs['runs.countByTier']({ sourceId, span }, CONTEXT)
    expect([counted.app, counted.framework].filter((n) => n > 0)).toEqual(tiers)
  })

  it('count the storms as they were', async () => {
    const { reader, id } = recorded()
    const stormA = { fromUs: 1_795_443_918_699_000, toUs: 1_795_444_040_000_000 }
    const porch = await reader.verbs['targets.get'](
      { targetId: id('handler', 'light_keeper', 'porch'), span: stormA },
      CONTEXT,
    )
    const anyLight = await reader.verbs['targets.get'](
      { targetId: id('handler', 'demo_house', 'any_light'), span: stormA },
      CONTEXT,
    )
    expect(porch.dependencyFailures).toBe(199)
    expect(anyLight.dependencyFailures).toBe(180)
  })

  it('give strips and last runs', async () => {
    const { reader, db, sourceId } = recorded()
    const strips = new Map(expectedRecent(allRuns(db)).map((each) => [each.targetId, each]))
    const rows = await reader.verbs['targets.list']({ sourceId, kind: 'handler', tier: 'all', span: EVER }, CONTEXT)
    for (const row of rows) {
      expect(row.strip).toBe(strips.get(row.id)?.outcomes ?? '')
      expect(row.last?.runId ?? null).toBe(strips.get(row.id)?.ids.at(-1) ?? null)
    }
  })

  it('tell everything about a handler and a job', async () => {
    const { reader, sourceId, id } = recorded()
    const porch = await reader.verbs['targets.get'](
      { targetId: id('handler', 'light_keeper', 'porch'), span: EVER },
      CONTEXT,
    )
    expect(porch).toMatchObject({
      sourceId,
      kind: 'handler',
      appKey: 'light_keeper',
      trigger: 'light.porch changes',
      topic: 'hass.event.state_changed.light.porch',
      entityId: 'light.porch',
      schedule: null,
      method: 'apps.light_keeper.LightKeeper.on_porch',
      mode: 'parallel',
      backpressure: 'block',
      predicate: 'entity light.porch',
      state: 'active',
      foreignId: 15,
      once: false,
    })
    const daily = await reader.verbs['targets.get'](
      { targetId: id('job', 'energy_report', 'daily_total'), span: EVER },
      CONTEXT,
    )
    expect(daily).toMatchObject({
      trigger: 'at 06:30, every day',
      schedule: { type: 'cron', label: 'daily', detail: '06:30' },
      topic: null,
      registration: 'self.scheduler.run_daily(self.daily_total, at="06:30", name="daily_total")',
      state: 'active',
      removedUs: null,
    })
    const climate = await reader.verbs['targets.get'](
      { targetId: id('handler', 'climate_watch', 'motion', 2), span: EVER },
      CONTEXT,
    )
    expect(climate.instanceCount).toBe(3)
    const states = await reader.verbs['targets.list']({ sourceId, kind: 'job', tier: 'app', span: EVER }, CONTEXT)
    expect(states.filter((row) => row.state !== 'active').map((row) => row.name)).toEqual(['heating_tick'])
  })

  it('list the apps that have something to show', async () => {
    const { reader, sourceId } = recorded()
    const apps = await reader.verbs['apps.list']({ sourceId }, CONTEXT)
    expect(apps.find((app) => app.appKey === 'climate_watch')).toEqual({
      appKey: 'climate_watch',
      name: 'climate_watch',
      tier: 'app',
      instances: 3,
      targets: 12,
    })
    expect(apps.filter((app) => app.tier === 'app').map((app) => app.appKey)).toEqual([
      'climate_watch',
      'demo_house',
      'door_guard',
      'energy_report',
      'light_keeper',
      'media_scene',
      'old_heating',
    ])
  })
})
