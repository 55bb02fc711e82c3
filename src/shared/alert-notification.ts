import type { AlertRule } from './alert-settings'
import type { GroupCause } from './error-group'
import type { ErrorCode } from './result'
import type { HassetteState } from './source'

/** What a notification is about. `update` and `recovered` take the place of the one that told the opening. */
export const NOTIFICATION_KINDS = [
  'opened',
  'update',
  'louder',
  'still',
  'recovered',
  'digest',
  'summary',
  'capped',
  'test',
] as const
export type NotificationKind = (typeof NOTIFICATION_KINDS)[number]

/** Why a notification was not asked for. */
export const WITHHELD_REASONS = ['off', 'snoozed', 'quiet_hours', 'cap', 'paused', 'late'] as const
export type WithheldReason = (typeof WITHHELD_REASONS)[number]

/**
 * Why the system showed none: it knows no notifications, took it not, did not answer, or gave its own words (`system`);
 * `app_ended` = we ended before it was shown.
 */
export const DELIVERY_FAILURES = ['unsupported', 'refused', 'no_answer', 'system', 'app_ended'] as const

/** Why a notification was not shown; `said` = what the system said. */
export type DeliveryFailure =
  { reason: 'system'; said: string } | { reason: Exclude<(typeof DELIVERY_FAILURES)[number], 'system'> }

export const NOTIFICATION_STATES = ['pending', 'sent', 'withheld', 'failed'] as const

/** What became of a notification that was to be shown, or was not to be. */
export type NotificationOutcome =
  { kind: 'sent' } | { kind: 'withheld'; reason: WithheldReason } | ({ kind: 'failed' } & DeliveryFailure)

/** Where a notification stands; `pending` = the system has not answered yet. */
export type NotificationState = { kind: 'pending' } | NotificationOutcome

/** Which apps an incident concerns, in a few words. */
export interface AffectedApps {
  /** The first two, and how many there are. */
  apps: string[]
  count: number
  /** The handler or job, where there is but one. */
  target: string | null
}

/** Why an incident is, as far as that is known. */
export type IncidentReason =
  /** What its newest failure says. */
  | { kind: 'failure'; cause: GroupCause }
  /** Nothing is seen of its source, and what was said then. */
  | { kind: 'blind'; problem: SourceTrouble }
  /** Its Hassette is down, and how. */
  | { kind: 'down'; how: Extract<HassetteState, { kind: 'down' }>['how'] }
  | { kind: 'stopped' }

/** Why a source cannot be watched: the code of the problem, and its sentence as it was said. */
export interface SourceTrouble {
  code: ErrorCode
  message: string
}

/** What a notification says of an incident, as it stood when it was told. Times in microseconds since 1970. */
export interface NotifiedIncident {
  rule: AlertRule
  /** Name of its source. */
  source: string
  affected: AffectedApps
  failures: number
  /** Most failures within 5 minutes. */
  peak: number
  /** Length of the window that fired, microseconds; null where there is none. */
  windowUs: number | null
  /** Dependency failures an hour that were usual; null for the rules that do not ask. */
  usualPerHour: number | null
  firstUs: number
  openedUs: number
  /** When it was over, or its newest failure. */
  endUs: number
  /** It is over since no more fails than is usual, though something does. */
  isUsualAgain: boolean
  /** Apps that failed meanwhile too. */
  also: string[]
  reason: IncidentReason | null
  /** Local time less UTC when it was told, minutes: a notification keeps its times. */
  utcOffsetMinutes: number
}

/** What a notification says, in parts: `notificationText` makes the words. */
export type NotificationContent =
  | { kind: 'opened' | 'update' | 'louder' | 'still' | 'recovered'; incident: NotifiedIncident }
  /** After quiet hours: what is still open. */
  | { kind: 'digest'; open: number; affected: AffectedApps[] }
  /** What began while nobody looked, or was written late; `spikes` of which `open` are still open. */
  | { kind: 'summary'; spikes: number; open: number; writtenLate: boolean; affected: AffectedApps[] }
  | { kind: 'capped'; open: number }
  | { kind: 'test' }

/** A notification, from the moment it is asked for. */
export interface AlertNotification {
  /** Unique in the archive. */
  id: number
  /** When it was asked for, microseconds since 1970, by our clock. */
  atUs: number
  kind: NotificationKind
  /** Null where it is about several incidents, or none. */
  incidentId: number | null
  /** Null for what was withheld: it says nothing. */
  content: NotificationContent | null
  silent: boolean
  /** The incident whose notification it takes the place of. */
  replaces: number | null
  state: NotificationState
}

/** A notification that is to be shown. */
export type RequestedNotification = Pick<AlertNotification, 'incidentId' | 'silent' | 'replaces'> & {
  content: NotificationContent
}

/** One that is to be shown now, with its number in the archive. */
export type PendingNotification = RequestedNotification & Pick<AlertNotification, 'id'>
