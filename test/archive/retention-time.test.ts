import { rmSync } from 'node:fs'
import { createRetentionPasses } from '@archive/retention'
import type { Database } from 'better-sqlite3'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CONTEXT } from '../support/archive'
import { useTempFolder } from '../support/fixtures'
import { batchOf, BEGIN_US, madeParents, madeRun, madeSession, madeTarget } from '../support/synthetic'
import { trusted } from '../support/trusted'
import { allRuns, groupBy } from './brute-force'
import { countedRuns } from './brute-force-trends'
import type { CountedRun } from './brute-force-trends'
import { backfilledBatches, writeBatches } from './made-archives'
import type { MadeBatch } from './made-archives'
import { DAY_US, expectInStep, expectTrendsOf, LIMITS, numberOf, request } from './retention-checks'
import { asker, rowIds, walkNewer, walkOlder } from './walks'

const YEAR_US = 366 * DAY_US

/** A clock that is a year ahead from one run on, and mostly right again some runs later. */
const aheadBatches = fc
  .tuple(
    backfilledBatches,
    fc.array(fc.tuple(fc.nat(7), fc.nat(59), fc.integer({ min: 1, max: 20 })), { maxLength: 3 }),
  )
  .map(([batches, leaps]): MadeBatch[] => {
    const made = structuredClone(batches)
    for (const [batch, nth, length] of leaps) {
      const runs = made[batch % Math.max(1, made.length)]?.runs ?? []
      const begin = nth % Math.max(1, runs.length)
      const [first, after] = [runs[begin], runs[begin + length]]
      if (!first) continue
      first.stepUs += YEAR_US
      // Some are never set right.
      if (after) after.stepUs -= YEAR_US
    }
    return made
  })

/** Where something lies in the archive's time: between a little before its first start and a little after its last. */
const place = fc.noBias(fc.integer({ min: -100, max: 1100 })).map((n) => n / 1000)

const begin = fc.option(place, { freq: 4 })

const scene = fc.record({
  batches: aheadBatches,
  cut: place,
  /** Of the three epochs. */
  firstSeen: fc.tuple(place, place, place),
  /** Null: in a year. */
  sessions: fc.tuple(begin, begin, begin),
  frameworkDays: fc.constantFrom(7, 7, 7, 8, 6),
  mode: fc.constantFrom('live', 'live', 'live', 'live', 'snapshot', 'removed'),
})

describe('the time rule', () => {
  const folder = useTempFolder()

  it('leaves exactly the runs that are not past their term, and everything in step with them', async () => {
    const seen = { gone: 0, left: 0, spared: 0, future: 0, exempt: 0, partly: 0 }
    await fc.assert(
      fc.asyncProperty(scene, async ({ batches, cut, firstSeen, sessions, frameworkDays, mode }) => {
        const path = folder.path('archive.db')
        for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true })
        const archive = writeBatches(path, batches)
        const { db, memory } = archive
        try {
          const at = placesOf(db)
          for (const [index, session] of sessions.entries()) {
            db.prepare('UPDATE sessions SET started_us = ? WHERE id = ?').run(
              session === null ? BEGIN_US + YEAR_US : at(session),
              index + 1,
            )
          }
          for (const [index, first] of firstSeen.entries()) {
            db.prepare('UPDATE epochs SET first_seen_us = ? WHERE id = ?').run(at(first), index + 1)
          }
          db.prepare('UPDATE sources SET mode = ?, removed_us = ?').run(
            mode === 'snapshot' ? 'snapshot' : 'live',
            mode === 'removed' ? 1 : null,
          )
          logSome(db)
          const before = countedRuns(db)
          const beforeUs = at(cut)
          const nowUs = beforeUs + 7 * DAY_US
          const limits = { ...LIMITS, frameworkRetentionDays: frameworkDays }
          const goes = judge(db, before, nowUs, mode === 'live' ? limits : null)
          const left = before.filter((run) => !goes(run))

          const report = await createRetentionPasses(
            db,
            memory,
            trusted(() => nowUs),
          ).retain(request({ limits }), CONTEXT)

          expect(allRuns(db).map((run) => run.id)).toEqual(left.map((run) => run.id))
          expect(report.runs).toBe(before.length - left.length)
          expect(report.frameworkRuns).toBe(frameworkOf(db, before) - frameworkOf(db, left))
          expect(report.bound).toBe(report.runs > 0 ? 'time' : null)
          expectInStep(db)
          expectTrendsOf(archive, before, [0, 3600, 86_400])
          expectCovered(db, before, left)
          const ask = asker(db, {
            sourceId: archive.sourceId,
            tier: 'all',
            span: ALWAYS,
            targetId: null,
            conditions: [],
          })
          const ids = left.map((run) => run.id)
          expect((await walkOlder(ask, 37)).flatMap(rowIds).sort(byNumber)).toEqual(ids)
          expect((await walkNewer(ask, '', 37)).flatMap(rowIds).sort(byNumber)).toEqual(ids)

          // Whoever appends has nothing in mind that is gone.
          appendMore(archive)
          expectInStep(db)

          seen.gone += report.runs
          seen.left += left.length
          if (mode === 'live') seen.spared += left.filter((run) => run.startedUs < beforeUs).length
          if (mode === 'live') seen.future += before.filter((run) => goes(run) && run.startedUs > nowUs).length
          else seen.exempt += left.filter((run) => run.startedUs < beforeUs).length
          const blocks = groupBy(before, (run) => Math.floor(run.id / 4096))
          seen.partly += [...blocks.values()].filter((runs) => runs.some(goes) && !runs.every(goes)).length
        } finally {
          db.close()
        }
      }),
      { numRuns: 120 },
    )
    for (const [what, often] of Object.entries(seen)) expect({ what, often: often > 0 }).toEqual({ what, often: true })
  })
})

