import { describe, expect, it } from 'vitest'
import type { Span } from '@shared/filter'
import type { Result } from '@shared/result'
import { TARGET_KINDS } from '@shared/run'
import type { TargetRow } from '@shared/target'
import { createFake } from '@renderer/api/fake'
import { fakeOptions } from '@renderer/api/fake-options'

const NOW = Date.UTC(2026, 10, 23, 14, 12) * 1000
const HOUR = 3_600_000_000
const { api } = createFake(fakeOptions('?now=2026-11-23T14:12:00Z'))
const spans: [string, Span][] = [
  ['24 h', { fromUs: NOW - 24 * HOUR, toUs: null }],
  ['an hour yesterday', { fromUs: NOW - 25 * HOUR, toUs: NOW - 24 * HOUR }],
  ['everything', { fromUs: null, toUs: null }],
]
const scope = (span: Span, targetId: number | null = null) => ({ sourceId: 1, tier: 'app' as const, span, targetId })

async function value<T>(answer: Promise<Result<T>>): Promise<T> {
  const result = await answer
  if (!result.ok) throw new Error(result.error.message)
  return result.value
}

async function rowsOf(span: Span): Promise<TargetRow[]> {
  const lists = await Promise.all(
    TARGET_KINDS.map((kind) => value(api.targets.list({ sourceId: 1, kind, tier: 'app', span }))),
  )
  return lists.flat()
}

describe.each(spans)('trends of the fake over %s', (_name, span) => {
  it('agree with the tables, the chart, the heat map and the list of runs', async () => {
    const { figures } = await value(api.trends.summary(scope(span)))
    const rows = await rowsOf(span)
    const series = await value(api.trends.series({ ...scope(span), points: 90, timeZone: 'Europe/Berlin' }))
    const heat = await value(api.trends.heatmap({ ...scope(span), timeZone: 'Europe/Berlin' }))
    const filter = { sourceId: 1, tier: 'app' as const, span, targetId: null, conditions: [] }
    const { runs } = await value(api.runs.count({ filter, ticket: 't' }))
    const sum = (numbers: number[]): number => numbers.reduce((total, one) => total + one, 0)
    expect(runs).toBeGreaterThan(20)
    expect(figures.runs).toBe(runs)
    expect(sum(rows.map((row) => row.runs))).toBe(runs)
    expect(sum(rows.map((row) => row.failed))).toBe(figures.failed)
    expect(sum(rows.flatMap((row) => row.spark.runs))).toBe(runs)
    expect(
      sum(
        series.points.map(
          ({ ok, failed, timedOut, cancelled, skipped }) => ok + failed + timedOut + cancelled + skipped,
        ),
      ),
    ).toBe(runs)
    expect(sum(heat.cells.map((cell) => cell.runs))).toBe(runs)
    expect(sum(heat.cells.map((cell) => cell.failed))).toBe(figures.failed)
  })

  it('come in steps without a hole, at most as many as asked for', async () => {
    const series = await value(api.trends.series({ ...scope(span, 3), points: 60, timeZone: 'Europe/Berlin' }))
    expect(series.points.length).toBeLessThanOrEqual(60)
    series.points.forEach((point, nth) =>
      expect(point.fromUs).toBe((series.points[0]?.fromUs ?? 0) + nth * series.stepUs),
    )
    expect(series.endUs).toBe((series.points.at(-1)?.fromUs ?? 0) + series.stepUs)
  })
})

describe('the fake', () => {
  it('says nothing of a range before that reaches behind its runs', async () => {
    expect(
      (await value(api.trends.summary(scope({ fromUs: NOW - 24 * HOUR, toUs: null })))).before?.runs,
    ).toBeGreaterThan(0)
    expect((await value(api.trends.summary(scope({ fromUs: NOW - 7 * 24 * HOUR, toUs: null })))).before).toBeNull()
  })

  it('has something of every reason, and what fails on every run first', async () => {
    const span = { fromUs: NOW - 24 * HOUR, toUs: null }
    const attention = await value(api.trends.attention({ sourceId: 1, tier: 'app', span }))
    expect(attention.rows[0]).toMatchObject({
      appKey: 'kitchen_lights',
      name: 'motion',
      reasons: [{ kind: 'failing' }],
    })
    expect(new Set(attention.rows.flatMap((row) => row.reasons.map(({ kind }) => kind)))).toEqual(
      new Set(['failing', 'new_group', 'slower', 'never_ran', 'missed']),
    )
  })

  it('lists sessions newest first, and goes on below one', async () => {
    const list = (beforeUs: number | null) =>
      value(api.sessions.list({ sourceId: 1, span: { fromUs: null, toUs: null }, beforeUs, limit: 2 }))
    const first = await list(null)
    const rest = await list(first.at(-1)?.startedUs ?? null)
    expect([...first, ...rest].map(({ ending }) => ending)).toEqual(['running', 'killed', 'crashed'])
  })
})
