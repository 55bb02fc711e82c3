import { createMissedFeed } from '@main/archive/worker/alerts/missed-feed'
import { beforeEach, describe, expect, it } from 'vitest'
import { useTempFolder } from '../support/fixtures'
import { BEGIN_US, batchOf, createSynthetic, madeParents, madeRun, madeTarget } from '../support/synthetic'
import type { SyntheticArchive } from '../support/synthetic'

const HOUR_S = 3600
const MINUTE_US = 60_000_000
const BEGIN_S = BEGIN_US / 1_000_000

describe('missed starts that the alerts are told of', () => {
  const folder = useTempFolder()
  let archive: SyntheticArchive
  let appender: ReturnType<SyntheticArchive['epoch']>['appender']
  beforeEach(() => {
    archive = createSynthetic(folder.path('archive.db'))
    ;({ appender } = archive.epoch())
    appender.update(madeParents([madeTarget(1, { kind: 'job', name: 'tally' }), madeTarget(2, { kind: 'job' })]))
  })

  /** As the schedule of job 1 was counted: so many starts by hour from the beginning on. */
  const count = (...expected: number[]) => {
    const jobId = archive.db.prepare(`SELECT id FROM targets WHERE name = 'tally'`).pluck().get()
    expected.forEach((starts, hour) => {
      archive.db
        .prepare(
          `INSERT INTO rollups (resolution, bucket, target_id, n, failed, timed_out, cancelled, skipped, di, expected, sum_us)
           VALUES (3600, ?, ?, 0, 0, 0, 0, 0, 0, ?, 0)
           ON CONFLICT (resolution, bucket, target_id) DO UPDATE SET expected = excluded.expected`,
        )
        .run(BEGIN_S + hour * HOUR_S, jobId, starts)
    })
    countedTo(expected.length)
  }
  const countedTo = (hours: number) =>
    archive.db
      .prepare('INSERT OR REPLACE INTO meta (k, v) VALUES (?, ?)')
      .run(`trends.expected.${archive.sourceId}`, BEGIN_S + hours * HOUR_S)
  const run = (...minutes: number[]) => {
    appender.append(
      batchOf(
        minutes.map((minute) =>
          madeRun(minute + 1, { kind: 'job', foreignTargetId: 1, startedUs: BEGIN_US + minute * MINUTE_US }),
        ),
      ),
    )
    archive.db.transaction(() => archive.memory.trends.flush()).immediate()
  }
  const begin = () => {
    const missedTo = {}
    const feed = createMissedFeed(archive.db)
    countedTo(0)
    feed.next(archive.sourceId, missedTo)
    return () => feed.next(archive.sourceId, missedTo)
  }

  it('are those that lack in an hour, due at its end, and told once', () => {
    const next = begin()
    run(5, 20, 90)
    count(4, 1)
    const told = next()
    expect(told).toHaveLength(2)
    expect(told[0]).toMatchObject({
      kind: 'missed',
      sourceId: archive.sourceId,
      targetName: 'tally',
      dueUs: BEGIN_US + 60 * MINUTE_US,
    })
    expect(next()).toEqual([])
  })

  it('are made up for by one that began just over the border, on either side', () => {
    const next = begin()
    // One start an hour; the second comes a second late, the fourth a second early.
    run(0, 120, 179.9, 181)
    count(1, 1, 1, 1)
    expect(next()).toEqual([])
  })

  it('are none where nothing is expected, and none of what was before anybody looked', () => {
    run(5)
    count(3, 3)
    const missedTo = {}
    const feed = createMissedFeed(archive.db)
    expect(feed.next(archive.sourceId, missedTo)).toEqual([])
    count(3, 3, 0)
    expect(feed.next(archive.sourceId, missedTo)).toEqual([])
    count(3, 3, 0, 2)
    expect(feed.next(archive.sourceId, missedTo)).toHaveLength(2)
  })
})