const ALWAYS = { fromUs: null, toUs: null }

/** By the definition, run by run: which are past their term. */
function judge(
  db: Database,
  runs: CountedRun[],
  nowUs: number,
  limits: { retentionDays: number; frameworkRetentionDays: number } | null,
): (run: CountedRun) => boolean {
  if (limits === null) return () => false
  const sessions = new Map(
    db
      .prepare<[], { id: number; startedUs: number }>('SELECT id, started_us AS startedUs FROM sessions')
      .all()
      .map(({ id, startedUs }) => [id, startedUs]),
  )
  const streams = new Map(
    db
      .prepare<[], { id: number; tier: string; epochId: number }>('SELECT id, tier, epoch_id AS epochId FROM streams')
      .all()
      .map((stream) => [stream.id, stream]),
  )
  const epochs = db.prepare<[], { id: number; seenUs: number }>('SELECT id, first_seen_us AS seenUs FROM epochs').all()
  const ends = new Map<number, number>()
  for (const run of runs) {
    const block = Math.floor(run.id / 4096)
    ends.set(block, Math.max(ends.get(block) ?? 0, run.endUs))
  }
  return (run) => {
    const stream = streams.get(run.stream)!
    const days = stream.tier === 'app' ? limits.retentionDays : limits.frameworkRetentionDays
    const beforeUs = nowUs - days * DAY_US
    const sessionUs = sessions.get(run.sessionId ?? 0) ?? 0
    if (sessionUs >= beforeUs && sessionUs <= nowUs) return false
    if (run.startedUs < beforeUs) return true
    const block = Math.floor(run.id / 4096)
    const later = [...ends].filter(([other]) => other > block && Math.floor(other / 2 ** 28) === run.stream)
    const readUs = Math.min(
      nowUs,
      ...later.map(([, endUs]) => endUs),
      ...epochs.filter((epoch) => epoch.id > stream.epochId).map((epoch) => epoch.seenUs),
    )
    return run.startedUs > nowUs && readUs < beforeUs
  }
}

/** Coverage tells the truth: what it calls whole is whole, and what is gone is known from trends. */
function expectCovered(db: Database, before: CountedRun[], left: CountedRun[]): void {
  const kept = new Set(left.map((run) => run.id))
  const rows = db
    .prepare<[], { stream: number; kind: string; fromUs: number; toUs: number }>(
      'SELECT stream_id AS stream, kind, from_us AS fromUs, to_us AS toUs FROM coverage',
    )
    .all()
  for (const run of before) {
    if (kept.has(run.id) || run.startedUs > BEGIN_US + YEAR_US / 2) continue
    const runs = rows.find((row) => row.stream === run.stream && row.kind === 'runs')
    const trends = rows.find((row) => row.stream === run.stream && row.kind === 'trends')
    expect(runs?.fromUs).toBeGreaterThan(run.startedUs)
    expect(trends?.toUs).toBeGreaterThanOrEqual(run.startedUs)
    expect(trends?.fromUs).toBeLessThanOrEqual(run.startedUs)
  }
}

/** Gives a time for a place; the clock that was ahead is left out. */
function placesOf(db: Database): (place: number) => number {
  const half = BEGIN_US + YEAR_US / 2
  const first = numberOf(db, `SELECT min(started_us) FROM runs WHERE started_us < ${half}`) || BEGIN_US
  const last = numberOf(db, `SELECT max(started_us) FROM runs WHERE started_us < ${half}`) || BEGIN_US
  return (place) => Math.round(first + (last - first) * place)
}

/** Two lines for every third failure. */
function logSome(db: Database): void {
  db.exec(`INSERT INTO run_logs (run_id, at_us, level, logger, message)
    SELECT run_id, 0, 'INFO', 'app', 'line ' || n.value FROM failures, json_each('[1, 2]') n WHERE run_id % 3 = 0`)
}

function appendMore({ reopen }: ReturnType<typeof writeBatches>): void {
  for (const epoch of [1, 2, 3]) {
    const appender = reopen(epoch)
    appender.update(
      madeParents(
        [1, 2, 3].map((id) => madeTarget(id)),
        [madeSession(1)],
      ),
    )
    const run = (nth: number) =>
      madeRun(9_000_000 + nth, { foreignTargetId: 1 + (nth % 3), startedUs: BEGIN_US + nth, status: nth % 5 })
    appender.append(batchOf(Array.from({ length: 20 }, (_, index) => run(index))))
  }
}

function frameworkOf(db: Database, runs: CountedRun[]): number {
  const streams = db.prepare<[], number>("SELECT id FROM streams WHERE tier = 'framework'").pluck().all()
  return runs.filter((run) => streams.includes(run.stream)).length
}

function byNumber(a: number, b: number): number {
  return a - b
}
