import { MINUTE_US } from '@shared/time'
import type { Incident, IncidentTarget } from '@shared/alert'
import type { IncidentReason } from '@shared/alert-notification'
import type { AlertRule } from '@shared/alert-settings'
import type { Failures } from './recent-failures'

/** What a rule found. Times in microseconds. */
export interface Signal {
  rule: AlertRule
  atUs: number
  /** Handlers and jobs that it is about. */
  targets: TargetName[]
  /** Their failures, oldest first; at least one. */
  failures: Failures[]
  /** Length of the window that fired; null for the other rules. */
  windowUs: number | null
  /** Failures an hour that are usual, and the most of a quarter of an hour; null and 0 where the rule does not ask. */
  usualPerHour: number | null
  usualInQuiet: number
  /** Why, as far as that is known: what its newest failure says, or what became of the source. */
  reason: IncidentReason | null
}

/** A handler or job, and what it is called. */
export interface TargetName {
  targetId: number
  appKey: string
  name: string
}

/** A handler or job in an incident. */
export interface Member extends TargetName {
  failures: number
  /** Finish of its newest failure. */
  lastUs: number
  /** Finish of the success that is its newest run; null while it fails. */
  recoveredUs: number | null
  /** It came in by a streak, which only a success ends. */
  mustSucceed: boolean
}

/** An incident with what only the engine needs. */
export interface IncidentRecord extends Omit<Incident, 'targets' | 'also'> {
  members: Member[]
  /** Handlers and jobs that fail meanwhile but belong to no incident. */
  others: IncidentTarget[]
  /** Its failures by minute since 1970, of the last quarter of an hour. */
  minutes: [minute: number, n: number][]
  windowUs: number | null
  usualInQuiet: number
  /** When `usualInQuiet` was worked out. */
  usualUs: number
  reason: IncidentReason | null
  /** Its first failure since it came back, or `firstUs`. */
  beganUs: number
  /** Newest moment with more failures than usual within a quarter of an hour. */
  loudUs: number
  /** The highest peak before it came back. */
  earlierPeak: number
  /** Changed since it was last told. */
  changed: boolean
  /** What changed is worth a silent update. */
  newsworthy: boolean
  /** When a notification told it, by our clock; null = none did. */
  shownUs: number | null
  lastNoticeUs: number
  /** By the clock of Hassette: when a recovery has lasted long enough to be told; null = nothing to tell. */
  recoveryDueUs: number | null
  /** Its failures were written long after they happened, while we watched. */
  writtenLate: boolean
  /** Its recovery was told; what comes back after that is not told to have gone again. */
  recoveryTold: boolean
}

/** Quiet for so long is over; also the length of the count that tells loud from usual. */
export const QUIET_US = 15 * MINUTE_US
const PEAK_MINUTES = 5
const MOST_MEMBERS = 200
const MOST_GROUPS = 50
const ALSO_FROM = 5

export function openIncident(id: number, sourceId: number, signal: Signal, late: boolean): IncidentRecord {
  const record: IncidentRecord = {
    id,
    sourceId,
    rule: signal.rule,
    ending: null,
    firstUs: signal.atUs,
    openedUs: signal.atUs,
    lastUs: signal.atUs,
    clearedUs: null,
    failures: 0,
    peak: 0,
    usualPerHour: signal.usualPerHour,
    members: [],
    groupIds: [],
    others: [],
    firstRunId: null,
    lastRunId: null,
    reopened: 0,
    snooze: null,
    late,
    minutes: [],
    windowUs: signal.windowUs,
    usualInQuiet: signal.usualInQuiet,
    usualUs: signal.atUs,
    reason: signal.reason,
    beganUs: signal.failures[0]?.atUs ?? signal.atUs,
    loudUs: signal.atUs,
    earlierPeak: 0,
    changed: true,
    newsworthy: false,
    shownUs: null,
    lastNoticeUs: 0,
    recoveryDueUs: null,
    writtenLate: false,
    recoveryTold: false,
  }
  takeUp(record, signal)
  return record
}

/** Adds what a further signal found. */
export function takeUp(record: IncidentRecord, signal: Signal): void {
  for (const target of signal.targets) addMember(record, target, signal.rule !== 'rate')
  for (const failures of signal.failures) addFailures(record, failures)
}

