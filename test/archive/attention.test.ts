import type { RunInput } from '@main/archive/batch'
import type { Attention, AttentionReason } from '@shared/trends'
import { describe, expect, it } from 'vitest'
import { CONTEXT } from '../support/archive'
import { useTempFolder } from '../support/fixtures'
import { batchOf, BEGIN_US, createSynthetic, madeParents, madeRun, madeSession, madeTarget } from '../support/synthetic'
import { queryParts } from './query-parts'

const MINUTE_US = 60_000_000
const HOUR_US = 60 * MINUTE_US
const DAY_US = 24 * HOUR_US
/** Two days were watched; what is asked about is the second one. */
const NOW_US = BEGIN_US + 2 * DAY_US
const SPAN = { fromUs: NOW_US - DAY_US, toUs: null }
const RESTART_US = NOW_US - 6 * HOUR_US

interface Made extends Partial<Omit<RunInput, 'startedUs'>> {
  target: number
  /** Minutes before now. */
  ago: number
}

describe('what needs attention', () => {
  const folder = useTempFolder()

  const job = { kind: 'job', topic: null } as const
  /** Seven handlers, of which one is retired and one removed, and two jobs. */
  const TARGETS = [
    ...[1, 2, 3, 4, 5].map((id) => madeTarget(id)),
    madeTarget(6, { retiredUs: BEGIN_US }),
    madeTarget(7, { removedUs: BEGIN_US }),
    madeTarget(8, job),
    madeTarget(9, job),
  ]

  const ask = async (
    made: Made[],
    {
      expected = [],
      span = SPAN,
    }: {
      expected?: [target: number, hoursAgo: number, n: number][]
      span?: { fromUs: number | null; toUs: number | null }
    } = {},
  ): Promise<Attention> => {
    const archive = createSynthetic(folder.path('archive.db'), () => NOW_US)
    const { db, memory, sourceId } = archive
    db.prepare(`UPDATE sources SET mode = 'live'`).run()
    const { appender } = archive.epoch()
    const ended = { stoppedUs: RESTART_US, ending: 'clean' } as const
    appender.update(madeParents(TARGETS, [madeSession(1, ended), madeSession(2, { startedUs: RESTART_US })]))
    // Somebody was watching from the beginning.
    const runs = [{ target: 5, ago: 2 * 24 * 60 }, ...made]
      .sort((a, b) => b.ago - a.ago)
      .map(({ target, ago, ...more }, index) =>
        madeRun(index + 1, {
          kind: target >= 8 ? 'job' : 'handler',
          foreignTargetId: target,
          startedUs: NOW_US - ago * MINUTE_US,
          foreignSessionId: NOW_US - ago * MINUTE_US < RESTART_US ? 1 : 2,
          ...more,
        }),
      )
    appender.append(batchOf(runs))
    db.transaction(() => memory.trends.flush()).immediate()
    const expectStarts = db.prepare<[number, number, number, number]>(
      `INSERT INTO rollups (resolution, bucket, target_id, n, failed, timed_out, cancelled, skipped, di, expected)
       VALUES (?, ?, ?, 0, 0, 0, 0, 0, 0, ?)
       ON CONFLICT (resolution, bucket, target_id) DO UPDATE SET expected = excluded.expected`,
    )
    for (const [target, hoursAgo, n] of expected) {
      const hour = NOW_US / 1e6 - hoursAgo * 3600
      for (const length of [3600, 86_400]) expectStarts.run(length, Math.floor(hour / length) * length, target, n)
    }
    const attention = await queryParts(db, NOW_US).verbs['trends.attention']({ sourceId, tier: 'app', span }, CONTEXT)
    db.close()
    return attention
  }

  const reasonsOf = ({ rows }: Attention, target: number): AttentionReason[] =>
    rows.find((row) => row.targetId === target)?.reasons ?? []
  const kindsOf = (attention: Attention, target: number) => reasonsOf(attention, target).map(({ kind }) => kind)
  const often = (target: number, from: number, to: number, more: Partial<Made> = {}): Made[] =>
    Array.from({ length: 30 }, (_, index) => ({ target, ago: from - ((from - to) / 30) * index, ...more }))

  it('is nothing while all is well; retired and removed ones are not spoken of', async () => {
    const failing = [6, 7].flatMap((target) => [1, 2, 3].map((ago) => ({ target, ago, status: 1 })))
    const attention = await ask([...often(1, 2800, 5), ...often(8, 2800, 5), ...failing])
    expect(attention).toEqual({ rows: [], total: 0, handlers: 5, jobs: 2 })
  })

  it('is a streak of failures, whatever was skipped or cancelled meanwhile', async () => {
    const old = { errorType: 'ValueError', message: 'old', traceback: null }
    const failed = { status: 1, failure: old }
    const attention = await ask([
      // The group is as old as the watching.
      { target: 1, ago: 2879, ...failed },
      { target: 1, ago: 2878, status: 2, failure: old },
      { target: 1, ago: 50 },
      { target: 1, ago: 40, ...failed },
      { target: 1, ago: 30, status: 4 },
      { target: 1, ago: 20, status: 2, failure: old },
      { target: 1, ago: 10, status: 3 },
      // One failure is none, nor are those before the span.
      { target: 2, ago: 2878, ...failed },
      { target: 2, ago: 10 },
      { target: 2, ago: 5, ...failed },
      { target: 3, ago: 2877, ...failed },
      { target: 3, ago: 2000, ...failed },
    ])
    expect(reasonsOf(attention, 1)).toEqual([{ kind: 'failing', runs: 2, sinceUs: NOW_US - 40 * MINUTE_US }])
    expect(attention.rows.map((row) => row.targetId)).toEqual([1])
    expect(attention.rows[0]).toMatchObject({ strip: 'ftofstc', name: 'target_1', kind: 'handler', tier: 'app' })
  })

  it('looks at the streak as it was at the end of a range that is over', async () => {
    const runs = [90, 80, 70].map((ago) => ({ target: 1, ago, status: 2, durationUs: 0 }))
    const over = { fromUs: NOW_US - DAY_US, toUs: NOW_US - 75 * MINUTE_US }
    const attention = await ask(
      [{ target: 1, ago: 2880, status: 2 }, { target: 1, ago: 100 }, ...runs, { target: 1, ago: 5 }],
      { span: over },
    )
    expect(reasonsOf(attention, 1)).toEqual([{ kind: 'failing', runs: 2, sinceUs: NOW_US - 90 * MINUTE_US }])
  })

  it('is a group of failures that came in the span', async () => {
    const failure = (message: string) => ({ errorType: message, message, traceback: null })
    const attention = await ask([
      // Within the first hour everything is new.
      { target: 1, ago: 2850, status: 1, failure: failure('KeyError') },
      { target: 2, ago: 2000, status: 1, failure: failure('TypeError') },
      { target: 2, ago: 100, status: 1, failure: failure('ValueError') },
      { target: 2, ago: 99 },
      { target: 1, ago: 10, status: 1, failure: failure('KeyError') },
      { target: 1, ago: 9 },
      { target: 2, ago: 8, status: 1, failure: failure('TypeError') },
      { target: 2, ago: 7 },
    ])
    expect(attention.rows.map((row) => row.targetId)).toEqual([2])
    expect(reasonsOf(attention, 2)).toEqual([
      {
        kind: 'new_group',
        groupId: expect.any(Number),
        title: expect.stringContaining('ValueError'),
        firstUs: NOW_US - 100 * MINUTE_US,
      },
    ])
  })

  it('is no group that was there in the first hour that anybody looked', async () => {
    const failure = (message: string) => ({ status: 1, failure: { errorType: message, message, traceback: null } })
    const attention = await ask(
      [
        { target: 1, ago: 2850, ...failure('KeyError') },
        { target: 1, ago: 2849 },
        { target: 2, ago: 2810, ...failure('TypeError') },
        { target: 2, ago: 2809 },
      ],
      { span: { fromUs: null, toUs: null } },
    )
    expect(attention.rows.map((row) => row.targetId)).toEqual([2])
  })

  it.each([
    ['twice as slow and by 100 ms', 100_000, 210_000, 30, true],
    ['not twice as slow', 200_000, 350_000, 30, false],
    ['twice, but still quick', 1000, 40_000, 30, false],
    ['too few runs to say', 100_000, 210_000, 12, false],
  ])('is a p95 that doubled: %s', async (_, beforeUs, nowUs, runs, told) => {
    const attention = await ask([
      ...often(1, 2800, 1500, { durationUs: beforeUs }),
      ...often(1, 1400, 5, { durationUs: nowUs }).slice(0, runs),
    ])
    const slower = reasonsOf(attention, 1).filter(({ kind }) => kind === 'slower')
    expect(slower).toHaveLength(told ? 1 : 0)
    const [reason] = slower
    if (reason?.kind === 'slower') {
      expect(Math.abs(reason.p95Us / nowUs - 1)).toBeLessThan(0.032)
      expect(Math.abs(reason.beforeUs / beforeUs - 1)).toBeLessThan(0.032)
    }
  })

  it('is a silence in this session that is longer than usual', async () => {
    const attention = await ask(
      [
        // Every 40 min before the restart six hours ago.
        ...often(1, 1600, 400),
        // Every 100 min: might still come.
        ...often(2, 2880, 400).filter((_, index) => index % 2 === 0),
        ...often(3, 2800, 100),
        // Never yet, and too seldom to say.
        ...often(5, 800, 790).slice(0, 3),
        ...often(8, 800, 400),
      ],
      { expected: [[8, 3, 1]] },
    )
    expect(reasonsOf(attention, 1)).toEqual([{ kind: 'never_ran', sinceUs: RESTART_US }])
    expect(kindsOf(attention, 8)).toEqual(['never_ran'])
    expect(attention.rows.map((row) => row.targetId).sort()).toEqual([1, 8])
  })

  it.each([
    ['two of eight', [8, 3, 8], 6, ['missed']],
    ['one of two', [8, 3, 2], 1, []],
    ['two of eleven', [8, 3, 11], 9, []],
  ] as const)('is missed starts: %s', async (_, expected, n, kinds) => {
    const ran = Array.from({ length: n }, (__, index) => ({ target: 8, ago: 179 - index }))
    const attention = await ask(ran, { expected: [[...expected]] })
    expect(kindsOf(attention, 8)).toEqual([...kinds])
    if (kinds.length > 0) expect(reasonsOf(attention, 8)).toEqual([{ kind: 'missed', runs: 2, expected: 8 }])
  })

  it('tells the eight gravest and counts the rest', async () => {
    const archive = createSynthetic(folder.path('many.db'), () => NOW_US)
    const { appender } = archive.epoch()
    const targets = Array.from({ length: 12 }, (_, index) => madeTarget(index + 1))
    appender.update(madeParents(targets))
    const runs = targets.flatMap(({ foreignId }) =>
      Array.from({ length: foreignId + 1 }, (_, index) => ({ foreignId, index })),
    )
    appender.append(
      batchOf(
        runs.map(({ foreignId, index }, nth) =>
          madeRun(nth + 1, { foreignTargetId: foreignId, status: 1, startedUs: BEGIN_US + DAY_US + index * 1e6 }),
        ),
      ),
    )
    const { verbs } = queryParts(archive.db)
    const attention = await verbs['trends.attention'](
      { sourceId: archive.sourceId, tier: 'app', span: { fromUs: null, toUs: null } },
      CONTEXT,
    )
    expect(attention).toMatchObject({ total: 12, handlers: 12, jobs: 0 })
    expect(attention.rows.map((row) => row.targetId)).toEqual([12, 11, 10, 9, 8, 7, 6, 5])
    const framework = { sourceId: archive.sourceId, tier: 'framework', span: { fromUs: null, toUs: null } } as const
    expect(await verbs['trends.attention'](framework, CONTEXT)).toEqual({ rows: [], total: 0, handlers: 0, jobs: 0 })
    archive.db.close()
  })
})
