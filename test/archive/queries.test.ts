import type { Database } from 'better-sqlite3'
import SQLite from 'better-sqlite3'
import { openReader } from '@main/archive/worker/open-reader'
import type { OpenReader } from '@main/archive/worker/open-reader'
import { firstLine } from '@main/archive/worker/queries/run-rows'
import { openWriter } from '@main/archive/worker/open-writer'
import type { TargetRow } from '@shared/target'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CONTEXT } from '../support/archive'
import { openFixture, useTempFolder } from '../support/fixtures'
import { batchOf, BEGIN_US, createSynthetic, madeParents, madeRun, madeSession, madeTarget } from '../support/synthetic'
import { allRuns, expectedRecent, mergedNewestFirst } from './brute-force'

const EVER = { fromUs: null, toUs: null }

describe('queries on what a real Hassette wrote', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hassette-monitor-test-'))
  const archive = join(folder, 'archive.db')
  let reader: OpenReader
  let db: Database
  let sourceId = 0

  beforeAll(async () => {
    const source = openFixture('live-0.60', join(folder, 'source'))
    const writer = openWriter(archive, () => undefined)
    sourceId = (await writer.sources.addFile({ path: source, name: 'home', mode: 'snapshot', shiftUs: 0 })).sourceId
    await writer.sources.syncFile({ sourceId, shiftUs: 0 }, CONTEXT)
    writer.close()
    reader = openReader(archive)
    db = new SQLite(archive, { readonly: true })
  })
  afterAll(() => {
    reader.close()
    db.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const id = (kind: string, appKey: string, name: string, instance = 0) =>
    Number(
      db
        .prepare(
          `SELECT t.id FROM targets t JOIN apps a ON a.id = t.app_id
           WHERE t.kind = ? AND a.app_key = ? AND t.name = ? AND t.instance_index = ?`,
        )
        .pluck()
        .get(kind, appKey, name, instance),
    )

  it('tell the sources', async () => {
    expect(await reader.verbs.sources(undefined, CONTEXT)).toEqual([
      {
        id: sourceId,
        name: 'home',
        mode: 'snapshot',
        path: join(folder, 'source/live-0.60.db'),
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
        rows.push(...(await reader.verbs.targetsList({ sourceId, kind, tier, span }, CONTEXT)))
      }
    }
    expect(rows).toHaveLength(59)
    for (const row of rows) {
      expect(row).toMatchObject(expected.get(row.id) ?? none)
      const detail = await reader.verbs.targetGet({ targetId: row.id, span }, CONTEXT)
      expect(detail).toMatchObject(row)
    }
    const tiers = db
      .prepare<[typeof span], number>(
        `SELECT count(*) FROM runs WHERE (@fromUs IS NULL OR started_us >= @fromUs) AND (@toUs IS NULL OR started_us < @toUs)
         GROUP BY id >> 40 ORDER BY id >> 40`,
      )
      .pluck()
      .all(span)
    const counted = await reader.verbs.runsCountByTier({ sourceId, span }, CONTEXT)
    expect([counted.app, counted.framework].filter((n) => n > 0)).toEqual(tiers)
  })

  it('count the storms as they were', async () => {
    const stormA = { fromUs: 1_795_443_918_699_000, toUs: 1_795_444_040_000_000 }
    const porch = await reader.verbs.targetGet(
      { targetId: id('handler', 'light_keeper', 'porch'), span: stormA },
      CONTEXT,
    )
    const anyLight = await reader.verbs.targetGet(
      { targetId: id('handler', 'demo_house', 'any_light'), span: stormA },
      CONTEXT,
    )
    expect(porch.dependencyFailures).toBe(199)
    expect(anyLight.dependencyFailures).toBe(180)
  })

  it('give strips and last runs', async () => {
    const strips = new Map(expectedRecent(allRuns(db)).map((each) => [each.targetId, each]))
    const rows = await reader.verbs.targetsList({ sourceId, kind: 'handler', tier: 'all', span: EVER }, CONTEXT)
    for (const row of rows) {
      expect(row.strip).toBe(strips.get(row.id)?.outcomes ?? '')
      expect(row.last?.runId ?? null).toBe(strips.get(row.id)?.ids.at(-1) ?? null)
    }
  })

  it('tell everything about a handler and a job', async () => {
    const porch = await reader.verbs.targetGet(
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
    const daily = await reader.verbs.targetGet(
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
    const climate = await reader.verbs.targetGet(
      { targetId: id('handler', 'climate_watch', 'motion', 2), span: EVER },
      CONTEXT,
    )
    expect(climate.instanceCount).toBe(3)
    const states = await reader.verbs.targetsList({ sourceId, kind: 'job', tier: 'app', span: EVER }, CONTEXT)
    expect(states.filter((row) => row.state !== 'active').map((row) => row.name)).toEqual(['heating_tick'])
  })

  it('tell everything about a run', async () => {
    const failed = db
      .prepare<[], { id: number; execution_id: string; error_message: string }>(
        `SELECT id, execution_id, error_message FROM executions WHERE error_class = 'KeyError' ORDER BY id DESC LIMIT 1`,
      )
      .get()!
    const run = await reader.verbs.runGet({ runId: failed.id }, CONTEXT)
    expect(run).toMatchObject({
      sourceId,
      status: 'failed',
      errorType: 'KeyError',
      message: failed.error_message,
      executionId: failed.execution_id,
      dependencyFailure: false,
      session: { ending: 'clean' },
    })
    expect(run.traceback).toContain('Traceback (most recent call last)')
    expect(run.strip.at(-1)).toBe('f')
    const manual = db.prepare('SELECT id FROM runs WHERE flags & 2').pluck().get() as number
    expect(await reader.verbs.runGet({ runId: manual }, CONTEXT)).toMatchObject({
      kind: 'job',
      manual: true,
      origin: null,
    })
    const di = db.prepare('SELECT id FROM runs WHERE flags & 1').pluck().get() as number
    expect(await reader.verbs.runGet({ runId: di }, CONTEXT)).toMatchObject({
      status: 'failed',
      dependencyFailure: true,
      errorType: 'DependencyResolutionError',
      traceback: null,
      origin: 'LOCAL',
      contextId: expect.stringMatching(/^[0-9A-Z]{26}$/),
    })
  })

  it('know the neighbours and the strip of any run', async () => {
    const runs = allRuns(db).filter((run) => run.targetId === id('handler', 'demo_house', 'any_light'))
    const newestFirst = mergedNewestFirst(runs)
    const letters = newestFirst.map(
      (run) => 'ofdtcs'[run.flags & 1 ? 2 : run.status === 0 ? 0 : run.status === 1 ? 1 : run.status + 1],
    )
    for (const index of [0, 1, 30, 49, 50, 500, newestFirst.length - 30, newestFirst.length - 1]) {
      expect(await reader.verbs.runGet({ runId: newestFirst[index]!.id }, CONTEXT)).toMatchObject({
        nextRunId: newestFirst[index - 1]?.id ?? null,
        previousRunId: newestFirst[index + 1]?.id ?? null,
        strip: letters
          .slice(index, index + 50)
          .reverse()
          .join(''),
      })
    }
  })

  it('list the apps that have something to show', async () => {
    const apps = await reader.verbs.appsList({ sourceId }, CONTEXT)
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

describe('queries over several lives of a source', () => {
  const folder = useTempFolder()

  it('follow a target across epochs', async () => {
    const path = folder.path('archive.db')
    const archive = createSynthetic(path)
    for (let life = 0; life < 2; life++) {
      const { appender } = archive.epoch()
      appender.update(madeParents([madeTarget(1)], [madeSession(1)]))
      appender.append(
        batchOf(
          Array.from({ length: 40 }, (_, index) =>
            madeRun(index + 1, { startedUs: BEGIN_US + life * 1e9 + index * 1000, status: life }),
          ),
        ),
      )
    }
    const runs = mergedNewestFirst(allRuns(archive.db))
    archive.db.close()
    const reader = openReader(path)
    const first = await reader.verbs.runGet({ runId: runs[39]!.id }, CONTEXT)
    expect(first).toMatchObject({ previousRunId: runs[40]!.id, nextRunId: runs[38]!.id, strip: `${'o'.repeat(40)}f` })
    const old = await reader.verbs.runGet({ runId: runs[79]!.id }, CONTEXT)
    expect(old).toMatchObject({ previousRunId: null, nextRunId: runs[78]!.id, strip: 'o' })
    const [row] = await reader.verbs.targetsList(
      { sourceId: archive.sourceId, kind: 'handler', tier: 'app', span: EVER },
      CONTEXT,
    )
    expect(row).toMatchObject({ runs: 80, failed: 40, strip: `${'o'.repeat(10)}${'f'.repeat(40)}` })
    reader.close()
  })
})

describe('the line of a message', () => {
  it.each([
    [null, null],
    ['', null],
    ['one\ntwo', 'one'],
    ['\n  \n  three  \nfour', 'three'],
    ['x'.repeat(200), 'x'.repeat(200)],
    ['x'.repeat(201), `${'x'.repeat(199)}…`],
    ['😀'.repeat(201), `${'😀'.repeat(199)}…`],
  ])('is the first that says something, cut by characters (%#)', (message, line) => {
    expect(firstLine(message)).toBe(line)
  })
})
