import * as v from 'valibot'
import type { AlertRule, AlertSettings } from './alert-settings'
import type { AlertNotification, DeliveryFailure, SourceTrouble } from './alert-notification'
import type { Problem } from './result'

/** Until when an incident is not notified any more: a moment (microseconds since 1970), or until it recovers. */
export const snoozeSchema = v.variant('kind', [
  v.strictObject({ kind: v.literal('until'), us: v.pipe(v.number(), v.safeInteger(), v.minValue(0)) }),
  v.strictObject({ kind: v.literal('recovery') }),
])
export type Snooze = v.InferOutput<typeof snoozeSchema>

/**
 * How an incident ended: `recovered` by success or quiet, `usual` = it still fails, but no more than is usual, `stale` =
 * nothing of it ran for 24 hours, `muted` = somebody muted all of it.
 */
export type IncidentEnding = 'recovered' | 'usual' | 'stale' | 'muted'

/** A handler or job with failures in an incident. */
export interface IncidentTarget {
  targetId: number
  appKey: string
  name: string
  failures: number
}

/** Failures of one cause, as far as can be told. Times in microseconds since 1970, by the clock of Hassette. */
export interface Incident {
  /** Unique in the archive. */
  id: number
  sourceId: number
  rule: AlertRule
  /** Null while it is open. */
  ending: IncidentEnding | null
  /** Finish of its first failure; for `blind` since when nothing is seen. */
  firstUs: number
  openedUs: number
  /** Finish of its newest failure. */
  lastUs: number
  clearedUs: number | null
  failures: number
  /** Most failures within 5 minutes. */
  peak: number
  /** Dependency failures an hour that were usual when it opened; null for the rules that do not ask. */
  usualPerHour: number | null
  /** Most failures first; at most 200. */
  targets: IncidentTarget[]
  /** Error groups of its failures, in the order of appearance; at most 50. */
  groupIds: number[]
  /** What else failed meanwhile at least five times without being an incident itself. */
  also: IncidentTarget[]
  /** Archive ids; null for rules without runs. */
  firstRunId: number | null
  lastRunId: number | null
  /** How often it came back within its time and went on. */
  reopened: number
  snooze: Snooze | null
  /** Its failures were more than 10 minutes old when they were read, or read with the source's first import. */
  late: boolean
}

/** An error group of an incident's failures. */
export interface IncidentGroup {
  groupId: number
  title: string
  errorType: string | null
  /** Handlers and jobs that it happens in, `app.name`; at most 3. */
  where: string[]
  /** Failures ever counted in it, also of runs that are gone. */
  failures: number
  muted: boolean
}

/** An incident with what belongs to it. */
export interface IncidentDetail {
  incident: Incident
  /** In the order of the incident's `groupIds`. */
  groups: IncidentGroup[]
  /** Of its handlers and jobs, those that are muted. */
  mutedTargets: number[]
  /** Newest first. */
  notifications: AlertNotification[]
}

/** What can be muted: an error group, a handler or a job. */
export const MUTE_KINDS = ['group', 'target'] as const

/** Something that somebody muted: its failures open no incident. */
export type Muted = { sourceId: number; title: string } & (
  { kind: 'group'; groupId: number } | { kind: 'target'; targetId: number }
)

/** Nothing is seen of a source. */
export interface BlindSource {
  sourceId: number
  name: string
  sinceUs: number
  /** Why, as it was said when it was lost. */
  problem: SourceTrouble
}

/** What the alerts are doing now. Times in microseconds since 1970, by our clock. */
export interface AlertsStatus {
  /** Open incidents of all sources, those that are snoozed included; the newest first. */
  open: Incident[]
  blind: BlindSource[]
  /** Sources with less than a day of history: what is usual there is not known yet, so it takes more to open an incident. */
  learning: number[]
  /** Live sources that are being read for the first time: what fails in them meanwhile is history, and told to nobody. */
  unread: number[]
  muted: Muted[]
  /** When notifications come again; `resumed` = when somebody says so; null = they are not paused. */
  paused: number | 'resumed' | null
  /** The settings in force. */
  settings: AlertSettings
  /** Set when the newest notification could not be shown: when that was, and why. */
  undelivered: ({ atUs: number } & DeliveryFailure) | null
  /** Set while failures are not judged, since the archive cannot be looked at. */
  problem: Problem | null
}

/** How often alerts would have come in the last seven days with other settings. */
export interface AlertReplay {
  /** Incidents of dependency failures that would have opened. */
  incidents: number
  /** Days of history that were looked at, rounded: at most 7, at least 1; 0 = there is no run. */
  days: number
}
