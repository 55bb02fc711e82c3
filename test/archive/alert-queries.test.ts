import { createAlertQueries } from '@main/archive/worker/queries/alerts'
import { beforeEach, describe, expect, it } from 'vitest'
import { CONTEXT } from '../support/archive'
import { useTempFolder } from '../support/fixtures'
import type { AlertHome, MadeSource } from './alert-home'
import { DAY, HOUR, MINUTE, NOW, quietHome, SECOND } from './alert-home'

describe('what the Alerts page asks', () => {
  const folder = useTempFolder()
  let home: AlertHome
  let source: MadeSource
  let queries: ReturnType<typeof createAlertQueries>
  beforeEach(async () => {
    ;({ home, source } = await quietHome(folder.path('archive.db')))
    queries = createAlertQueries(home.archive.db)
  })

  /** An incident of handler `target` that is over. */
  async function pastIncident(target: number): Promise<void> {
    source.fail(target, home.nowUs, 6)
    await home.after(8 * SECOND)
    source.run(target, home.nowUs)
    await home.after(40 * MINUTE)
    source.runWell(home.nowUs, home.nowUs + HOUR)
    await home.after(HOUR)
  }

  it('past incidents, the newest first, page by page and by source', async () => {
    for (const target of [1, 2, 3]) await pastIncident(target)
    source.fail(4, home.nowUs, 1)
    const list = async (beforeId: number | null, limit: number, sourceId: number | null = null) =>
      (await queries.incidentsList({ sourceId, beforeId, limit }, CONTEXT)).map(({ id }) => id)
    expect(await list(null, 2)).toEqual([3, 2])
    expect(await list(2, 2)).toEqual([1])
    expect(await list(null, 200, source.id)).toEqual([3, 2, 1])
    expect(await list(null, 200, source.id + 1)).toEqual([])
    source.fail(5, home.nowUs, 6)
    const { open } = await home.after(8 * SECOND)
    // One that is open is not among the past ones.
    expect(open).toHaveLength(1)
    expect(await list(null, 200)).toEqual([3, 2, 1])
  })

  it('an incident with its groups, where they happen, what is muted, and what was told of it', async () => {
    source.fail(1, home.nowUs, 6)
    source.fail(1, home.nowUs + 7 * SECOND, 2, 'old')
    const { open, notices } = await home.after(10 * SECOND)
    const [incident] = open
    const [groupId = 0] = incident?.groupIds ?? []
    home.alerts.settleNotice({ noticeId: notices[0]?.noticeId ?? 0, outcome: { kind: 'sent' } })
    const before = await queries.incidentGet({ incidentId: 1 }, CONTEXT)
    expect(before.incident).toEqual(incident)
    expect(before.groups).toMatchObject([
      { groupId, errorType: 'DependencyResolutionError', where: ['app_1.target_1'], failures: 6, muted: false },
      { where: ['app_1.target_1'], failures: 2, muted: false },
    ])
    expect(before.groups[0]?.title).toContain('new')
    expect(before.mutedTargets).toEqual([])
    expect(before.notices).toMatchObject([{ kind: 'opened', incidentId: 1, outcome: { kind: 'sent' } }])

    await home.look([{ kind: 'muteGroup', sourceId: source.id, groupId, muted: true }])
    const after = await queries.incidentGet({ incidentId: 1 }, CONTEXT)
    expect(after.groups.map(({ muted }) => muted)).toEqual([true, false])
    const targetId = incident?.targets[0]?.targetId ?? 0
    await home.look([{ kind: 'muteTarget', sourceId: source.id, targetId, muted: true }])
    expect((await queries.incidentGet({ incidentId: 1 }, CONTEXT)).mutedTargets).toEqual([targetId])
  })

  it('refuse an incident that is not there', () => {
    expect(() => queries.incidentGet({ incidentId: 99 }, CONTEXT)).toThrow(
      expect.objectContaining({ code: 'not_found' }) as Error,
    )
  })

  it('notifications, the newest first, of which 2 000 are kept', async () => {
    const ask = { incidentId: null, title: 'x', body: 'y', silent: false, replaces: null } as const
    for (let n = 0; n < 2010; n++) {
      home.alerts.addNotice({ notice: { kind: 'test', ...ask }, outcome: { kind: 'sent' }, atUs: NOW + n })
    }
    const [newest] = await queries.noticesList({ limit: 1 }, CONTEXT)
    expect(newest).toMatchObject({ kind: 'test', atUs: NOW + 2009, outcome: { kind: 'sent' } })
    expect(home.archive.db.prepare('SELECT count(*), min(at_us) FROM notices').raw().get()).toEqual([2000, NOW + 10])
  })

  describe('judge the last days again', () => {
    const replay = async (level: 'low' | 'medium' | 'high') =>
      queries.alertsReplay({ sourceId: source.id, sensitivity: { level } }, CONTEXT)

    it('as the alerts judged them', async () => {
      for (const target of [1, 2, 3]) await pastIncident(target)
      expect(await replay('medium')).toEqual({ incidents: 3, days: 3 })
    })

    it('with more and fewer of them by what is chosen', async () => {
      // Three in a row: enough for High, too few for the others.
      source.fail(1, home.nowUs, 3)
      await home.after(HOUR)
      source.run(1, home.nowUs)
      await home.after(HOUR)
      expect([(await replay('high')).incidents, (await replay('low')).incidents]).toEqual([1, 0])
      expect(
        await queries.alertsReplay(
          { sourceId: source.id, sensitivity: { level: 'custom', failures: 3, minutes: 5 } },
          CONTEXT,
        ),
      ).toMatchObject({ incidents: 1 })
    })

    it('and no more than seven of them', async () => {
      source.fail(1, home.nowUs, 6)
      source.run(1, home.nowUs + MINUTE)
      for (let day = 0; day < 9; day++) source.runWell(NOW + day * DAY + HOUR, NOW + (day + 1) * DAY)
      expect(await replay('medium')).toEqual({ incidents: 0, days: 7 })
    })

    it('change nothing of what the alerts know', async () => {
      source.fail(1, home.nowUs, 6)
      await home.after(8 * SECOND)
      const before = home.archive.db.prepare('SELECT * FROM incidents').all()
      await replay('high')
      expect(home.archive.db.prepare('SELECT * FROM incidents').all()).toEqual(before)
      expect((await home.look()).notices).toEqual([])
    })

    it('end when they are cancelled', async () => {
      const cancelled = { ...CONTEXT, pause: () => Promise.reject(new Error('cancelled')) }
      await expect(
        queries.alertsReplay({ sourceId: source.id, sensitivity: { level: 'low' } }, cancelled),
      ).rejects.toThrow('cancelled')
    })

    it('are none for a source without a run', async () => {
      const empty = home.add('Empty')
      expect(await queries.alertsReplay({ sourceId: empty.id, sensitivity: { level: 'low' } }, CONTEXT)).toEqual({
        incidents: 0,
        days: 0,
      })
    })
  })
})
