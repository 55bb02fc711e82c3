import { DAY_US, HOUR_US, SECOND_US } from '@shared/time'
import type { AlertSettings } from '@shared/alert-settings'
import { isSourceRule } from '@shared/alert-settings'
import { countFailures } from './baseline'
import { extendSeen } from './coverage'
import { askLateRate, askRate, askStreaks, inGrace, takeAsk, usualCount } from './detector'
import type { SourceAlertState } from './engine-state'
import type { FinishedRun, SourceEvent } from './events'
import type { Happening } from './incidents'
import { clear, clearUntil, incidentOf, incidentOfGroup, takeSignal } from './incidents'
import type { IncidentRecord, Signal, TargetName } from './incident-record'
import { addFailures, addMember, countOther, memberOf } from './incident-record'
import { addRecent } from './recent-failures'
import type { TargetHistory } from './streaks'
import { countRun, createTargetHistory, fail, succeed } from './streaks'
import { BASELINE_US, LATE_US } from './time'
import type { Tuning } from './tuning'

/** What the events of a source need to know. */
export interface EventSurroundings {
  nowUs: number
  settings: AlertSettings
  nextId: () => number
  tuning: Tuning
}

/** Failures of an incident are no news any more so long after it opened. */
const LEARNT_AFTER_US = 6 * HOUR_US
const MOST_TARGETS = 5000

/** Takes one event of a source; events come in the order of their times. */
export function takeEvent(source: SourceAlertState, event: SourceEvent, around: EventSurroundings): Happening[] {
  switch (event.kind) {
    case 'run':
      return takeRun(source, event, around)
    case 'sessionStarted':
      return startSession(source, event.atUs, around)
    case 'sessionEnded':
      source.sessionRunning = false
      extend(source, event.atUs)
      return []
    case 'covered':
      extendSeen(source.coverage, event.fromUs, event.toUs)
      return []
    case 'importing':
      source.importing = event.now
      return []
    case 'missed':
      return takeMissed(source, event, around)
    default:
      return []
  }
}

/** Lets time pass up to this moment, while a session runs and is seen: quiet incidents close. */
export function passTime(source: SourceAlertState, atUs: number, around: EventSurroundings): Happening[] {
  if (atUs <= source.watermarkUs) return []
  const happenings: Happening[] = []
  const { unaskedUs } = source
  if (unaskedUs !== null && atUs >= source.askedUs + SECOND_US) happenings.push(...ask(source, unaskedUs, around))
  if (Math.floor(atUs / DAY_US) !== Math.floor(source.watermarkUs / DAY_US)) dropForgotten(source, atUs)
  source.watermarkUs = atUs
  if (source.sessionRunning) happenings.push(...clearUntil(source, atUs, around.tuning))
  return happenings
}

/** Time that has passed is covered too, though nothing ran. */
export function extend(source: SourceAlertState, toUs: number): void {
  const { sessionStartedUs } = source
  if (sessionStartedUs !== null && toUs > sessionStartedUs) extendSeen(source.coverage, sessionStartedUs, toUs)
}

function startSession(source: SourceAlertState, atUs: number, around: EventSurroundings): Happening[] {
  if (atUs <= (source.sessionStartedUs ?? -1)) return []
  const happenings = passTime(source, Math.min(atUs, source.coverage.at(-1)?.[1] ?? atUs), around)
  source.sessionStartedUs = atUs
  source.sessionRunning = true
  source.resumedUs = Math.max(source.resumedUs, atUs)
  extendSeen(source.coverage, atUs, atUs)
  return happenings
}

function takeRun(source: SourceAlertState, run: FinishedRun, around: EventSurroundings): Happening[] {
  const target = historyOf(source, run)
  const failed = run.status === 'failed' || run.status === 'timed_out'
  const dependency = failed && run.dependencyFailure
  if (run.endUs < source.watermarkUs - LATE_US) {
    if (failed || run.status === 'ok') countRun(target, run.endUs, dependency)
    if (!dependency || isMuted(source, run)) return []
    countFailures(source.baseline, run.endUs, 1)
    return run.watched === true && !source.importing ? takeLate(source, run, around) : []
  }
  const happenings = passTime(source, run.endUs, around)
  extend(source, run.endUs)
  if (run.status === 'cancelled') return happenings
  recover(source, run, failed)
  if (run.status === 'skipped') return happenings
  if (failed) {
    target.cause = run.cause
    happenings.push(...takeFailure(source, run, target, around))
  } else {
    succeed(target, run.endUs)
  }
  countRun(target, run.endUs, dependency)
  return happenings
}

/** A failure that was written late, though we watched: it is judged beside what goes on, by its own time. */
function takeLate(
  source: SourceAlertState,
  { targetId, endUs: atUs, groupId, runId, appKey, targetName: name, cause }: FinishedRun,
  around: EventSurroundings,
): Happening[] {
  if (inGrace(source, atUs)) return []
  const failures = { atUs, runId, targetId, groupId, n: 1 }
  const own = incidentOf(source, 'rate', targetId) ?? incidentOfGroup(source, groupId)
  if (own && atUs > own.beganUs - LATE_US) {
    if (!memberOf(own, targetId)) addMember(own, { targetId, appKey, name }, false)
    addFailures(own, failures)
    return []
  }
  addRecent(source.late, failures)
  const target = source.targets[targetId]
  if (target) target.cause ??= cause
  const signal = takeAsk(source, atUs) ? askLateRate(source, atUs, around.settings.sensitivity) : null
  if (!signal) return []
  source.late = []
  const happening = takeSignal(source, signal, { ...around, late: true })
  if (happening) happening.record.writtenLate = true
  return happening ? [happening] : []
}

