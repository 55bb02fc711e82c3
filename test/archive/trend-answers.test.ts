import { rmSync } from 'node:fs'
import { createTargetQueries } from '@archive/queries'
import type { Precision } from '@shared/trends'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CONTEXT } from '../support/archive'
import { useTempFolder } from '../support/fixtures'
import { figuresOf, localClock, rangeSaid, within } from './brute-trends'
import { beginnings, liveIn, purgedDeeds, wholeDeeds } from './made-homes'
import type { Deed, GivenRun, Home } from './made-homes'
import { queryParts } from './query-parts'

const MINUTE_US = 60_000_000
const HOUR_US = 60 * MINUTE_US
const DAY_US = 24 * HOUR_US

/** Ends of a span as shares of the time of all runs, a little beyond on both sides; null = open. */
const end = fc.option(fc.double({ min: -0.1, max: 1.1, noNaN: true }), { freq: 4 })
const question = fc.record({
  ends: fc.tuple(end, end),
  /** Ends on a whole unit, as ranges that somebody types. */
  unit: fc.constantFrom(1, MINUTE_US, HOUR_US, DAY_US),
  tier: fc.constantFrom('app', 'framework', 'all'),
  targetId: fc.option(fc.integer({ min: 1, max: 5 }), { freq: 2 }),
  zone: fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Asia/Kathmandu', 'Africa/Cairo'),
  points: fc.integer({ min: 1, max: 120 }),
  /** A snapshot ends with its last run; a live source is looked at some hours later. */
  live: fc.boolean(),
})
type Question = typeof question extends fc.Arbitrary<infer Q> ? Q : never

