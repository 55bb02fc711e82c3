import { DAY_US, HOUR_US, MINUTE_US, SECOND_US } from '@shared/time'
import type { IncidentEnding } from '@shared/alert'
import type { AlertRule } from '@shared/alert-settings'
import { isSourceRule } from '@shared/alert-settings'
import { countFailures } from './baseline'
import type { SourceAlertState } from './engine-state'
import type { IncidentRecord, Signal } from './incident-record'
import { openIncident, QUIET_US, takeUp } from './incident-record'
import { takeRecentOf } from './recent-failures'
import { breakStreaks } from './streaks'
import type { Tuning } from './tuning'

/** What happened to an incident. */
export interface Happening {
  kind: 'opened' | 'reopened' | 'cleared'
  source: SourceAlertState
  record: IncidentRecord
}

/** How a new incident is opened: whether it is news, and what gives its number. */
export interface Opening {
  late: boolean
  nextId: () => number
  tuning: Tuning
}

/** A signal that begins so soon after an open incident belongs to it. */
const JOIN_US = 15 * MINUTE_US
/** What comes back so soon is the same incident: half an hour, or as long as it lasted up to six hours. */
const REOPEN_US = 30 * MINUTE_US
const REOPEN_MOST_US = 6 * HOUR_US
/** Seldom failures are waited for at most so long. */
const QUIET_MOST_US = 3 * HOUR_US
/** A success of what fails many times a second is no recovery yet. */
const SUCCESS_HOLDS_US = 10 * SECOND_US
/** What does not run for so long is not waited for. */
export const STALE_US = DAY_US
/** A job that runs seldom is missed for longer. */
const MISSED_STALE_US = 7 * DAY_US
/** Failures so long before the opening are taken out of the baseline; what gathered more slowly is learnt. */
const UNLEARN_US = 30 * MINUTE_US
const MOST_OPEN = 50
const MOST_CLOSED = 20

/** Rules whose incidents may be one: dependency failures by rate or streak, each other rule by itself. */
function family(rule: AlertRule): AlertRule {
  return rule === 'streak' ? 'rate' : rule
}

/** The open incident of the rule's family that holds this handler or job. */
export function incidentOf({ open }: SourceAlertState, rule: AlertRule, targetId: number): IncidentRecord | undefined {
  return open.find(
    (record) => family(record.rule) === family(rule) && record.members.some((member) => member.targetId === targetId),
  )
}

/** The open incident of dependency failures that holds this group: another instance of an app, for the same cause. */
export function incidentOfGroup({ open }: SourceAlertState, groupId: number | null): IncidentRecord | undefined {
  if (groupId === null) return undefined
  return open.find((record) => family(record.rule) === 'rate' && record.groupIds.includes(groupId))
}

/**
 * Makes a signal part of an open incident, takes up one that has just closed, or opens one (`how`).
 * Its failures leave the windows and the baseline.
 */
export function takeSignal(source: SourceAlertState, signal: Signal, how: Opening): Happening | null {
  if (family(signal.rule) === 'rate') {
    const unlearn = how.tuning.unlearnsRates || signal.rule === 'streak'
    for (const { targetId } of signal.targets) forget(source, targetId, signal.atUs, unlearn)
  }
  const began = signal.failures[0]?.atUs ?? signal.atUs
  const same = source.open.filter((record) => family(record.rule) === family(signal.rule))
  const joined =
    same.findLast((record) => Math.abs(began - record.beganUs) <= JOIN_US) ??
    (source.open.length >= MOST_OPEN ? same.at(-1) : undefined)
  if (joined) {
    takeUp(joined, signal)
    return null
  }
  const again = source.closed.findLast((record) => mayReopen(record, signal))
  if (again) return reopen(source, again, signal)
  const record = openIncident(how.nextId(), source.id, signal, how.late)
  source.open.push(record)
  return { kind: 'opened', source, record }
}

/** Takes failures of a member out of what the windows count, and out of the baseline if it is to be unlearnt. */
export function forget({ recent, baseline }: SourceAlertState, targetId: number, atUs: number, unlearn: boolean): void {
  for (const failures of takeRecentOf(recent, targetId)) {
    if (unlearn && failures.atUs > atUs - UNLEARN_US) countFailures(baseline, failures.atUs, -failures.n)
  }
}

