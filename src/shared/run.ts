/** How a run ended, in the order of the codes stored in the archive (`runs.status`). Append only. */
export const RUN_STATUSES = ['ok', 'failed', 'timed_out', 'cancelled', 'skipped'] as const
export type RunStatus = (typeof RUN_STATUSES)[number]

/** Bits of `runs.flags`. Append only. */
export const RUN_FLAG = { dependencyFailure: 1, manual: 2, threadLeaked: 4 } as const

/** Where Home Assistant's event came from, in the order of the codes stored in bits 4–6 of `runs.flags`; 0 = not recorded. */
export const RUN_ORIGINS = [null, 'LOCAL', 'REMOTE', 'HASSETTE', 'HASSETTE_SYNTHETIC', 'other'] as const
export type RunOrigin = (typeof RUN_ORIGINS)[number]

/** Run id = stream · this + sequence; the sequence counts from 1. Never with bit operators, which cut at 32 bits. */
export const STREAM_SIZE = 2 ** 40

export const TARGET_KINDS = ['handler', 'job'] as const
export type TargetKind = (typeof TARGET_KINDS)[number]

export const TIERS = ['app', 'framework'] as const
export type Tier = (typeof TIERS)[number]

/**
 * What one cell of a strip says, as a character: o ok, f failed, d dependency failure, t timed out, c cancelled,
 * s skipped.
 */
export type OutcomeLetter = 'o' | 'f' | 'd' | 't' | 'c' | 's'

/** The letter of a run in a strip. */
export function outcomeLetter(status: RunStatus, dependencyFailure: boolean): OutcomeLetter {
  if (status === 'failed') return dependencyFailure ? 'd' : 'f'
  return ({ ok: 'o', timed_out: 't', cancelled: 'c', skipped: 's' } as const)[status]
}

/** One run as a list shows it. Times are microseconds since 1970 (UTC), durations microseconds. */
export interface RunRow {
  /** Archive id: stream · 2^40 + sequence; below 2^53. */
  id: number
  targetId: number
  kind: TargetKind
  tier: Tier
  appKey: string
  instanceIndex: number
  /** How many instances of the app the archive knows; one = the index need not be shown. */
  instanceCount: number
  targetName: string
  startedUs: number
  durationUs: number
  status: RunStatus
  dependencyFailure: boolean
  manual: boolean
  threadLeaked: boolean
  /** The concrete class as Hassette wrote it, e.g. `DependencyResolutionError`; null when nothing failed. */
  errorType: string | null
  /** First line of the message, at most 200 characters. */
  errorLine: string | null
}

/** One run with everything the archive keeps of it. */
export interface RunDetail extends RunRow {
  sourceId: number
  message: string | null
  /** Null when Hassette recorded none (always so for dependency failures of apps). */
  traceback: string | null
  /** Hassette's execution id; null where it is not kept (framework successes). */
  executionId: string | null
  contextId: string | null
  origin: RunOrigin
  session: RunSession | null
  /** Neighbours of the same target, by finish. */
  previousRunId: number | null
  nextRunId: number | null
  /** The newest 50 runs of the target up to this one, oldest first. */
  strip: string
  /** Log lines of the run, oldest first; kept for failed runs of apps. */
  logs: RunLogLine[]
}

/** A line that Hassette or the app logged during a run. */
export interface RunLogLine {
  /** Microseconds since 1970. */
  atUs: number
  level: string
  logger: string
  message: string
  /** Exception text, where the line carries one. */
  error: string | null
}

/** The session a run belongs to. */
export interface RunSession {
  id: number
  startedUs: number
  /** Null while it runs. */
  endedUs: number | null
  ending: SessionEnding
}

/** How a session ended: `killed` = Hassette left no clean stop. */
export const SESSION_ENDINGS = ['running', 'clean', 'crashed', 'killed'] as const
export type SessionEnding = (typeof SESSION_ENDINGS)[number]

/**
 * A place between two runs: for each stream the last id that lies on its older side. Opaque to the window, made and
 * read by `archive/worker/page-token.ts`. A vector and not a time: two streams merged by one time lose runs.
 */
export type PageToken = string

/** The place before the oldest run: of a stream that a token does not name, every run lies on its newer side. */
export const BEFORE_OLDEST: PageToken = ''

/** A page of runs, newest finished first whatever the direction. */
export interface RunPage {
  rows: RunRow[]
  /** Where the page's older neighbour begins; null at the end of the history. */
  older: PageToken | null
  /** Where the page's newer neighbour begins; never null, since new runs may come. */
  newer: PageToken
}

/** How many rows a page holds at most. */
export const PAGE_SIZE = 200
