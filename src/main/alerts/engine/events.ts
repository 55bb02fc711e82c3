import type { Incident, Snooze } from '@shared/alert'
import type { NotificationKind, RequestedNotification, SourceTrouble, WithheldReason } from '@shared/alert-notification'
import type { AlertSettings } from '@shared/alert-settings'
import type { GroupCause } from '@shared/error-group'
import type { RunStatus } from '@shared/run'
import type { SourceMode } from '@shared/source'
import type { Down } from './engine-state'

/** A finished run of the app tier. Times are microseconds since 1970. */
export interface FinishedRun {
  kind: 'run'
  sourceId: number
  /** Archive id: stream · 2^40 + sequence. Within a stream they come in rising order; older ones are taken as known. */
  runId: number
  targetId: number
  appKey: string
  targetName: string
  status: RunStatus
  dependencyFailure: boolean
  /** Its used time (`usedTimes`): bounded, where its own is not to be believed. */
  endUs: number
  /** It was written while we watched, so that it is news however old it is. */
  watched?: boolean
  /** The group of its failure; null for none, and for the group that holds what found no room. */
  groupId: number | null
  /** What the failures of the group have in common; null for runs without one. */
  cause: GroupCause | null
}

/** What happened to a source. Times by the clock of Hassette, but for `blind`, `seen` and `hassette`, which are by ours. */
export type SourceEvent =
  | FinishedRun
  /** Must come before anything else of the source. `clockOffsetUs` = our clock less its own, where that is known. */
  | { kind: 'source'; sourceId: number; name: string; mode: SourceMode; clockOffsetUs?: number | null }
  /** Around the first reading of a source's history: nothing in between is notified. */
  | { kind: 'importing'; sourceId: number; now: boolean }
  | { kind: 'sourceRemoved'; sourceId: number }
  | { kind: 'sessionStarted'; sourceId: number; atUs: number }
  | { kind: 'sessionEnded'; sourceId: number; atUs: number }
  /** The runs of this time are all known, though there may be none. */
  | { kind: 'covered'; sourceId: number; fromUs: number; toUs: number }
  /** Nothing can be seen of it: gone, unreadable. */
  | { kind: 'blind'; sourceId: number; sinceUs: number; problem: SourceTrouble }
  | { kind: 'seen'; sourceId: number }
  /** Whether its Hassette runs: null when it does. */
  | { kind: 'hassette'; sourceId: number; down: Down | null }
  /** A job did not start when its schedule said, while a session lived. */
  | { kind: 'missed'; sourceId: number; targetId: number; appKey: string; targetName: string; dueUs: number }

/** What somebody did or chose. */
export type UserEvent =
  | { kind: 'settings'; settings: AlertSettings }
  | { kind: 'snooze'; sourceId: number; incidentId: number; snooze: Snooze | null }
  | { kind: 'muteGroup'; sourceId: number; groupId: number; muted: boolean }
  | { kind: 'muteTarget'; sourceId: number; targetId: number; muted: boolean }
  /** No notifications until then; null = go on, Infinity is not JSON: use a far moment. */
  | { kind: 'pause'; untilUs: number | null }

/** What the engine is told at once. */
export interface AlertBatch {
  /** Our clock, microseconds since 1970. */
  nowUs: number
  /** Local time less UTC, minutes; for quiet hours. */
  utcOffsetMinutes: number
  /** Sources of which everything up to now has been told: their quiet counts. */
  caughtUp: number[]
  /** In any order; those of a source are taken by their times. */
  events: (SourceEvent | UserEvent)[]
}

/** What is to be done, in this order. */
export type AlertEffect =
  | { kind: 'incidentOpened' | 'incidentUpdated' | 'incidentCleared' | 'incidentReopened'; incident: Incident }
  | { kind: 'notify'; notification: RequestedNotification }
  | { kind: 'withheld'; incidentId: number; notificationKind: NotificationKind; reason: WithheldReason }
