import type { Problem } from './result'

/** `live` = we watch it; `snapshot` = a copied or dead file; `sample` = the recording that comes with the app. */
export type SourceMode = 'live' | 'snapshot' | 'sample'

/** What a source is doing now. */
export type SourceState =
  | { kind: 'connecting' }
  /** Runs copied so far, and how many there are in all (rows). */
  | { kind: 'catching_up'; done: number; total: number }
  /** Everything in the file was copied at `atMs` (milliseconds since 1970). */
  | { kind: 'up_to_date'; atMs: number }
  /** In the archive, but not read in this run of the app. */
  | { kind: 'not_read' }
  | { kind: 'failed'; problem: Problem }

/** One Hassette as the window knows it. Times in microseconds since 1970. */
export interface SourceInfo {
  id: number
  name: string
  mode: SourceMode
  /** The Hassette file; null for the sample. */
  path: string | null
  state: SourceState
  /** Hassette's schema number (`user_version`); null before the first read. */
  schemaVersion: number | null
  sessions: number
  /** Runs in the archive by tier. */
  appRuns: number
  frameworkRuns: number
  oldestRunUs: number | null
  /** Finish of the newest run: the end of time of a snapshot. */
  newestRunUs: number | null
  /** Start of the newest session. */
  restartUs: number | null
}

/** State of the archive as a whole. */
export type ArchiveState =
  | { kind: 'opening' }
  | { kind: 'ready' }
  /** A thread died and is being started again. */
  | { kind: 'restarting' }
  | { kind: 'unavailable'; problem: Problem }