/** Clears what is over at this moment (by the clock of Hassette), earliest first. */
export function clearUntil(source: SourceAlertState, atUs: number, { quietGaps }: Tuning): Happening[] {
  const due = source.open.flatMap((record) => {
    const end = endOf(source, record, quietGaps)
    return end && end.us <= atUs ? [{ record, ...end }] : []
  })
  due.sort((a, b) => a.us - b.us || a.record.id - b.record.id)
  return due.map(({ record, us, ending }) => clear(source, record, us, ending))
}

/** Closes an incident. */
export function clear(
  source: SourceAlertState,
  record: IncidentRecord,
  atUs: number,
  ending: IncidentEnding,
): Happening {
  record.ending = ending
  record.clearedUs = atUs
  record.recoveryDueUs = recoveryDue(record)
  if (record.snooze?.kind === 'recovery') record.snooze = null
  for (const { targetId } of record.members) {
    const target = source.targets[targetId]
    if (target && family(record.rule) === 'rate') breakStreaks(target)
  }
  if (family(record.rule) === 'rate') source.clearedUs = Math.max(source.clearedUs, atUs)
  source.open = source.open.filter((open) => open !== record)
  source.closed.push(record)
  while (source.closed.length > MOST_CLOSED) source.closed.shift()
  return { kind: 'cleared', source, record }
}

/** When the end of an incident is worth telling: not before a success has proved itself. */
function recoveryDue({ ending, clearedUs, lastUs }: IncidentRecord): number | null {
  if (ending === 'usual') return clearedUs
  return ending === 'recovered' && clearedUs !== null ? Math.max(clearedUs, lastUs + QUIET_US) : null
}

function mayReopen(record: IncidentRecord, signal: Signal): boolean {
  const { clearedUs, openedUs, ending } = record
  if (clearedUs === null || ending === 'muted' || family(record.rule) !== family(signal.rule)) return false
  const within = Math.max(REOPEN_US, Math.min(REOPEN_MOST_US, clearedUs - openedUs))
  const apart = signal.atUs - clearedUs
  if (apart < 0 || apart >= within) return false
  return signal.targets.some(({ targetId }) => record.members.some((member) => member.targetId === targetId))
}

function reopen(source: SourceAlertState, record: IncidentRecord, signal: Signal): Happening {
  Object.assign(record, {
    ending: null,
    clearedUs: null,
    recoveryDueUs: null,
    beganUs: signal.failures[0]?.atUs ?? signal.atUs,
    earlierPeak: Math.max(record.earlierPeak, record.peak),
    loudUs: signal.atUs,
    reopened: record.reopened + 1,
  })
  takeUp(record, signal)
  source.closed = source.closed.filter((closed) => closed !== record)
  source.open.push(record)
  return { kind: 'reopened', source, record }
}

/** When an incident is over and how, if nothing more happens; null = not by itself. */
function endOf(
  source: SourceAlertState,
  record: IncidentRecord,
  quietGaps: number,
): { us: number; ending: IncidentEnding } | null {
  const { rule, members, lastUs, loudUs, failures, firstUs } = record
  if (isSourceRule(rule)) return null
  const gaps = failures > 1 ? Math.round((quietGaps * (lastUs - firstUs)) / (failures - 1)) : 0
  if (rule === 'rate') {
    const quiet = Math.min(QUIET_MOST_US, Math.max(QUIET_US, gaps))
    const us = Math.max(loudUs, source.resumedUs) + quiet
    return { us, ending: us - lastUs < QUIET_US ? 'usual' : 'recovered' }
  }
  const awaited = members.filter(({ mustSucceed }) => mustSucceed)
  const failing = awaited.filter(({ recoveredUs }) => recoveredUs === null)
  if (failing.length === 0) {
    const success = Math.max(...awaited.map(({ recoveredUs }) => recoveredUs ?? 0))
    const holds = rule === 'missed' ? 0 : Math.min(QUIET_US, Math.max(SUCCESS_HOLDS_US, gaps))
    return { us: Math.max(success, lastUs + holds), ending: 'recovered' }
  }
  const seen = failing.map((member) => Math.max(member.lastUs, source.targets[member.targetId]?.seenUs ?? 0))
  return { us: Math.max(source.resumedUs, ...seen) + (rule === 'missed' ? MISSED_STALE_US : STALE_US), ending: 'stale' }
}