function takeFailure(
  source: SourceAlertState,
  run: FinishedRun,
  target: TargetHistory,
  around: EventSurroundings,
): Happening[] {
  const { targetId, endUs: atUs, dependencyFailure, groupId, runId } = run
  if (isMuted(source, run) || inGrace(source, atUs)) return []
  fail(target, run, around.tuning.longestStreak)
  const failures = { atUs, runId, targetId, groupId, n: 1 }
  const named = { targetId, appKey: run.appKey, name: run.targetName }
  const other = incidentOf(source, 'failures', targetId)
  if (other) addFailures(other, failures)
  if (dependencyFailure) {
    const own = incidentOf(source, 'rate', targetId) ?? incidentOfGroup(source, groupId)
    if (own) {
      if (!memberOf(own, targetId)) addMember(own, named, false)
      addFailures(own, failures)
      learnFrom(source, own, atUs, around.tuning)
      return []
    }
    addRecent(source.recent, failures)
    countFailures(source.baseline, atUs, 1)
    noteOther(source, named)
  }
  const streak = askStreaks(source, targetId, atUs, around.settings.sensitivity)
  // A handler that has dependency failures already needs no second incident for what else fails in between.
  const isKnown = (other ?? incidentOf(source, 'rate', targetId)) !== undefined && streak?.rule === 'failures'
  if (streak && !isKnown) return take(source, streak, around, run.watched)
  if (!dependencyFailure) return []
  if (takeAsk(source, atUs)) return ask(source, atUs, around, run.watched)
  source.unaskedUs = Math.max(source.unaskedUs ?? 0, atUs)
  return []
}

/** What goes on for hours becomes usual, little by little: else an incident that nobody minds would never end. */
function learnFrom(source: SourceAlertState, record: IncidentRecord, atUs: number, { unlearnsRates }: Tuning): void {
  if (record.rule !== 'rate') return
  if (!unlearnsRates || atUs > record.openedUs + LEARNT_AFTER_US) countFailures(source.baseline, atUs, 1)
  if (atUs < record.usualUs + HOUR_US) return
  record.usualInQuiet = usualCount(source, atUs)
  record.usualUs = atUs
}

/** Asks the rate rule. */
function ask(source: SourceAlertState, atUs: number, around: EventSurroundings, watched = false): Happening[] {
  source.unaskedUs = null
  const signal = askRate(source, atUs, around.settings.sensitivity)
  return signal ? take(source, signal, around, watched) : []
}

function take(source: SourceAlertState, signal: Signal, around: EventSurroundings, watched = false): Happening[] {
  const late = source.importing || around.nowUs - source.behindUs - signal.atUs > LATE_US
  const happening = takeSignal(source, signal, { ...around, late })
  if (happening) happening.record.writtenLate = late && watched
  return happening ? [happening] : []
}

/** A handler that runs well again; a job that missed its time and runs at all. */
function recover(source: SourceAlertState, { targetId, endUs }: FinishedRun, failed: boolean): void {
  for (const record of source.open) {
    if (failed && record.rule !== 'missed') continue
    const member = memberOf(record, targetId)
    if (member && endUs >= member.lastUs) member.recoveredUs = endUs
  }
}

function takeMissed(
  source: SourceAlertState,
  { targetId, appKey, targetName, dueUs }: Extract<SourceEvent, { kind: 'missed' }>,
  around: EventSurroundings,
): Happening[] {
  if (source.mutedTargets.includes(targetId)) return []
  const failures = [{ atUs: dueUs, runId: null, targetId, groupId: null, n: 1 }]
  const known = incidentOf(source, 'missed', targetId)
  if (known) {
    for (const missed of failures) addFailures(known, missed)
    return []
  }
  const targets = [{ targetId, appKey, name: targetName }]
  const nothing = { windowUs: null, usualPerHour: null, usualInQuiet: 0, reason: null }
  return take(source, { rule: 'missed', atUs: dueUs, targets, failures, ...nothing }, around)
}

/** Other failures while an incident is open are worth a line in it. */
function noteOther({ open }: SourceAlertState, named: TargetName): void {
  const newest = open.findLast(({ rule }: IncidentRecord) => rule === 'rate' || rule === 'streak')
  if (newest) countOther(newest, named)
}

/** Closes incidents of which everything is muted. */
export function clearMuted(source: SourceAlertState, atUs: number): Happening[] {
  const mutedAll = ({ rule, members, groupIds }: IncidentRecord) =>
    !isSourceRule(rule) &&
    (members.every(({ targetId }) => source.mutedTargets.includes(targetId)) ||
      (groupIds.length > 0 && groupIds.every((groupId) => source.mutedGroups.includes(groupId))))
  return source.open.filter(mutedAll).map((record) => clear(source, record, atUs, 'muted'))
}

function isMuted({ mutedTargets, mutedGroups }: SourceAlertState, { targetId, groupId }: FinishedRun): boolean {
  return mutedTargets.includes(targetId) || (groupId !== null && mutedGroups.includes(groupId))
}

function historyOf(source: SourceAlertState, { targetId, appKey, targetName }: FinishedRun): TargetHistory {
  const known = source.targets[targetId]
  if (known) return known
  const made = createTargetHistory(appKey, targetName)
  source.targets[targetId] = made
  return made
}

/** Handlers that have not run for so long that they say nothing any more. */
function dropForgotten(source: SourceAlertState, atUs: number): void {
  const targets = Object.entries(source.targets)
  targets.sort(([, a], [, b]) => b.seenUs - a.seenUs)
  for (const [index, [id, { seenUs }]] of targets.entries()) {
    if (index >= MOST_TARGETS || seenUs < atUs - BASELINE_US - DAY_US) Reflect.deleteProperty(source.targets, id)
  }
}
