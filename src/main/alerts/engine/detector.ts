import type { IncidentReason } from '@shared/alert-notification'
import type { GroupCause } from '@shared/error-group'
import { DAY_US, SECOND_US } from '@shared/time'
import type { Sensitivity } from '@shared/alert-settings'
import { expectedAt } from './baseline'
import { coveredUs } from './coverage'
import type { SourceAlertState } from './engine-state'
import type { Signal, TargetName } from './incident-record'
import { QUIET_US } from './incident-record'
import { tailProbability } from './negative-binomial'
import type { Failures, RecentFailures } from './recent-failures'
import { countRecent, within } from './recent-failures'
import { rateRule, streakOffset } from './sensitivity'
import { FAILURES_IN_A_ROW } from './streaks'
import { BASELINE_US, GRACE_US } from './time'

/** Less than this share of a window's failures is what is usual there, and no part of the incident. */
const LEAST_SHARE = 0.1
/** A number of failures in a quarter of an hour is usual while chance brings as many with this probability or more. */
const USUAL_CHANCE = 0.25
/** Who fails more often within a second of Hassette's time is not asked about each time. */
const ASKS_A_SECOND = 10
/** The shortest time that tells what is usual. */
const LEARNT_US = DAY_US

/** Whether too little of a source is known yet to be more sensitive than Low. */
export function isLearning({ coverage }: SourceAlertState, atUs: number): boolean {
  return coveredUs(coverage, atUs - BASELINE_US, atUs) < LEARNT_US
}

/** Whether a moment is within the first minute of a session. */
export function inGrace({ sessionStartedUs }: SourceAlertState, atUs: number): boolean {
  return sessionStartedUs !== null && atUs >= sessionStartedUs && atUs < sessionStartedUs + GRACE_US
}

/**
 * Asks the streak rules after a failure of this handler or job: its last runs all were dependency failures and it has
 * succeeded before, or five runs failed in any way and not all of them by a dependency.
 */
export function askStreaks(
  source: SourceAlertState,
  targetId: number,
  atUs: number,
  sensitivity: Sensitivity,
): Signal | null {
  const target = source.targets[targetId]
  if (!target || target.succeededUs === 0) return null
  const { dependency, any, appKey, name, cause } = target
  const isDependency = dependency.n > 0 && dependency.n >= dependency.needed + streakOffset(sensitivity)
  if (!isDependency && (any.n < FAILURES_IN_A_ROW || any.other === 0)) return null
  const streak = isDependency ? dependency : any
  const rule = isDependency ? 'streak' : 'failures'
  const failures = isDependency ? failuresOf(source, targetId, streak.firstUs, atUs) : []
  const known = failures.reduce((sum, { n }) => sum + n, 0)
  if (known < streak.n) {
    // The windows no longer know the first ones of a rare handler, and never those that are no dependency failures.
    const { firstUs, firstRunId: runId } = streak
    failures.unshift({ atUs: firstUs, runId, targetId, n: streak.n - known, groupId: null })
  }
  return {
    rule,
    atUs,
    targets: [{ targetId, appKey, name }],
    failures,
    windowUs: null,
    usualPerHour: isDependency ? expectedAt(source.baseline, source.coverage, atUs, QUIET_US).perHour : null,
    usualInQuiet: 0,
    reason: reasonOf(cause),
  }
}

/**
 * Asks the rate rule whether any window that ends now holds more failures than chance explains. Its windows begin after
 * the last clearing and after the first minute of the session.
 */
export function askRate(source: SourceAlertState, atUs: number, sensitivity: Sensitivity): Signal | null {
  const resetUs = Math.max(source.clearedUs, (source.sessionStartedUs ?? -GRACE_US) + GRACE_US)
  return askWindows(source, source.recent, { atUs, resetUs }, sensitivity)
}

/** The same of failures that were written late: what was cleared since does not matter to them. */
export function askLateRate(source: SourceAlertState, atUs: number, sensitivity: Sensitivity): Signal | null {
  return askWindows(source, source.late, { atUs, resetUs: -Infinity }, sensitivity)
}

function askWindows(
  source: SourceAlertState,
  recent: RecentFailures,
  { atUs, resetUs }: { atUs: number; resetUs: number },
  sensitivity: Sensitivity,
): Signal | null {
  const { baseline, coverage } = source
  const { windows, chance } = rateRule(sensitivity, isLearning(source, atUs))
  for (const { us, least } of windows) {
    const fromUs = Math.max(atUs - us, resetUs)
    const count = countRecent(recent, fromUs, atUs)
    if (count < least) continue
    const { mean, variance, perHour } = expectedAt(baseline, coverage, atUs, us)
    if (chance < 1 && tailProbability(count, mean, variance) >= chance / windows.length) continue
    const { targets, failures } = partsOf(source, [...within(recent, fromUs, atUs)].reverse())
    const usualInQuiet = usualCount(source, atUs)
    const reason = reasonOf(source.targets[targets[0]?.targetId ?? 0]?.cause ?? null)
    return { rule: 'rate', atUs, targets, failures, windowUs: us, usualPerHour: perHour, usualInQuiet, reason }
  }
  return null
}

function reasonOf(cause: GroupCause | null): IncidentReason | null {
  return cause && { kind: 'failure', cause }
}

/** Takes one of the times that the rate rule may be asked within a second; false when there is none left. */
export function takeAsk(source: SourceAlertState, atUs: number): boolean {
  if (Math.abs(atUs - source.askedUs) >= SECOND_US) Object.assign(source, { askedUs: atUs, asks: 0 })
  return ++source.asks <= ASKS_A_SECOND
}

/** Those whose failures are more than a few of the window's, and these failures. */
function partsOf(source: SourceAlertState, inWindow: Failures[]): { targets: TargetName[]; failures: Failures[] } {
  const counts = new Map<number, number>()
  let all = 0
  for (const { targetId, n } of inWindow) {
    counts.set(targetId, (counts.get(targetId) ?? 0) + n)
    all += n
  }
  const most = Math.max(...counts.values())
  const least = Math.min(most, all * LEAST_SHARE)
  const targets = [...counts].flatMap(([targetId, n]) => {
    const target = source.targets[targetId]
    return n >= least && target ? [{ targetId, appKey: target.appKey, name: target.name }] : []
  })
  const named = new Set(targets.map(({ targetId }) => targetId))
  return { targets, failures: inWindow.filter(({ targetId }) => named.has(targetId)).map((each) => ({ ...each })) }
}

function failuresOf({ recent }: SourceAlertState, targetId: number, fromUs: number, toUs: number): Failures[] {
  return [...within(recent, fromUs - 1, toUs)]
    .filter((failures) => failures.targetId === targetId)
    .reverse()
    .map((each) => ({ ...each }))
}

/** The most failures of a quarter of an hour that are still usual. */
export function usualCount({ baseline, coverage }: SourceAlertState, atUs: number): number {
  const { mean, variance } = expectedAt(baseline, coverage, atUs, QUIET_US)
  let count = 0
  while (tailProbability(count + 1, mean, variance) >= USUAL_CHANCE) count++
  return count
}
