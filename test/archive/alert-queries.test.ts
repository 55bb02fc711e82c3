import { advance } from '@main/alerts/engine/engine'
import { createEngineState } from '@main/alerts/engine/engine-state'
import type { AlertEffect, FinishedRun } from '@main/alerts/engine/events'
import { createRunFeed, noPlaces } from '@archive/alerts'
import { Failure } from '@shared/result'
import { beforeEach, describe, expect, it } from 'vitest'
import { CONTEXT } from '../support/archive'
import { useTempFolder } from '../support/fixtures'
import { BEGIN_US } from '../support/synthetic'
import { AlertHome, DAY, failure, HOUR, MINUTE, SECOND } from './alert-home'

const folder = useTempFolder()
let home: AlertHome
beforeEach(async () => {
  home = new AlertHome(folder.path('archive.db'))
  await home.look()
})

/** Opens and ends an incident of a handler; answers its id. */
async function incident(target: number): Promise<number> {
  home.nowUs += 8 * HOUR
  home.fails(6, target)
  const [opened] = (await home.look()).open
  home.nowUs += MINUTE
  home.runs([{ target, startedUs: home.nowUs - SECOND }])
  await home.after(HOUR)
  return opened!.id
}

describe('the list of past incidents', () => {
  it('is paged, the newest first, without those that are open', async () => {
    const ids = [await incident(1), await incident(2), await incident(3)]
    home.fails(6, 1)
    const [open] = (await home.look()).open
    const page = (beforeId: number | null, limit: number, sourceId: number | null = null) =>
      Promise.resolve(home.queries()['alerts.list']({ sourceId, beforeId, limit }, CONTEXT)).then((list) =>
        list.map(({ id }) => id),
      )
    expect(await page(null, 2)).toEqual([ids[2], ids[1]])
    expect(await page(ids[1]!, 2)).toEqual([ids[0]])
    expect(await page(ids[0]!, 2)).toEqual([])
    expect(await page(null, 9)).not.toContain(open?.id)
    expect(await page(null, 9, home.sourceId)).toEqual(ids.toReversed())
    expect(await page(null, 9, home.sourceId + 1)).toEqual([])
  })
})

describe('an incident', () => {
  it('comes with its groups, what is muted of it, and its notifications', async () => {
    const id = await incident(1)
    const queries = home.queries()
    const before = await queries['alerts.get']({ incidentId: id }, CONTEXT)
    expect(before.groups).toMatchObject([{ errorType: 'DependencyResolutionError', failures: 6, muted: false }])
    expect(before.mutedTargets).toEqual([])
    expect(before.notifications.map(({ kind }) => kind)).toEqual(['opened'])
    const { sourceId } = home
    const [groupId, targetId] = [before.incident.groupIds[0]!, before.incident.targets[0]!.targetId]
    await home.look([
      { kind: 'muteGroup', sourceId, groupId, muted: true },
      { kind: 'muteTarget', sourceId, targetId, muted: true },
    ])
    const after = await queries['alerts.get']({ incidentId: id }, CONTEXT)
    expect(after.groups).toMatchObject([{ groupId, muted: true }])
    expect(after.mutedTargets).toEqual([targetId])
  })

  it('that is not there is not found', () => {
    expect(() => home.queries()['alerts.get']({ incidentId: 77 }, CONTEXT)).toThrow(
      expect.objectContaining({ code: 'not_found' }) as Error,
    )
  })
})

describe('notifications', () => {
  it('are listed the newest first, so many as are asked for', async () => {
    const ids = [await incident(1), await incident(2)]
    const list = await home.queries()['alerts.notifications']({ limit: 1 }, CONTEXT)
    expect(list).toMatchObject([{ kind: 'opened', incidentId: ids[1], state: { kind: 'pending' } }])
  })
})

describe('a replay', () => {
  const medium = { level: 'medium' } as const

  /** Incidents of a fresh engine over all runs of the source at once. */
  function straight(): number {
    const feed = createRunFeed(home.db)
    const places = noPlaces()
    const runs: FinishedRun[] = []
    for (let more = true; more;) {
      const slice = feed.next(home.sourceId, places, { isNew: false, watched: false, nowUs: home.nowUs })
      runs.push(...slice.runs)
      more = slice.more
    }
    runs.sort((a, b) => a.endUs - b.endUs)
    const state = createEngineState(1)
    const { sourceId } = home
    const effects: AlertEffect[] = []
    const tell = (nowUs: number, events: Parameters<typeof advance>[1]['events']) =>
      effects.push(...advance(state, { nowUs, utcOffsetMinutes: 0, caughtUp: [], events }))
    tell(0, [
      { kind: 'source', sourceId, name: 'Home', mode: 'live' },
      { kind: 'sessionStarted', sourceId, atUs: BEGIN_US + MINUTE },
    ])
    for (const run of runs) tell(run.endUs + 2 * SECOND, [run])
    return effects.filter(({ kind }) => kind === 'incidentOpened').length
  }

  async function spikes(): Promise<void> {
    for (let n = 0; n < 4; n++) await incident(1 + (n % 3))
  }

  it('finds what an engine finds that is told run by run', async () => {
    await spikes()
    const expected = straight()
    expect(expected).toBe(4)
    const replay = await home.queries()['alerts.replay']({ sourceId: home.sourceId, sensitivity: medium }, CONTEXT)
    expect(replay.incidents).toBe(expected)
    expect(replay.days).toBeGreaterThan(3)
    expect(replay.days).toBeLessThanOrEqual(7)
  })

  it('follows the sensitivity that is asked for', async () => {
    home.nowUs += HOUR
    // Successes in between: no streak.
    home.runs(Array.from({ length: 16 }, (_, n) => ({ failed: n % 2 === 0, startedUs: home.nowUs + n * SECOND })))
    const custom = (failures: number) => ({ level: 'custom' as const, failures, minutes: 5 })
    const replay = async (failures: number) => {
      const input = { sourceId: home.sourceId, sensitivity: custom(failures) }
      return (await home.queries()['alerts.replay'](input, CONTEXT)).incidents
    }
    expect(await replay(5)).toBe(1)
    expect(await replay(50)).toBe(0)
  })

  it('counts seven days at most', async () => {
    await incident(1)
    home.nowUs += 7 * DAY
    home.runs([{}])
    await incident(2)
    const replay = await home.queries()['alerts.replay']({ sourceId: home.sourceId, sensitivity: medium }, CONTEXT)
    expect(replay).toEqual({ incidents: 1, days: 7 })
  })

  it('of nothing finds nothing', async () => {
    const replay = await home.queries()['alerts.replay']({ sourceId: home.sourceId + 1, sensitivity: medium }, CONTEXT)
    expect(replay).toEqual({ incidents: 0, days: 0 })
  })

  it('can be cancelled between two slices, and changes nothing', async () => {
    home.runs(Array.from({ length: 3000 }, (_, n) => failure(1, home.nowUs - HOUR + n * SECOND)))
    const kept = home.memory()
    let slices = 0
    const pause = () => (++slices === 2 ? Promise.reject(new Failure('cancelled', '')) : CONTEXT.pause())
    const replay = home
      .queries()
      ['alerts.replay']({ sourceId: home.sourceId, sensitivity: medium }, { ...CONTEXT, pause })
    await expect(replay).rejects.toMatchObject({ code: 'cancelled' })
    expect(slices).toBe(2)
    expect(home.memory()).toEqual(kept)
  })
})