/** Makes a handler or job a member, unless there are too many. */
export function addMember(record: IncidentRecord, target: TargetName, mustSucceed: boolean): void {
  const known = memberOf(record, target.targetId)
  if (known) known.mustSucceed ||= mustSucceed
  if (known || record.members.length >= MOST_MEMBERS) return
  record.members.push({ ...target, failures: 0, lastUs: 0, recoveredUs: null, mustSucceed })
  record.others = record.others.filter(({ targetId }) => targetId !== target.targetId)
  record.newsworthy ||= record.shownUs !== null
}

export function memberOf(record: IncidentRecord, targetId: number): Member | undefined {
  return record.members.find((member) => member.targetId === targetId)
}

/** Counts failures; those of no member count for the whole. */
export function addFailures(record: IncidentRecord, failures: Failures): void {
  const { atUs, n, runId, groupId, targetId } = failures
  const member = memberOf(record, targetId)
  if (member) {
    member.failures += n
    member.lastUs = Math.max(member.lastUs, atUs)
    if (member.recoveredUs !== null && member.recoveredUs <= atUs) member.recoveredUs = null
  }
  if (record.firstRunId === null || atUs < record.firstUs) record.firstRunId = runId
  if (record.lastRunId === null || atUs >= record.lastUs) record.lastRunId = runId
  record.firstUs = Math.min(record.firstUs, atUs)
  record.lastUs = Math.max(record.lastUs, atUs)
  record.failures += n
  record.changed = true
  addGroup(record, groupId)
  countMinute(record, Math.floor(atUs / MINUTE_US), n)
  record.peak = Math.max(record.peak, inMinutes(record, atUs, PEAK_MINUTES))
  if (inMinutes(record, atUs, QUIET_US / MINUTE_US) > record.usualInQuiet) {
    record.loudUs = Math.max(record.loudUs, atUs)
  }
}

function addGroup(record: IncidentRecord, groupId: number | null): void {
  if (groupId === null || record.groupIds.includes(groupId) || record.groupIds.length >= MOST_GROUPS) return
  record.groupIds.push(groupId)
}

/** Counts a failure of something that belongs to no incident, while this one is open. */
export function countOther(record: IncidentRecord, target: TargetName): void {
  let other = record.others.find(({ targetId }) => targetId === target.targetId)
  if (!other) {
    if (record.others.length >= MOST_GROUPS) return
    other = { ...target, failures: 0 }
    record.others.push(other)
  }
  other.failures++
  if (other.failures !== ALSO_FROM) return
  record.changed = true
  record.newsworthy = true
}

/** As the archive and the window know it. */
export function publicIncident(record: IncidentRecord): Incident {
  const targets = record.members.map(publicTarget)
  targets.sort((a, b) => b.failures - a.failures || a.targetId - b.targetId)
  return {
    id: record.id,
    sourceId: record.sourceId,
    rule: record.rule,
    ending: record.ending,
    firstUs: record.firstUs,
    openedUs: record.openedUs,
    lastUs: record.lastUs,
    clearedUs: record.clearedUs,
    failures: record.failures,
    peak: record.peak,
    usualPerHour: record.usualPerHour,
    targets,
    groupIds: [...record.groupIds],
    also: record.others.filter(({ failures }) => failures >= ALSO_FROM).map(publicTarget),
    firstRunId: record.firstRunId,
    lastRunId: record.lastRunId,
    reopened: record.reopened,
    snooze: record.snooze,
    late: record.late,
  }
}

function publicTarget({ targetId, appKey, name, failures }: IncidentTarget): IncidentTarget {
  return { targetId, appKey, name, failures }
}

function countMinute(record: IncidentRecord, minute: number, n: number): void {
  const same = record.minutes.find(([known]) => known === minute)
  if (same) same[1] += n
  else record.minutes.push([minute, n])
  const oldest = Math.max(...record.minutes.map(([known]) => known)) - QUIET_US / MINUTE_US
  if (!same) record.minutes = record.minutes.filter(([known]) => known > oldest)
}

/** Failures within the last `length` minutes up to this moment, to the minute. */
function inMinutes({ minutes }: IncidentRecord, atUs: number, length: number): number {
  const last = Math.floor(atUs / MINUTE_US)
  return minutes.reduce((sum, [minute, n]) => (minute <= last && minute > last - length ? sum + n : sum), 0)
}
