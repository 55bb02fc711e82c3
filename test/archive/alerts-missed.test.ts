import { DEFAULT_ALERT_SETTINGS } from '@shared/alert-settings'
import { beforeEach, describe, expect, it } from 'vitest'
import { useTempFolder } from '../support/fixtures'
import { batchOf, madeParents, madeRun, madeTarget } from '../support/synthetic'
import { AlertHome, HOUR, kindsOf, MINUTE, NOW, SECOND } from './alert-home'

const HOUR_S = 3600
const NOW_S = NOW / SECOND

describe('starts that a schedule foresaw', () => {
  const folder = useTempFolder()
  let home: AlertHome
  let jobId: number
  beforeEach(async () => {
    home = new AlertHome(folder.path('archive.db'))
    const job = madeTarget(9, { kind: 'job', topic: null, appKey: 'boiler', name: 'heat' })
    home.appender.update(madeParents([job]))
    jobId = home.db.prepare<[], number>(`SELECT id FROM targets WHERE kind = 'job'`).pluck().get()!
    countedTo(NOW_S)
    await home.look()
  })

  /** The hours before were counted. */
  function countedTo(hour: number): void {
    home.db
      .prepare('INSERT INTO meta (k, v) VALUES (?, ?) ON CONFLICT (k) DO UPDATE SET v = excluded.v')
      .run(`trends.expected.${home.sourceId}`, hour)
  }

  function hour(bucket: number, expected: number, started: number): void {
    home.db
      .prepare(
        `INSERT INTO rollups (resolution, bucket, target_id, n, failed, timed_out, cancelled, skipped, di, expected)
         VALUES (${HOUR_S}, ?, ?, ?, 0, 0, 0, 0, 0, ?)`,
      )
      .run(bucket, jobId, started, expected)
  }

  const missed = () => home.incidents().map(({ rule, failures, openedUs }) => ({ rule, failures, openedUs }))

  it('and that were not, are an incident once their hour was counted', async () => {
    hour(NOW_S, 3, 1)
    await home.after(HOUR + 3 * MINUTE)
    expect(missed()).toEqual([])
    countedTo(NOW_S + HOUR_S)
    const out = await home.look()
    expect(missed()).toEqual([{ rule: 'missed', failures: 2, openedUs: NOW + HOUR }])
    expect(out.open[0]?.targets).toMatchObject([{ targetId: jobId, appKey: 'boiler', name: 'heat' }])
    expect(out.notifications).toEqual([])
    await home.look()
    expect(missed()).toMatchObject([{ failures: 2 }])
  })

  it('are notified where somebody wants that', async () => {
    const settings = { ...DEFAULT_ALERT_SETTINGS, notify: { ...DEFAULT_ALERT_SETTINGS.notify, missed: true } }
    await home.look([{ kind: 'settings', settings }])
    hour(NOW_S, 3, 1)
    countedTo(NOW_S + HOUR_S)
    expect(kindsOf(await home.after(HOUR + 3 * MINUTE))).toEqual(['opened'])
  })

  it('are history before the alerts first looked, whenever they are counted', async () => {
    for (const ago of [3, 2, 1]) hour(NOW_S - ago * HOUR_S, 3, 0)
    countedTo(NOW_S - 3 * HOUR_S)
    home.restart()
    await home.look()
    countedTo(NOW_S)
    await home.after(MINUTE)
    expect(missed()).toEqual([])
  })

  it('and were, are none', async () => {
    hour(NOW_S, 3, 3)
    countedTo(NOW_S + HOUR_S)
    await home.after(HOUR + 3 * MINUTE)
    expect(missed()).toEqual([])
  })

  it('may begin just before their hour', async () => {
    hour(NOW_S - HOUR_S, 3, 4)
    hour(NOW_S, 3, 2)
    countedTo(NOW_S + HOUR_S)
    await home.after(HOUR + 3 * MINUTE)
    expect(missed()).toEqual([])
  })

  it('may begin just after their hour', async () => {
    hour(NOW_S, 3, 2)
    const run = { kind: 'job', foreignTargetId: 9, startedUs: NOW + HOUR + SECOND } as const
    home.appender.append(batchOf([madeRun(5000, run)]))
    countedTo(NOW_S + HOUR_S)
    await home.after(HOUR + 3 * MINUTE)
    expect(missed()).toEqual([])
  })

  it.each([
    ['cron', '0 * * * *'],
    ['every', '3600s'],
  ])('are missed though the next one comes at its time just after (%s)', async (scheduleLabel, scheduleDetail) => {
    const schedule = { scheduleLabel, scheduleDetail }
    home.appender.update(
      madeParents([madeTarget(9, { kind: 'job', topic: null, appKey: 'boiler', name: 'heat', ...schedule })]),
    )
    hour(NOW_S, 1, 0)
    const run = { kind: 'job', foreignTargetId: 9, startedUs: NOW + HOUR + 5000 } as const
    home.appender.append(batchOf([madeRun(5000, run)]))
    countedTo(NOW_S + HOUR_S)
    await home.after(HOUR + 3 * MINUTE)
    expect(missed()).toMatchObject([{ failures: 1 }])
  })

  it('before the alerts looked at all are not told', async () => {
    hour(NOW_S - 2 * HOUR_S, 3, 0)
    await home.after(MINUTE)
    expect(missed()).toEqual([])
  })

  it('are counted once over a crash', async () => {
    hour(NOW_S, 3, 1)
    countedTo(NOW_S + HOUR_S)
    await home.after(HOUR + 3 * MINUTE)
    home.crash()
    await home.after(SECOND)
    expect(missed()).toMatchObject([{ failures: 2 }])
  })
})
