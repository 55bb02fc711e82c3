import type { IncidentReason, SourceTrouble } from '@shared/alert-notification'
import type { AlertSettings } from '@shared/alert-settings'
import { DEFAULT_ALERT_SETTINGS } from '@shared/alert-settings'
import type { SourceMode } from '@shared/source'
import type { Baseline } from './baseline'
import { createBaseline } from './baseline'
import type { SeenTime } from './coverage'
import type { IncidentRecord } from './incident-record'
import type { RecentFailures } from './recent-failures'
import type { TargetHistory } from './streaks'

/** Raised when the shape below changes; a state of another version is not read, and the engine learns from the archive. */
const VERSION = 4

/** A Hassette that does not run: it was stopped, or it is down. */
export interface Down {
  rule: 'down' | 'stopped'
  sinceUs: number
  due: boolean
  reason: Extract<IncidentReason, { kind: 'down' | 'stopped' }>
}

/** What the engine knows of a source. Plain data, times in microseconds since 1970 by the clock of Hassette. */
export interface SourceAlertState {
  id: number
  name: string
  mode: SourceMode
  /** While its history is read for the first time nothing is notified. */
  importing: boolean
  /** Newest moment that was looked at. */
  watermarkUs: number
  sessionStartedUs: number | null
  sessionRunning: boolean
  /** Quiet counts from here at the earliest: a start of Hassette, or the end of blindness. */
  resumedUs: number
  /** Failures up to here are no longer counted in windows. */
  clearedUs: number
  /** The rate rule was asked `asks` times in the second from `askedUs` on; beyond its share a failure waits in `unaskedUs`. */
  askedUs: number
  asks: number
  unaskedUs: number | null
  coverage: SeenTime
  baseline: Baseline
  recent: RecentFailures
  /** The same of failures that were written so late that time had gone on. */
  late: RecentFailures
  /** How far its clock is behind ours; 0 = it is not, or that is not known. */
  behindUs: number
  /** By archive id. */
  targets: Record<string, TargetHistory>
  open: IncidentRecord[]
  /** Those that may still be taken up again. */
  closed: IncidentRecord[]
  /** What somebody muted; kept apart from the rest, so that it outlives a state that cannot be read. */
  mutedGroups: number[]
  mutedTargets: number[]
  /** Since when nothing is seen of it, by our clock, and why. */
  blind: { sinceUs: number; problem: SourceTrouble } | null
  /** That its Hassette does not run, since when by our clock, and why; `due` = long enough to be told. */
  down: Down | null
  /** Newest sequence number taken of each stream: what is fed twice counts once. */
  streams: Record<string, number>
}

/** What the notifying remembers. Times by our clock, microseconds since 1970. */
export interface NotifyState {
  /** Our clock at the last batch. */
  nowUs: number
  /** Notifications that were heard, within the last hour. */
  sentUs: number[]
  /** No more until then: there were too many. */
  cappedUntilUs: number | null
  /** Somebody wants none until then. */
  pausedUntilUs: number | null
  /** Whether the last batch came in quiet hours. */
  quiet: boolean
  /** Incidents that quiet hours held back. */
  held: number[]
  /** Incidents by source that began while nobody looked. */
  away: Record<string, number[]>
  /** When it was last told that something was written late. */
  lateToldUs: number
}

/** Everything the engine knows: JSON keeps it whole, and going on from there gives the same effects. */
export interface EngineState {
  version: typeof VERSION
  settings: AlertSettings
  nextIncidentId: number
  sources: Record<string, SourceAlertState>
  notify: NotifyState
}

/** An engine that knows nothing yet. `nextIncidentId` must be beyond every incident in the archive. */
export function createEngineState(nextIncidentId = 1, settings: AlertSettings = DEFAULT_ALERT_SETTINGS): EngineState {
  return { version: VERSION, settings, nextIncidentId, sources: {}, notify: createNotifyState() }
}

/** Whether something is a state that this version of the engine kept. Only we write it, so the version says the rest. */
export function isEngineState(state: unknown): state is EngineState {
  return (
    typeof state === 'object' &&
    state !== null &&
    'version' in state &&
    state.version === VERSION &&
    'sources' in state &&
    typeof state.sources === 'object' &&
    state.sources !== null
  )
}

/** A source of which nothing is known yet. */
export function createSourceState(id: number, name: string, mode: SourceMode): SourceAlertState {
  return {
    id,
    name,
    mode,
    importing: false,
    watermarkUs: 0,
    sessionStartedUs: null,
    sessionRunning: false,
    resumedUs: 0,
    clearedUs: 0,
    askedUs: 0,
    asks: 0,
    unaskedUs: null,
    coverage: [],
    baseline: createBaseline(),
    recent: [],
    late: [],
    behindUs: 0,
    targets: {},
    open: [],
    closed: [],
    mutedGroups: [],
    mutedTargets: [],
    blind: null,
    down: null,
    streams: {},
  }
}

function createNotifyState(): NotifyState {
  return {
    nowUs: 0,
    sentUs: [],
    cappedUntilUs: null,
    pausedUntilUs: null,
    quiet: false,
    held: [],
    away: {},
    lateToldUs: 0,
  }
}