describe('answers from trends', () => {
  const folder = useTempFolder()

  const live = (beginUs: number, deeds: Deed[]): Home => {
    const path = folder.path('archive.db')
    for (const each of ['', '-wal', '-shm']) rmSync(path + each, { force: true })
    return liveIn(path, beginUs, deeds)
  }

  const asked = ({ given }: Home, { ends, unit, tier, targetId }: Question) => {
    const first = Math.min(...given.map((run) => run.startedUs))
    const length = Math.max(...given.map((run) => run.startedUs + run.durationUs)) - first
    const at = (part: number | null) =>
      part === null ? null : Math.round((first + Math.round(part * length)) / unit) * unit
    const [a, b] = [at(ends[0]), at(ends[1])]
    const span = a !== null && b !== null && a > b ? { fromUs: b, toUs: a } : { fromUs: a, toUs: b }
    const runs = given.filter((run) =>
      targetId === null ? tier === 'all' || run.tier === tier : run.targetId === targetId,
    )
    return { span, runs }
  }

  /** An end that moved was not to be had exactly, and moved no further than it had to. */
  const expectNear = (precision: Precision, span: { fromUs: number | null; toUs: number | null }, { cut }: Home) => {
    if (precision.kind !== 'rounded') return
    for (const [before, after] of [
      [span.fromUs, precision.fromUs],
      [span.toUs, precision.toUs],
    ] as const) {
      if (before === null || before === after) continue
      expect(before).toBeLessThan(cut.runsUs + 21 * MINUTE_US)
      const step = before >= cut.minutesUs + HOUR_US ? MINUTE_US : before >= cut.hoursUs + DAY_US ? HOUR_US : DAY_US
      expect(Math.abs(after - before)).toBeLessThan(step)
    }
  }

  it('are those of a look at every run, exactly, while nothing was deleted', async () => {
    let seen = 0
    await fc.assert(
      fc.asyncProperty(beginnings, wholeDeeds, question, async (beginUs, deeds, asks) => {
        const home = live(beginUs, deeds)
        if (home.given.length > 0) seen += await checkAll(home, asks)
        await checkSessions(home, beginUs)
        home.archive.db.close()
      }),
      { numRuns: 100 },
    )
    expect(seen).toBeGreaterThan(80)
  })

  it('are those of a look at every run of the range they name, whatever was deleted', async () => {
    let rounded = 0
    await fc.assert(
      fc.asyncProperty(beginnings, purgedDeeds, question, async (beginUs, deeds, asks) => {
        const home = live(beginUs, deeds)
        if (home.given.length > 0) rounded += await checkAll(home, asks)
        await checkSessions(home, beginUs)
        home.archive.db.close()
      }),
      { numRuns: 150 },
    )
    expect(rounded).toBeGreaterThan(8)
  })

  const endOf = (runs: GivenRun[]): number => Math.max(...runs.map((run) => run.startedUs + run.durationUs))
  const nowOf = ({ given }: Home): number => endOf(given) + 3 * HOUR_US + 1

  const partsOf = (home: Home, { live: isLive }: Question) => {
    home.archive.db.prepare('UPDATE sources SET mode = ?').run(isLive ? 'live' : 'snapshot')
    return queryParts(home.archive.db, nowOf(home))
  }

  /** Asks everything. Answers how many answers were rounded, or were of any run where nothing may be rounded. */
  const checkAll = async (home: Home, asks: Question): Promise<number> => {
    const { archive } = home
    const parts = partsOf(home, asks)
    const { span, runs } = asked(home, asks)
    const scope = { sourceId: archive.sourceId, tier: asks.tier, targetId: asks.targetId, span } as const
    const purged = home.cut.runsUs > -Infinity

    const summary = await parts.verbs['trends.summary'](scope, CONTEXT)
    const said = rangeSaid(summary.precision, span)
    expect(summary.figures).toEqual({ ...figuresOf(within(runs, said.fromUs, said.toUs)), missed: null })
    expectNear(summary.precision, span, home)
    if (!purged) {
      expect(summary.precision).toEqual({ kind: 'exact' })
      expect(summary.before).toEqual(beforeOf(home, asks, span, runs))
    }

    await checkTargets(home, asks, span)
    await checkSeries(home, asks, scope, runs)
    await checkHeatmap(home, asks, scope, runs)
    return purged ? Number(summary.precision.kind === 'rounded') : summary.figures.runs
  }

  type Scope = { sourceId: number; tier: 'app' | 'framework' | 'all'; targetId: number | null } & {
    span: { fromUs: number | null; toUs: number | null }
  }

  const beforeOf = (home: Home, { tier, targetId, live: isLive }: Question, span: Scope['span'], runs: GivenRun[]) => {
    if (span.fromUs === null) return null
    const ofTier = home.given.filter((run) => {
      const wanted = targetId === null ? tier : targetId > 3 ? 'framework' : 'app'
      return wanted === 'all' || run.tier === wanted
    })
    if (ofTier.length === 0) return null
    const first = Math.min(...ofTier.map((run) => run.startedUs))
    const length = (span.toUs ?? (isLive ? nowOf(home) : endOf(ofTier))) - span.fromUs
    if (length <= 0 || span.fromUs - length < first) return null
    return { ...figuresOf(within(runs, span.fromUs - length, span.fromUs)), missed: null }
  }

  const checkTargets = async (home: Home, asks: Question, span: Scope['span']): Promise<void> => {
    const { archive, given, cut } = home
    const { tier } = asks
    const parts = partsOf(home, asks)
    const targets = createTargetQueries(archive.db, parts)
    const { sourceId } = archive
    const { precision } = await parts.verbs['trends.summary']({ sourceId, tier, targetId: null, span }, CONTEXT)
    const said = rangeSaid(precision, span)
    for (const kind of ['handler', 'job'] as const) {
      for (const row of await targets.list({ sourceId, kind, tier, span }, CONTEXT)) {
        const own = given.filter((run) => run.targetId === row.id)
        const { p99Us, ...figures } = figuresOf(within(own, said.fromUs, said.toUs))
        expect(row).toMatchObject({ ...figures, missed: null })
        expect(p99Us ?? 0).toBeGreaterThanOrEqual(row.p95Us ?? 0)
        const detail = await targets.get({ targetId: row.id, span }, CONTEXT)
        // Of one tier both know the same past.
        if (tier !== 'all') expect(detail).toMatchObject(row)
        else if (cut.runsUs === -Infinity)
          expect(detail).toMatchObject({ ...figures, strip: row.strip, last: row.last })
      }
    }
  }

  const checkSessions = async ({ archive, given }: Home, beginUs: number): Promise<void> => {
    const { verbs } = queryParts(archive.db)
    const ask = (beforeUs: number | null) =>
      verbs['sessions.list'](
        { sourceId: archive.sourceId, span: { fromUs: null, toUs: null }, beforeUs, limit: 2 },
        CONTEXT,
      )
    const newest = await ask(null)
    const all = [...newest, ...(await ask(newest[1]!.startedUs))]
    expect(all.map((row) => row.startedUs)).toEqual([3, 2, 1].map((id) => beginUs + id * DAY_US))
    for (const [index, row] of all.entries()) {
      const { runs, failed, dependencyFailures, timedOut } = figuresOf(given.filter((run) => run.session === 3 - index))
      expect(row).toMatchObject({ runs, failed, dependencyFailures, timedOut, precision: { kind: 'exact' } })
    }
  }

  const checkSeries = async (home: Home, asks: Question, scope: Scope, runs: GivenRun[]): Promise<void> => {
    const { verbs } = partsOf(home, asks)
    const { zone, points } = asks
    const series = await verbs['trends.series']({ ...scope, points, timeZone: zone }, CONTEXT)
    const bounds = [...series.points.map((point) => point.fromUs), series.endUs]
    expect(series.points.length).toBeLessThanOrEqual(points)
    expect(series.points.length).toBeGreaterThan(0)
    if (series.precision.kind === 'approximate') throw new Error('a chart was approximate')
    const exact = series.precision.kind === 'exact'
    if (home.cut.runsUs === -Infinity && !['Asia/Kolkata', 'Asia/Kathmandu'].includes(zone)) expect(exact).toBe(true)
    for (const [index, { fromUs, ok, ...point }] of series.points.entries()) {
      const toUs = bounds[index + 1]!
      expect(toUs).toBeGreaterThan(fromUs)
      if (series.stepUs < DAY_US) expect(toUs - fromUs).toBe(series.stepUs)
      else expect(localClock(fromUs, zone).minute).toBe(0)
      if (series.stepUs >= DAY_US) expect(localClock(fromUs, zone).hour).toBeLessThanOrEqual(1)
      if (!exact) continue
      const { runs: n, ...figures } = figuresOf(within(runs, fromUs, toUs))
      expect(point).toEqual(figures)
      expect(ok).toBe(n - point.failed - point.timedOut - point.cancelled - point.skipped)
    }
    const { fromUs, toUs } = rangeSaid(series.precision, { fromUs: bounds[0]!, toUs: bounds.at(-1)! })
    const total = series.points.reduce(
      (sum, { ok, failed, timedOut, cancelled, skipped }) => sum + ok + failed + timedOut + cancelled + skipped,
      0,
    )
    expect(total).toBe(within(runs, fromUs, toUs).length)
  }

  const checkHeatmap = async (home: Home, asks: Question, scope: Scope, runs: GivenRun[]): Promise<void> => {
    const { verbs } = partsOf(home, asks)
    const { cells, precision } = await verbs['trends.heatmap']({ ...scope, timeZone: asks.zone }, CONTEXT)
    expect(cells).toHaveLength(168)
    const total = cells.reduce((sum, cell) => sum + cell.runs, 0)
    if (precision.kind === 'approximate') {
      // Nothing that is asked for lies where hours are known.
      const { fromUs, toUs } = scope.span
      const newest = Math.max(-Infinity, ...within(runs, fromUs, toUs).map((run) => run.startedUs))
      expect(newest).toBeLessThan(Math.ceil(home.cut.hoursUs / HOUR_US) * HOUR_US)
      return
    }
    const halfHours = ['Asia/Kolkata', 'Asia/Kathmandu'].includes(asks.zone)
    const { fromUs, toUs } = rangeSaid(precision, scope.span)
    const inRange = within(runs, fromUs, toUs)
    if (!halfHours) {
      expect(total).toBe(inRange.length)
      const expected = cells.map(() => ({ runs: 0, failed: 0, timedOut: 0 }))
      for (const run of inRange) {
        const { weekday, hour } = localClock(run.startedUs, asks.zone)
        const cell = expected[weekday * 24 + hour]!
        cell.runs++
        if (run.status === 'failed') cell.failed++
        if (run.status === 'timed_out') cell.timedOut++
      }
      expect(cells).toEqual(expected)
    } else expect(total).toBeLessThanOrEqual(inRange.length)
  }
})
