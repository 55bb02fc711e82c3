import type { UserEvent } from '@main/alerts/engine/events'
import type { BlindSource, Incident, Muted } from '@shared/alert'
import type {
  NotificationOutcome,
  PendingNotification,
  RequestedNotification,
  SourceTrouble,
} from '@shared/alert-notification'
import type { Input, Output } from '@shared/contract'
import type { SessionEnding } from '@shared/run'
import type { HassetteFacts, SourceInfo, SourceMode, SourceState, HassetteState } from '@shared/source'
import type { Bound, Limits, PassReason, RetentionLogRow } from '@shared/storage'

/** How an archive is opened. */
interface OpenOptions {
  /** Absolute path of the archive file; its folder exists. */
  path: string
}

/** What opening found. */
export interface ArchiveFacts {
  /** Number of the newest migration applied. */
  schemaVersion: number
  created: boolean
  /** The lock beside it was damaged, and lies here now. */
  lockAside?: string
}

/** A Hassette file to be read into the archive. */
export interface FileSourceRequest {
  /** Absolute path of the `hassette.db`; for the sample, the unpacked recording. */
  path: string
  name: string
  /** `auto` decides live or snapshot from the rows, once, when the source is first added. */
  mode: SourceMode | 'auto'
  /** Added to every time that is read, microseconds; 0 but for the sample, which is moved so that it ends now. */
  shiftUs: number
}

/** Which source a file belongs to. */
export interface AddedSource {
  sourceId: number
  /** The file is of a Hassette that is read from another file already: read it by its path, and watch the other one. */
  same: boolean
  /** It was moved here from this path: that one is read no more. */
  left?: string
}

/** A reading of a source's file. */
export interface SyncRequest {
  sourceId: number
  shiftUs: number
  /** A copy of the source's file; by default the file itself. */
  path?: string
}

/** While nobody sees the window, files are looked at less often. */
export type Pace = 'visible' | 'hidden'

/** What a watched file shows of the Hassette that writes it. Times in microseconds since 1970, by Hassette's clock. */
export interface HassetteSigns {
  /** Rises whenever something new of it is seen: a run, a log line, a stall, a session, a heartbeat. */
  count: number
  /** Newest finish of a run, start or heartbeat of a session; null before the first. */
  newestUs: number | null
  /** The newest session; null when there is none. `running` while it has no end, or went on after it. */
  session: { startedUs: number; ending: SessionEnding; endedUs: number | null } | null
  /** The longest time between two heartbeats that was seen, microseconds; 0 = none was. */
  heartbeatUs: number
  /** Our clock less that of Hassette, microseconds; null while that is not known, 0 below a minute. */
  offsetUs: number | null
}

/** What a source that is watched is doing. */
export type WatchState =
  Extract<SourceState, { kind: 'stale' | 'up_to_date' }> | (Extract<SourceState, { kind: 'live' }> & WithSigns)

interface WithSigns {
  signs: HassetteSigns
}

/** A recording as an image of a Hassette database in memory (journal mode `delete`). */
export interface RecordingImport {
  sourceId: number
  image: Uint8Array
  /** Added to every time that is read, microseconds. */
  shiftUs: number
}

/** Progress of a long command; rows. */
export interface Progress {
  done: number
  total: number
}

/** What one reading of a Hassette file brought. */
export interface SyncReport {
  runs: number
  /** Of `runs`: past their term already when they were first read, so that trends and groups count them and no more. */
  trendsOnly: number
  sessions: number
  targets: number
  milliseconds: number
  /** SQLite could not read the file where it is; a copy was read and removed. */
  copied?: boolean
}

/** A pass of the retention. */
export interface RetainRequest {
  reason: PassReason
  limits: Limits
  /** Which rules: the time rule, the size rule. */
  rules: Bound[]
}

/** What a pass did. */
export interface RetainReport {
  runs: number
  frameworkRuns: number
  bytesBefore: number
  bytesAfter: number
  bound: Bound | null
  /** Nothing is left that may go, and the archive is still over its limit. */
  limitTooSmall: boolean
  /** The time rule was asked for and did nothing: our clock cannot be believed yet. */
  timeWaits: boolean
}

/** Work on the archive's file, for the log. Sizes in bytes, times in microseconds. */
export type WorkNote = Pick<RetentionLogRow, 'atUs' | 'durationUs' | 'bytesBefore' | 'bytesAfter' | 'runs'> & {
  reason: 'compact' | 'backup' | 'restore' | 'move'
}

