import type { Coverage } from '@shared/trends'
import { describe, expect, it } from 'vitest'
import { CONTEXT } from '../support/archive'
import { useTempFolder } from '../support/fixtures'
import { BEGIN_US, madeRun, madeSession } from '../support/synthetic'
import { everyTenMinutes, fill } from './filled'
import { purge } from './purge'
import { queryParts } from './query-parts'

const MINUTE_US = 60_000_000
const HOUR_US = 60 * MINUTE_US
const DAY_US = 24 * HOUR_US
const EVER = { fromUs: null, toUs: null }

describe('sessions and coverage', () => {
  const folder = useTempFolder()
  const filled = (...what: [Parameters<typeof fill>[1], Parameters<typeof fill>[2]]) =>
    fill(folder.path('archive.db'), ...what)

  it('list sessions with what Hassette dropped and stalled, and count by time where their trends are gone', async () => {
    const sessions = [
      madeSession(1, {
        startedUs: BEGIN_US,
        stoppedUs: BEGIN_US + DAY_US - 1e6,
        heartbeatUs: BEGIN_US + DAY_US - 1e6,
        ending: 'clean',
      }),
      madeSession(2, {
        startedUs: BEGIN_US + DAY_US,
        heartbeatUs: BEGIN_US + 2 * DAY_US - 1e6,
        ending: 'crashed',
        errorType: 'RuntimeError',
        errorMessage: 'gone',
        droppedOverflow: 3,
        droppedExhausted: 4,
        droppedShutdown: 5,
      }),
      madeSession(3, { startedUs: BEGIN_US + 2 * DAY_US }),
      madeSession(4, { startedUs: BEGIN_US + 3 * DAY_US }),
    ]
    const archive = filled(
      everyTenMinutes(3, (index) => ({
        foreignSessionId: 1 + Math.floor(index / 144),
        dependencyFailure: index === 0,
      })),
      sessions,
    )
    const { db, sourceId } = archive
    const stall = db.prepare<[number, number]>(
      `INSERT INTO blocking_events (epoch_id, foreign_id, session_id, detected_us, detector) VALUES (1, ?, ?, 0, 'loop')`,
    )
    for (let n = 0; n < 5; n++) stall.run(n, n < 2 ? 1 : 2)
    const ask = async (
      span = EVER as { fromUs: number | null; toUs: number | null },
      beforeUs: number | null = null,
      limit = 9,
    ) => queryParts(db).verbs['sessions.list']({ sourceId, span, beforeUs, limit }, CONTEXT)
    const all = await ask()
    expect(all).toEqual([
      expect.objectContaining({ id: 4, runs: 0, endedUs: null, ending: 'running', precision: { kind: 'exact' } }),
      expect.objectContaining({ id: 3, runs: 144, failed: 15, blockingEvents: 0 }),
      {
        id: 2,
        startedUs: BEGIN_US + DAY_US,
        endedUs: BEGIN_US + 2 * DAY_US - 1e6,
        ending: 'crashed',
        errorType: 'RuntimeError',
        errorMessage: 'gone',
        runs: 144,
        failed: 14,
        dependencyFailures: 0,
        timedOut: 0,
        dropped: 12,
        blockingEvents: 3,
        precision: { kind: 'exact' },
      },
      expect.objectContaining({ id: 1, runs: 144, failed: 15, dependencyFailures: 1, blockingEvents: 2 }),
    ])
    expect((await ask(EVER, BEGIN_US + 2 * DAY_US, 1)).map((row) => row.id)).toEqual([2])
    const span = { fromUs: BEGIN_US + 1.5 * DAY_US, toUs: BEGIN_US + 2.5 * DAY_US }
    expect((await ask(span)).map((row) => row.id)).toEqual([3, 2])

    purge(archive, { sessions: [1, 2] })
    // By its time, which the runs themselves still tell exactly; whose they were, they do not.
    const byTime = await ask()
    for (const [index, row] of byTime.entries()) {
      const { endedUs, startedUs } = row
      const precision =
        row.id > 2 || endedUs === null ? { kind: 'exact' } : { kind: 'rounded', fromUs: startedUs, toUs: endedUs + 1 }
      expect(row).toEqual({ ...all[index], precision })
    }
    purge(archive, { runsUs: BEGIN_US + 4 * DAY_US, minutesUs: BEGIN_US + 4 * DAY_US, hoursUs: BEGIN_US + 2 * DAY_US })
    const rough = await ask()
    expect(rough.slice(0, 2)).toEqual(all.slice(0, 2))
    // It ends within a day of which nothing shorter is left, so with all of it.
    expect(rough[2]).toMatchObject({
      runs: 144,
      precision: { kind: 'rounded', fromUs: BEGIN_US + DAY_US, toUs: BEGIN_US + 2 * DAY_US },
    })
    db.close()
  })

  it('tell what is known of a range: runs, trends, gaps, and what limits it', async () => {
    const dropped = madeSession(1, { droppedOverflow: 7, heartbeatUs: BEGIN_US + 5 * DAY_US })
    const archive = filled(
      [...everyTenMinutes(3), madeRun(10_000, { tier: 'framework', foreignTargetId: 2, startedUs: BEGIN_US + DAY_US })],
      [dropped],
    )
    const { db, sourceId } = archive
    const gap = db.prepare<[number, number, string, number | null]>(
      `INSERT INTO coverage (stream_id, kind, from_us, to_us, reason, lost) SELECT id, 'gap', ?, ?, ?, ? FROM streams`,
    )
    gap.run(BEGIN_US + HOUR_US, BEGIN_US + 2 * HOUR_US, 'deleted', 12)
    gap.run(BEGIN_US + 5 * HOUR_US, BEGIN_US + 6 * HOUR_US, 'not_watching', null)
    const ask = (tier: 'app' | 'framework' | 'all', span = EVER as { fromUs: number | null; toUs: number | null }) =>
      queryParts(db).verbs['coverage.get']({ sourceId, tier, span }, CONTEXT) as Coverage
    const gone = { fromUs: BEGIN_US, toUs: BEGIN_US + 5 * DAY_US, reason: 'dropped', runs: 7 }
    const deleted = { fromUs: BEGIN_US + HOUR_US, toUs: BEGIN_US + 2 * HOUR_US, reason: 'deleted', runs: 12 }
    const blind = { fromUs: BEGIN_US + 5 * HOUR_US, toUs: BEGIN_US + 6 * HOUR_US, reason: 'not_watching', runs: null }
    expect(ask('app')).toEqual({
      runsFromUs: BEGIN_US,
      trendsFromUs: BEGIN_US,
      toUs: BEGIN_US + 5 * DAY_US,
      gaps: [gone, deleted, blind],
      bound: 'source',
    })
    expect(ask('all')).toMatchObject({
      runsFromUs: BEGIN_US + DAY_US,
      trendsFromUs: BEGIN_US,
      gaps: [gone, deleted, blind],
    })
    expect(ask('app', { fromUs: BEGIN_US + 3 * HOUR_US, toUs: BEGIN_US + 4 * HOUR_US }).gaps).toEqual([gone])
    expect(ask('app', { fromUs: null, toUs: BEGIN_US })).toMatchObject({ runsFromUs: null, trendsFromUs: null })

    purge(archive, { runsUs: BEGIN_US + 2 * DAY_US })
    const log = db.prepare<[string | null, number]>(
      `INSERT INTO retention_log (at_us, duration_us, reason, bound, runs) VALUES (0, 0, 'hourly', ?, ?)`,
    )
    log.run('time', 5)
    log.run('size', 5)
    log.run('time', 0)
    log.run(null, 0)
    expect(ask('app')).toMatchObject({
      runsFromUs: BEGIN_US + 2 * DAY_US - 10 * MINUTE_US + 1,
      trendsFromUs: BEGIN_US,
      bound: 'size',
    })
    // The framework's only run is gone, too: nothing of it is missing after that.
    expect(ask('framework').runsFromUs).toBe(BEGIN_US + DAY_US + 1)
    db.prepare('DELETE FROM coverage').run()
    expect(ask('app')).toMatchObject({ runsFromUs: null, trendsFromUs: null, gaps: [gone], bound: null })
    db.close()
  })
})
