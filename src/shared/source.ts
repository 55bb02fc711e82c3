import type { Problem } from './result'

/** `live` = we watch it; `snapshot` = a copied or dead file; `sample` = the recording that comes with the app. */
export const SOURCE_MODES = ['live', 'snapshot', 'sample'] as const
export type SourceMode = (typeof SOURCE_MODES)[number]

/**
 * Who says in which time zone a source runs its schedules: the user, the TOML file of Hassette, the address, our own zone,
 * UTC, or a fixed offset that fits what was seen.
 */
export const ZONE_ORIGINS = ['user', 'toml', 'address', 'ours', 'utc', 'offset'] as const

/** What a source is doing now. */
export type SourceState =
  | { kind: 'connecting' }
  /** Runs copied so far, and how many there are in all (rows). */
  | { kind: 'catching_up'; done: number; total: number }
  /** Everything in the file was copied at `atMs` (milliseconds since 1970); a snapshot, or a live one not yet watched. */
  | { kind: 'up_to_date'; atMs: number }
  /** Watched: what Hassette commits arrives within a second or three. */
  | { kind: 'live'; atMs: number }
  /** Not watching since `sinceMs`; tried again without being asked. */
  | { kind: 'stale'; sinceMs: number; problem: Problem }
  /** In the archive, but not read in this run of the app. */
  | { kind: 'not_read' }
  | { kind: 'failed'; problem: Problem }
  /** Somebody stopped the reading: what was read stays, the rest is read when it is asked for. */
  | { kind: 'cancelled' }

/**
 * Whether a Hassette that is watched runs, microseconds since 1970 by our clock. `stopped` = it ended cleanly; `down` = it
 * ended otherwise, or says nothing any more (`silent`) though it did not say that it ends. `due`: it has lasted so long
 * that it is told. `sure`: a sign of it came while it was watched; before that only its own words say that it runs, and
 * `signUs` is set where its newest sign is older than it may be.
 */
export type HassetteState =
  | { kind: 'running'; sinceUs: number; sure: boolean; signUs: number | null }
  | { kind: 'stopped'; sinceUs: number; due: boolean }
  | { kind: 'down'; sinceUs: number; how: 'silent' | 'crashed' | 'killed'; due: boolean }

/** One Hassette as the window knows it. Times in microseconds since 1970. */
export interface SourceInfo {
  id: number
  name: string
  mode: SourceMode
  /** The Hassette file; null for the sample. */
  path: string | null
  state: SourceState
  /** Null while that cannot be known: of a copy, of what is not watched, of a file without a session. */
  hassette: HassetteState | null
  /** Our clock less that of Hassette, microseconds; null while that is not known, 0 below a minute. */
  clockOffsetUs: number | null
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
  /** Somebody removed it and kept its runs: it is read again when its file is added again. */
  removed?: boolean
}

/** What a look at a Hassette file found out, without reading it in. Times in microseconds since 1970. */
export interface HassetteFacts {
  /** Hassette's schema number (`user_version`). */
  schemaVersion: number
  /** Released versions of Hassette that write this schema, e.g. `0.56–0.59`; null when it is newer than we know. */
  hassetteVersions: string | null
  sessions: number
  appRuns: number
  frameworkRuns: number
  oldestRunUs: number | null
  newestRunUs: number | null
  /** Bytes of file and WAL. */
  bytes: number
  mode: 'live' | 'snapshot'
  /** SQLite cannot read it where it is (a folder that nothing may be written to): a copy was read instead. */
  copied?: boolean
}

/** A Hassette found on this computer. */
export interface FoundSource {
  path: string
  /** Why we looked there, for people. */
  because: string
  found: { ok: true; facts: HassetteFacts } | { ok: false; problem: Problem }
}

/** State of the archive as a whole. */
export type ArchiveState =
  | { kind: 'opening' }
  /** `paused`: while the disk is full nothing can be written; reading goes on, and writing resumes by itself. */
  | { kind: 'ready'; paused?: Problem }
  /** A thread died and is being started again. */
  | { kind: 'restarting' }
  /** It is tried again by itself, if `mayPass` says so of the problem. */
  | { kind: 'unavailable'; problem: Problem }

/**
 * Whether what keeps an archive from being opened may be over without anybody doing something in the app: another
 * program ends, a drive comes back, room is made.
 */
export function mayPass({ code, lasts }: Problem): boolean {
  return lasts !== true && code !== 'archive_newer' && code !== 'archive_foreign'
}