/** What the writer thread does. Every call may fail with a `Failure`. */
export interface WriteApi {
  /** Says what a file holds; adds and reads in nothing. */
  identifyFile(input: { path: string }): HassetteFacts
  /** Finds the source by its path or its rows, or adds it; touches no run. */
  addFileSource(request: FileSourceRequest): AddedSource
  /** Copies everything new from the source's file, a batch and its cursor a transaction. Cancellable between batches. */
  syncFileSource(input: SyncRequest): SyncReport
  /** Copies what a Hassette commits until it is cancelled, and tells the source's states; never answers. */
  watchFileSource(input: { sourceId: number; shiftUs: number }): null
  renameSource(input: Input<'sources.rename'>): null
  setSourceMode(input: Input<'sources.setMode'>): null
  /** Ends a source at once: its runs stay to be looked at, or it is gone for everybody and `finishRemovals` deletes them. */
  removeSource(input: Input<'sources.remove'>): null
  /** Deletes what belongs to sources that are gone, some at a time. Cancellable; the next call goes on. */
  finishRemovals(): null
  /** Notes work on the archive's file in the log that the retention writes. */
  noteWork(input: WorkNote): null
  /** One pass of the retention; progress counts runs. Cancellable between slices: what was done stays. */
  retain(request: RetainRequest): RetainReport
  /** When the next passes are due, microseconds; null = never before. The time rule may have to wait beyond that. */
  retentionDue(): { timeUs: number | null; sizeUs: number | null; timeWaits: boolean }
  /** Judges what is new in the archive. Cancellable between slices; the next step goes on. */
  alertsStep(input: AlertsStep): AlertsOutcome
  /** What became of a notification. */
  settleNotification(input: { id: number; outcome: NotificationOutcome }): null
  /** Notes one that was shown without the engine, and what became of it; `atUs` by our clock. */
  addNotification(input: { notification: RequestedNotification; outcome: NotificationOutcome; atUs: number }): null
  /** The limits in force: what is past its term when it is first read is counted, and not kept. */
  setLimits(input: { limits: Limits }): null
  /** How often watched files are looked at. */
  setPace(input: { pace: Pace }): null
  /** Finds the source of mode `sample` or adds it. */
  addRecording(input: { name: string }): { sourceId: number }
  /** Copies a recording as `syncFileSource` copies a file. */
  importRecording(input: RecordingImport): SyncReport
}

/** A source as the archive knows it; what is going on with it is known where it is watched. */
export type KnownSource = Omit<SourceInfo, 'state' | 'hassette' | 'clockOffsetUs'>

/** What the reader thread does: every query of the window, on a read-only connection. */
export interface ReadApi {
  sources(): KnownSource[]
  'runs.page'(input: Input<'runs.page'>): Output<'runs.page'>
  'runs.get'(input: Input<'runs.get'>): Output<'runs.get'>
  'runs.find'(input: Input<'runs.find'>): Output<'runs.find'>
  'runs.count'(input: Pick<Input<'runs.count'>, 'filter'>): Output<'runs.count'>
  'runs.countByTier'(input: Input<'runs.countByTier'>): Output<'runs.countByTier'>
  'runs.values'(input: Pick<Input<'runs.values'>, 'filter' | 'field'>): Output<'runs.values'>
  'targets.list'(input: Input<'targets.list'>): Output<'targets.list'>
  'targets.get'(input: Input<'targets.get'>): Output<'targets.get'>
  'apps.list'(input: Input<'apps.list'>): Output<'apps.list'>
  'trends.summary'(input: Input<'trends.summary'>): Output<'trends.summary'>
  'trends.series'(input: Input<'trends.series'>): Output<'trends.series'>
  'trends.heatmap'(input: Input<'trends.heatmap'>): Output<'trends.heatmap'>
  'trends.attention'(input: Input<'trends.attention'>): Output<'trends.attention'>
  'sessions.list'(input: Input<'sessions.list'>): Output<'sessions.list'>
  'coverage.get'(input: Input<'coverage.get'>): Output<'coverage.get'>
  'alerts.list'(input: Input<'alerts.list'>): Output<'alerts.list'>
  'alerts.get'(input: Input<'alerts.get'>): Output<'alerts.get'>
  'alerts.notifications'(input: Input<'alerts.notifications'>): Output<'alerts.notifications'>
  /** Cancellable between slices. */
  'alerts.replay'(input: Omit<Input<'alerts.replay'>, 'ticket'>): Output<'alerts.replay'>
  'storage.info'(input: { limits: Limits }): Output<'storage.info'>
  'storage.log'(input: Input<'storage.log'>): Output<'storage.log'>
  'storage.preview'(input: Input<'storage.preview'>): Output<'storage.preview'>
}

