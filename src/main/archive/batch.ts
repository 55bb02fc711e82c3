import { TIERS } from '@shared/run'
import type { RunOrigin, TargetKind, Tier } from '@shared/run'
import type { SessionEnding } from '@shared/run'

/**
 * What a source hands to the archive, in the archive's words. Times are microseconds since 1970 (UTC), durations whole
 * microseconds; `foreignId` is the number that the source itself gives a thing, unique within one epoch.
 */

export interface SessionInput {
  foreignId: number
  startedUs: number
  stoppedUs: number | null
  heartbeatUs: number | null
  ending: SessionEnding
  errorType: string | null
  errorMessage: string | null
  errorTraceback: string | null
  droppedOverflow: number
  droppedExhausted: number
  droppedShutdown: number
}

export interface AppInput {
  appKey: string
  displayName: string | null
}

export interface TargetInput {
  foreignId: number
  kind: TargetKind
  tier: Tier
  appKey: string
  instanceIndex: number
  name: string
  topic: string | null
  method: string
  entityId: string | null
  scheduleType: string | null
  scheduleLabel: string | null
  scheduleDetail: string | null
  /** Whether the schedule goes on, and why it does not, in the source's words. */
  scheduleStatus: string | null
  scheduleStatusReason: string | null
  mode: string | null
  backpressure: string | null
  debounceS: number | null
  throttleS: number | null
  durationS: number | null
  priority: number | null
  once: boolean
  immediate: boolean
  predicate: string | null
  sourceLocation: string | null
  registration: string | null
  retiredUs: number | null
  removedUs: number | null
}

/** A target of which its source says no more than what it is. */
export const BARE_TARGET = {
  topic: null,
  method: '',
  entityId: null,
  scheduleType: null,
  scheduleLabel: null,
  scheduleDetail: null,
  scheduleStatus: null,
  scheduleStatusReason: null,
  mode: null,
  backpressure: null,
  debounceS: null,
  throttleS: null,
  durationS: null,
  priority: null,
  once: false,
  immediate: false,
  predicate: null,
  sourceLocation: null,
  registration: null,
  retiredUs: null,
  removedUs: null,
} as const satisfies Partial<TargetInput>

/** Everything a run may refer to, as it stands now. */
export interface ParentsInput {
  apps: AppInput[]
  sessions: SessionInput[]
  targets: TargetInput[]
}

export interface FailureInput {
  errorType: string | null
  message: string | null
  traceback: string | null
}

/** A line that the source logged while it did something. */
export interface LogInput {
  foreignId: number
  atUs: number
  level: string
  logger: string
  function: string | null
  line: number | null
  message: string
  /** Traceback that came with the line. */
  error: string | null
}

export interface RunInput {
  foreignId: number
  kind: TargetKind
  foreignTargetId: number
  foreignSessionId: number | null
  tier: Tier
  startedUs: number
  durationUs: number
  /** Index into `RUN_STATUSES`. */
  status: number
  dependencyFailure: boolean
  manual: boolean
  threadLeaked: boolean
  origin: RunOrigin
  executionId: string | null
  contextId: string | null
  failure: FailureInput | null
  /** What was logged in the run, oldest first, as far as it is known yet; only asked for where `keepsLogs`. */
  logs?: LogInput[]
}

/** A stall of the source's event loop. */
export interface BlockingInput {
  foreignId: number
  foreignSessionId: number | null
  executionId: string | null
  appKey: string | null
  instanceIndex: number | null
  detectedUs: number
  durationUs: number | null
  detector: string
  primitive: string | null
  sourceLocation: string | null
  reason: string | null
  /** JSON, innermost frame first. */
  frames: string | null
}

export const ANCHOR_KINDS = [...TIERS, 'session'] as const

/** By what a row of a source is known again. */
export interface Anchor {
  kind: (typeof ANCHOR_KINDS)[number]
  foreignId: number
  /** Its execution id; null for a session. */
  uid: string | null
  /** As the source has it, never shifted. */
  startedUs: number
}

/** The place up to which a source was read: the number of its newest row taken, and what it was read with, in order. */
export interface Cursor {
  foreignId: number
  anchors: Anchor[]
}

export interface RunBatch {
  runs: RunInput[]
  /** Null for runs that were found beside the place up to which the source is read. */
  cursor: Cursor | null
}

/**
 * `live` goes on with the streams of its epoch and moves its cursor; `backfill` puts older runs that we lack into
 * streams of their own, and leaves targets and sessions as they are known.
 */
export const APPEND_ROLES = ['live', 'backfill'] as const
export type AppendRole = (typeof APPEND_ROLES)[number]

/** Lines kept of one run; what comes beyond is left out. */
export const LOGS_OF_A_RUN = 200

/** Logs are kept for the failures of apps only. */
export function keepsLogs(run: RunInput): boolean {
  return run.tier === 'app' && run.failure !== null && run.executionId !== null
}
