import { HOUR_US } from '@shared/time'
import type { GroupCause } from '@shared/error-group'
import { BASELINE_US } from './time'

/** Failures in a row of one handler or job. */
export interface Streak {
  n: number
  /** Finish and archive id of the first of them; 0 while there is none. */
  firstUs: number
  firstRunId: number
  /** How many make an incident at Medium; worked out at the first of them. */
  needed: number
}

/** What is kept of each handler and job. */
export interface TargetHistory {
  appKey: string
  name: string
  /** Finish of its newest success and failure; 0 = none yet. */
  succeededUs: number
  failedUs: number
  /** What its newest failure says. */
  cause: GroupCause | null
  /** Finish of its newest run. */
  seenUs: number
  /** Its runs by six hours: number of the six hours since 1970, runs, dependency failures. */
  history: [bucket: number, runs: number, failed: number][]
  /** Dependency failures in a row. */
  dependency: Streak
  /** Failures of any kind in a row; `other` of them are no dependency failures. */
  any: Omit<Streak, 'needed'> & { other: number }
}

const BUCKET_US = 6 * HOUR_US
const BUCKETS = BASELINE_US / BUCKET_US
/** How likely a streak by chance may be. */
const CHANCE = 1e-5
const FEWEST = 3
/** Failures of any kind in a row that are an incident. */
export const FAILURES_IN_A_ROW = 5

export function createTargetHistory(appKey: string, name: string): TargetHistory {
  return {
    appKey,
    name,
    succeededUs: 0,
    failedUs: 0,
    cause: null,
    seenUs: 0,
    history: [],
    dependency: { n: 0, firstUs: 0, firstRunId: 0, needed: 0 },
    any: { n: 0, firstUs: 0, firstRunId: 0, other: 0 },
  }
}

/** Counts a finished run among those of the last seven days. */
export function countRun(target: TargetHistory, endUs: number, dependencyFailure: boolean): void {
  target.seenUs = Math.max(target.seenUs, endUs)
  const bucket = Math.floor(endUs / BUCKET_US)
  const { history } = target
  let at = history.length
  while (at > 0 && (history[at - 1]?.[0] ?? 0) > bucket) at--
  const same = history[at - 1]
  if (same?.[0] === bucket) {
    same[1]++
    if (dependencyFailure) same[2]++
    return
  }
  history.splice(at, 0, [bucket, 1, dependencyFailure ? 1 : 0])
  while (history.length > BUCKETS + 1) history.shift()
}

/** A success ends every streak, unless it was stored after a later failure. */
export function succeed(target: TargetHistory, endUs: number): void {
  target.succeededUs = Math.max(target.succeededUs, endUs)
  if (endUs >= target.failedUs) breakStreaks(target)
}

/** Streaks begin anew: what failed so far does not count. */
export function breakStreaks({ dependency, any }: TargetHistory): void {
  dependency.n = 0
  any.n = 0
  any.other = 0
}

/** Counts a failure in its streaks, before `countRun` counts the run; not one that was stored after a later success. */
export function fail(
  target: TargetHistory,
  run: { endUs: number; runId: number; dependencyFailure: boolean },
  longest: number,
): void {
  const { dependency, any } = target
  const { endUs, runId, dependencyFailure } = run
  target.failedUs = Math.max(target.failedUs, endUs)
  if (endUs < target.succeededUs) return
  if (any.n++ === 0) Object.assign(any, { firstUs: endUs, firstRunId: runId })
  if (!dependencyFailure) {
    any.other++
    dependency.n = 0
    return
  }
  if (dependency.n++ > 0) return
  Object.assign(dependency, { firstUs: endUs, firstRunId: runId, needed: neededStreak(target, endUs, longest) })
}

/**
 * How many failures in a row are no chance for this handler: with r = (0.5 + failed) / (5 + runs) of the seven days
 * before, the fewest k with r^k < 1e-5, but 3 to `longest`. One that always fails a little needs more.
 */
function neededStreak({ history }: TargetHistory, atUs: number, longest: number): number {
  const oldest = Math.floor((atUs - BASELINE_US) / BUCKET_US)
  let runs = 0
  let failed = 0
  for (const [bucket, inBucket, failedInBucket] of history) {
    if (bucket < oldest) continue
    runs += inBucket
    failed += failedInBucket
  }
  const rate = (0.5 + failed) / (5 + runs)
  return Math.min(longest, Math.max(FEWEST, Math.ceil(Math.log(CHANCE) / Math.log(rate))))
}