/** How the client opens and closes what a thread holds; nobody else does. */
export interface ThreadApi<Opened> {
  open(options: OpenOptions): Opened
  /** Cancels what is going on, closes the database and lets the thread end. */
  close(): null
}

type Promised<T> = T extends () => infer O
  ? (input?: undefined, options?: CallOptions) => Promise<O>
  : T extends (input: infer I) => infer O
    ? (input: I, options?: CallOptions) => Promise<O>
    : never

/** Per call: cancel it, follow it. */
export interface CallOptions {
  signal?: AbortSignal
  onProgress?: (progress: Progress) => void
  /** States of the source that the call watches. */
  onState?: (state: WatchState) => void
}

/** A thread's verbs as the main thread calls them. */
export type Remote<T> = { [K in keyof T]: Promised<T[K]> }

/** What is known of a source when the alerts look at it. */
export interface SourceSight {
  sourceId: number
  name: string
  mode: SourceMode
  sight:
    /** `hassette` = whether it runs, where that is known; `clockOffsetUs` = our clock less its own, where that is. */
    | { kind: 'seen'; caughtUp: boolean; hassette?: HassetteState | null; clockOffsetUs?: number | null }
    /** Nothing can be seen of it; `sinceUs` by our clock. */
    | { kind: 'blind'; sinceUs: number; problem: SourceTrouble }
    /** It is being read, or is not read in this run: nothing is concluded from its silence. */
    | { kind: 'unknown' }
}

/** A look of the alerts: what is new in the archive, and what happened beside it. */
export interface AlertsStep {
  /** Our clock, microseconds since 1970. */
  nowUs: number
  /** Local time less UTC, minutes. */
  utcOffsetMinutes: number
  sources: SourceSight[]
  events: UserEvent[]
}

/** Where the alerts stand after a look. */
export interface AlertsOutcome {
  /** To be shown now, in this order; what became of each is told by `settleNotification`. */
  notifications: PendingNotification[]
  /** Open incidents, the newest first. */
  open: Incident[]
  blind: BlindSource[]
  /** Sources of which too little is known to say what is usual. */
  learning: number[]
  /** Live sources that are being read for the first time: what fails in them is history. */
  unread: number[]
  muted: Muted[]
  pausedUntilUs: number | null
  /** Number of events (runs, sessions, missed starts) that the engine could not take in three tries. */
  leftOut: number
  /** What the engine remembered could not be read: it began anew. */
  startedOver: boolean
}

/** What the copier thread does: it works on whole archive files, and may be held up for long by one of them. */
export interface CopyApi {
  /**
   * What lies where an archive shall lie. Throws `archive_foreign` when it is something else, and `archive_newer`,
   * `archive_unreleased` or `archive_unreadable` when it could not be used.
   */
  look(input: { path: string }): FoundArchive
  /** Reads a whole archive, however it lies there, and fails with `archive_…` or `not_found` unless it is sound. */
  check(input: { path: string }): FoundArchive
  /** Tells whether an archive is sound, before it is given up. Reads the whole file; never throws. */
  judge(input: { path: string }): ArchiveVerdict
  /**
   * Writes a compact copy as `partOf(to)`, and checks it. Everything that is committed before it begins is in it. It
   * cannot be interrupted: a cancellation takes effect after SQLite has written it. The caller removes the file when
   * this fails.
   */
  copy(input: CopyRequest): CopyReport
  /**
   * Puts `partOf(path)` in the place of what lies there, which is moved to `aside`; of what was moved nothing is
   * deleted. All or nothing. Throws `archive_locked` when the old file is in use.
   */
  place(input: { path: string; aside: string }): null
  /** Undoes `place`. */
  putBack(input: { path: string; aside: string }): null
}

/** What is at a path. */
export type FoundArchive =
  | { kind: 'nothing' }
  /** `usedBytes`: without pages that could be used again; about the size of a copy. */
  | { kind: 'archive'; schemaVersion: number; usedBytes: number; runs: number }

/**
 * What an archive that could not be used turned out to be. `sound`: it is ours, this version can use it, and SQLite's own
 * check of the whole file found nothing. `unknown`: it could not be looked into, for want of a permission or because it
 * is busy. `unreleased`: made by a development version from before 0.1.0. `damaged` is proven.
 */
export type ArchiveVerdict = 'nothing' | 'sound' | 'damaged' | 'newer' | 'unreleased' | 'foreign' | 'unknown'

/** A copy to be made. Absolute paths. */
export interface CopyRequest {
  from: string
  to: string
  /** `wal` is what an archive in use has; a backup in `delete` is one file that can be read from any medium. */
  journal: 'wal' | 'delete'
}

/** What a copy holds. */
export interface CopyReport {
  bytes: number
  runs: number
}
