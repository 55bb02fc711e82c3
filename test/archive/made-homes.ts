import type { Appender } from '@archive/ingest'
import { createAppender } from '@archive/ingest'
import { RUN_STATUSES } from '@shared/run'
import type { RunStatus, Tier } from '@shared/run'
import * as fc from 'fast-check'
import { batchOf, BEGIN_US, createSynthetic, madeParents, madeRun, madeSession, madeTarget } from '../support/synthetic'
import type { SyntheticArchive } from '../support/synthetic'
import { purge } from './purge'

/** A run as it was given to the archive, kept aside. */
export interface GivenRun {
  targetId: number
  tier: Tier
  /** Number of its session, 1–3; null without one. */
  session: number | null
  startedUs: number
  durationUs: number
  status: RunStatus
  di: boolean
}

/** A home that was watched for some days, with everything that happens to an archive. */
export interface Home {
  archive: SyntheticArchive
  given: GivenRun[]
  /** Where minutes and hours were cut off last; −Infinity = never. Runs were deleted before `runsUs`. */
  cut: { runsUs: number; minutesUs: number; hoursUs: number }
}

export type Deed =
  | { kind: 'append'; epoch: number; runs: MadeRun[] }
  | { kind: 'flush' }
  /** The process ends without having written its trends. */
  | { kind: 'crash' }
  /** Shares of the time so far before which runs, minutes, hours go; `counts`: what comes late is counted only. */
  | { kind: 'purge'; runs: number; minutes: number; hours: number; counts: boolean }

interface MadeRun {
  target: number
  stepUs: number
  durationUs: number
  status: number
  di: boolean
  session: number | null
}

const MINUTE_US = 60_000_000
const HOUR_US = 60 * MINUTE_US
const DAY_US = 24 * HOUR_US

/** Winter, and the days around both changes of the clock in Europe and America. */
const BEGINNINGS = [BEGIN_US, Date.UTC(2026, 2, 27, 5) * 1000, Date.UTC(2026, 9, 23, 19) * 1000]

const madeRuns = fc.array(
  fc.record({
    target: fc.integer({ min: 1, max: 5 }),
    stepUs: fc.oneof(
      { weight: 6, arbitrary: fc.integer({ min: 0, max: 20 * MINUTE_US }) },
      { weight: 4, arbitrary: fc.integer({ min: 0, max: 5 * HOUR_US }) },
      { weight: 1, arbitrary: fc.integer({ min: 0, max: 2 * DAY_US }) },
      { weight: 1, arbitrary: fc.integer({ min: -9 * HOUR_US, max: 0 }) },
      { weight: 1, arbitrary: fc.constantFrom(0, MINUTE_US, HOUR_US, DAY_US) },
    ),
    durationUs: fc.oneof(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 0, max: 20 * MINUTE_US })),
    status: fc.constantFrom(0, 0, 0, 1, 1, 2, 3, 4),
    di: fc.boolean(),
    session: fc.constantFrom(1, 2, 3, null),
  }),
  { minLength: 1, maxLength: 60 },
)

const append = fc.record({
  kind: fc.constant('append' as const),
  epoch: fc.integer({ min: 0, max: 1 }),
  runs: madeRuns,
})
const share = fc.double({ min: 0, max: 1, noNaN: true })

/** What happens to an archive, without deletions. */
export const wholeDeeds: fc.Arbitrary<Deed[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: append },
    { weight: 1, arbitrary: fc.constant<Deed>({ kind: 'flush' }) },
    { weight: 1, arbitrary: fc.constant<Deed>({ kind: 'crash' }) },
  ),
  { minLength: 1, maxLength: 8, size: 'max' },
)

/** The same with the retention at work. */
export const purgedDeeds: fc.Arbitrary<Deed[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: append },
    { weight: 1, arbitrary: fc.constant<Deed>({ kind: 'flush' }) },
    { weight: 1, arbitrary: fc.constant<Deed>({ kind: 'crash' }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('purge' as const),
        runs: share,
        minutes: share,
        hours: share,
        counts: fc.boolean(),
      }),
    },
  ),
  { minLength: 2, maxLength: 9, size: 'max' },
)

export const beginnings = fc.constantFrom(...BEGINNINGS)

const TARGETS = [
  madeTarget(1),
  madeTarget(2),
  madeTarget(3, { kind: 'job', topic: null }),
  madeTarget(4, { tier: 'framework' }),
  madeTarget(5, { kind: 'job', topic: null, tier: 'framework' }),
]
const IS_JOB = [3, 5]
const IS_FRAMEWORK = [4, 5]

/** Does it all through the real appender. */
export function liveIn(path: string, beginUs: number, deeds: Deed[]): Home {
  const given: GivenRun[] = []
  const newestUs = (): number => Math.max(beginUs, ...given.map((run) => run.startedUs))
  const archive = createSynthetic(path, newestUs)
  const { db, memory, sourceId } = archive
  const sessions = [1, 2, 3].map((id) => madeSession(id, { startedUs: beginUs + id * DAY_US }))
  const cut = { runsUs: -Infinity, minutesUs: -Infinity, hoursUs: -Infinity }
  let keepsFromUs: number | null = null
  const epochIds = [archive.epoch().id, archive.epoch().id]
  const openAll = (): Appender[] =>
    epochIds.map((epochId) => {
      const options = { sourceId, epochId, role: 'live' as const, nowUs: newestUs, keepsFrom: () => keepsFromUs }
      const appender = createAppender(db, memory, options)
      appender.update(madeParents(TARGETS, sessions))
      return appender
    })
  let appenders = openAll()
  const clocks = [beginUs, beginUs + 7 * HOUR_US]
  let foreignId = 0
  for (const deed of deeds) {
    if (deed.kind === 'flush') db.transaction(() => memory.trends.flush()).immediate()
    if (deed.kind === 'crash') {
      memory.forget()
      appenders = openAll()
    }
    if (deed.kind === 'append') {
      const runs = deed.runs.map((run) => {
        clocks[deed.epoch]! += run.stepUs
        const startedUs = clocks[deed.epoch]!
        const tier: Tier = IS_FRAMEWORK.includes(run.target) ? 'framework' : 'app'
        const { durationUs, session, status } = run
        const di = run.di && status === 1
        given.push({ targetId: run.target, tier, session, startedUs, durationUs, status: RUN_STATUSES[status]!, di })
        return madeRun(++foreignId, {
          kind: IS_JOB.includes(run.target) ? 'job' : 'handler',
          foreignTargetId: run.target,
          foreignSessionId: session,
          tier,
          startedUs,
          durationUs,
          status,
          dependencyFailure: di,
        })
      })
      appenders[deed.epoch]!.append(batchOf(runs))
    }
    if (deed.kind === 'purge' && given.length > 0) {
      const first = Math.min(...given.map((run) => run.startedUs))
      const length = newestUs() - first
      const at = (part: number, before: number) => Math.max(before, first + Math.floor(part * length))
      cut.runsUs = at(deed.runs, cut.runsUs)
      cut.minutesUs = at(deed.minutes, cut.minutesUs)
      cut.hoursUs = at(deed.hours, cut.hoursUs)
      purge(archive, cut)
      keepsFromUs = deed.counts ? cut.runsUs : null
      appenders = openAll()
    }
  }
  // Minutes are cut off by time as well.
  const minutes = db.prepare<[], number>(`SELECT v FROM meta WHERE k = 'trends.minute.from'`).pluck().get()
  cut.minutesUs = Math.max(cut.minutesUs, (minutes ?? -Infinity) * 1e6)
  return { archive, given, cut }
}
