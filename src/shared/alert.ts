/**
 * Which rule opened an incident: `rate` = more dependency failures than usual, `streak` = a handler or job whose last
 * runs all were dependency failures, `failures` = five failures of any kind in a row, `missed` = a job that did not
 * start when its schedule said, `blind` = a source that cannot be watched.
 */
export const ALERT_RULES = ['rate', 'streak', 'failures', 'missed', 'blind'] as const
export type AlertRule = (typeof ALERT_RULES)[number]

/** How soon more failures than usual are an incident; `custom` = so many within so many minutes (1 to 180). */
export type Sensitivity = { level: 'low' | 'medium' | 'high' } | { level: 'custom'; failures: number; minutes: number }

/** A daily time of silence in minutes of the local day (0 to 1439), `to` excluded; may go over midnight. */
export interface QuietHours {
  fromMinute: number
  toMinute: number
}

/** What people choose about alerts. Incidents are kept whatever is off here; it only says what is notified. */
export interface AlertSettings {
  sensitivity: Sensitivity
  /** Notify of incidents by each rule. */
  notify: Record<AlertRule, boolean>
  /** Say again after 4 hours, then once a day, that an incident is still open. */
  remind: boolean
  quietHours: QuietHours | null
}

/** What is in force until somebody chooses. */
export const DEFAULT_ALERT_SETTINGS: AlertSettings = {
  sensitivity: { level: 'medium' },
  notify: { rate: true, streak: true, failures: true, missed: false, blind: true },
  remind: false,
  quietHours: null,
}

/** Until when an incident is not notified any more: a moment (microseconds since 1970), or until it recovers. */
export type Snooze = { kind: 'until'; us: number } | { kind: 'recovery' }

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

/** What a notification is about. `update` and `recovered` take the place of the one that told the opening. */
export const NOTICE_KINDS = [
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
export type NoticeKind = (typeof NOTICE_KINDS)[number]

/** A notification to be shown. Title and body have 120 characters at most. */
export interface NoticeRequest {
  kind: NoticeKind
  /** Null where it is about several. */
  incidentId: number | null
  title: string
  body: string
  silent: boolean
  /** The incident whose notification it takes the place of. */
  replaces: number | null
}

/** Why a notification was not asked for. */
export type WithheldReason = 'off' | 'snoozed' | 'quiet_hours' | 'cap' | 'paused' | 'late'

/** What became of a notification, as the Alerts page shows it. */
export type NoticeOutcome =
  { kind: 'sent' } | { kind: 'suppressed'; reason: WithheldReason } | { kind: 'failed'; reason: string }

/** What the tray shows: a shape and one line. */
export interface TrayStatus {
  shape: 'fine' | 'attention' | 'blind' | 'paused'
  openIncidents: number
  line: string
}
