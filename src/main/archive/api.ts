import type { Input, Output } from '@shared/contract'
import type { SourceInfo, SourceMode } from '@shared/source'

/** How an archive is opened. */
export interface OpenOptions {
  /** Absolute path of the archive file; its folder exists. */
  path: string
}

/** What opening found. */
export interface ArchiveFacts {
  /** Number of the newest migration applied. */
  schemaVersion: number
  created: boolean
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
  sessions: number
  targets: number
  milliseconds: number
}

/** What the writer thread does. Every call may fail with a `Failure`. */
export interface WriteApi {
  /** Finds the source by its path or adds it; touches no run. */
  addFileSource(request: FileSourceRequest): { sourceId: number }
  /** Copies everything new from the source's file, a batch and its cursor a transaction. Cancellable between batches. */
  syncFileSource(input: { sourceId: number; shiftUs: number }): SyncReport
  /** Finds the source of mode `sample` or adds it. */
  addRecording(input: { name: string }): { sourceId: number }
  /** Copies a recording as `syncFileSource` copies a file. */
  importRecording(input: RecordingImport): SyncReport
}

/** What the reader thread does: every query of the window, on a read-only connection. */
export interface ReadApi {
  sources(): Omit<SourceInfo, 'state'>[]
  runsPage(input: Input<'runs.page'>): Output<'runs.page'>
  runGet(input: Input<'runs.get'>): Output<'runs.get'>
  runsCountByTier(input: Input<'runs.countByTier'>): Output<'runs.countByTier'>
  targetsList(input: Input<'targets.list'>): Output<'targets.list'>
  targetGet(input: Input<'targets.get'>): Output<'targets.get'>
  appsList(input: Input<'apps.list'>): Output<'apps.list'>
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
}

/** A thread's verbs as the main thread calls them. */
export type Remote<T> = { [K in keyof T]: Promised<T[K]> }
