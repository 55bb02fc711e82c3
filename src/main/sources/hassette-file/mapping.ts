import type {
  Anchor,
  AppInput,
  RunInput,
  SessionInput,
  TargetInput,
  BlockingInput,
  LogInput,
} from '@main/archive/batch'
import { BARE_TARGET } from '@main/archive/batch'
import { RUN_ORIGINS, RUN_STATUSES } from '@shared/run'
import type { RunOrigin, RunStatus, SessionEnding, Tier } from '@shared/run'

/**
 * A session. Rows are as Hassette has them: seconds since 1970 and milliseconds. A hostile file may hold anything in any
 * column.
 */
export interface HassetteSession {
  id: number
  started_at: number
  stopped_at: number | null
  last_heartbeat_at: number | null
  status: string
  error_type: string | null
  error_message: string | null
  error_traceback: string | null
  dropped_overflow: number | null
  dropped_exhausted: number | null
  dropped_shutdown: number | null
}

/** What handlers and jobs have in common. */
interface ParentRow {
  id: number
  app_key: string
  instance_index: number
  source_tier: string
  handler_method: string | null
  mode: string | null
  predicate_description: string | null
  human_description: string | null
  source_location: string | null
  registration_source: string | null
  retired_at: number | null
  removed_at: number | null
}

/** A registration of a handler. */
export interface ListenerRow extends ParentRow {
  name: string
  topic: string
  debounce: number | null
  throttle: number | null
  duration: number | null
  once: number | null
  immediate: number | null
  priority: number | null
  entity_id: string | null
  backpressure: string | null
}

/** A registration of a job. */
export interface JobRow extends ParentRow {
  job_name: string
  trigger_type: string | null
  trigger_label: string | null
  trigger_detail: string | null
  schedule_status: string | null
  schedule_status_reason: string | null
}

/** An app. */
export interface ManifestRow {
  app_key: string
  display_name: string | null
}

/** What is asked of an execution or a session to know it again. */
export interface AnchorRow {
  id: number
  kind: string
  started: number
  uid: string | null
}

/** A run. */
export interface ExecutionRow {
  id: number
  kind: string
  listener_id: number | null
  job_id: number | null
  session_id: number | null
  execution_start_ts: number
  duration_ms: number
  status: string
  source_tier: string
  error_type: string | null
  error_message: string | null
  error_traceback: string | null
  is_di_failure: number | null
  execution_id: string | null
  trigger_context_id: string | null
  trigger_origin: string | null
  trigger_mode: string | null
  thread_leaked: number | null
}

/** A line of a log. */
export interface LogRow {
  id: number
  timestamp: number
  level: string
  logger_name: string
  func_name: string | null
  lineno: number | null
  message: string
  exc_info: string | null
  execution_id: string | null
}

/** A stall of the event loop. */
export interface BlockingRow {
  id: number
  session_id: number | null
  app_key: string | null
  instance_index: number | null
  execution_id: string | null
  tier: string
  primitive: string | null
  source_location: string | null
  stall_duration_ms: number | null
  detected_ts: number
  reason: string | null
  frames: string | null
}

/** Latest time kept, year 2242: start and duration together stay below 2^53. */
const LATEST_US = 8_600_000_000_000_000
/** Ten years; nothing runs longer. */
const LONGEST_US = 315_576_000_000_000

const STATUS: Record<string, RunStatus> = {
  success: 'ok',
  error: 'failed',
  timed_out: 'timed_out',
  cancelled: 'cancelled',
  skipped: 'skipped',
}

/** The base class and its family; the column `is_di_failure` says the same where a file has it. */
const DEPENDENCY_ERRORS = new Set(['DependencyError', 'DependencyResolutionError', 'DependencyInjectionError'])

const ENDING: Record<string, SessionEnding> = {
  success: 'clean',
  stopped: 'clean',
  failure: 'crashed',
  crashed: 'crashed',
  unknown: 'killed',
}

/** A session that still says "running" although a newer one began was killed. */
export function sessionsOf(rows: HassetteSession[], shiftUs: number): SessionInput[] {
  return rows.map((row, index) => {
    const stillRunning = row.status === 'running' && index === rows.length - 1
    return {
      foreignId: row.id,
      startedUs: toUs(row.started_at, shiftUs) ?? 0,
      stoppedUs: toUs(row.stopped_at, shiftUs),
      heartbeatUs: toUs(row.last_heartbeat_at, shiftUs),
      ending: stillRunning ? 'running' : (ENDING[row.status] ?? 'killed'),
      errorType: text(row.error_type),
      errorMessage: text(row.error_message),
      errorTraceback: text(row.error_traceback),
      droppedOverflow: count(row.dropped_overflow),
      droppedExhausted: count(row.dropped_exhausted),
      droppedShutdown: count(row.dropped_shutdown),
    }
  })
}

/**
 * A clean stop marks every job and some handlers as removed. A removal from 1 s before to 30 s after the stop of the
 * newest session is that stop and no removal.
 */
export function removalOf(removedUs: number | null, cleanStopUs: number | null): number | null {
  if (removedUs === null || cleanStopUs === null) return removedUs
  const afterStop = removedUs - cleanStopUs
  return afterStop >= -1_000_000 && afterStop <= 30_000_000 ? null : removedUs
}

/** `cleanStopUs`: as in `removalOf`. */
export function listenerOf(row: ListenerRow, shiftUs: number, cleanStopUs: number | null): TargetInput {
  return {
    ...BARE_TARGET,
    ...parentOf(row, shiftUs, cleanStopUs),
    kind: 'handler',
    name: text(row.name) ?? '',
    topic: text(row.topic) ?? '',
    entityId: text(row.entity_id),
    backpressure: text(row.backpressure),
    debounceS: real(row.debounce),
    throttleS: real(row.throttle),
    durationS: real(row.duration),
    priority: whole(row.priority),
    once: row.once === 1,
    immediate: row.immediate === 1,
  }
}

/** `cleanStopUs`: as in `removalOf`. */
export function jobOf(row: JobRow, shiftUs: number, cleanStopUs: number | null): TargetInput {
  return {
    ...BARE_TARGET,
    ...parentOf(row, shiftUs, cleanStopUs),
    kind: 'job',
    name: text(row.job_name) ?? '',
    scheduleType: text(row.trigger_type),
    scheduleLabel: text(row.trigger_label) ?? '',
    scheduleDetail: text(row.trigger_detail),
    scheduleStatus: text(row.schedule_status),
    scheduleStatusReason: text(row.schedule_status_reason),
  }
}

/** An app by its manifest. */
export function appOf(row: ManifestRow): AppInput {
  return { appKey: text(row.app_key) ?? '', displayName: text(row.display_name) }
}

/** By what a run or a session is known again; its time is not shifted. */
export function anchorOfRow({ id, kind, uid, started }: AnchorRow): Anchor {
  return {
    kind: kind === 'session' ? kind : tierOf(kind),
    foreignId: id,
    uid: text(uid),
    startedUs: toUs(started, 0) ?? 0,
  }
}

/** Without a status that we know, what has an error failed and the rest went well. */
export function runOf(row: ExecutionRow, shiftUs: number): RunInput {
  const failed = row.error_type !== null || row.error_message !== null || row.error_traceback !== null
  const status = STATUS[row.status] ?? (failed ? 'failed' : 'ok')
  return {
    foreignId: row.id,
    kind: row.listener_id === null ? 'job' : 'handler',
    foreignTargetId: whole(row.listener_id ?? row.job_id) ?? 0,
    foreignSessionId: whole(row.session_id),
    tier: tierOf(row.source_tier),
    startedUs: toUs(row.execution_start_ts, shiftUs) ?? 0,
    durationUs: durationOf(row.duration_ms),
    status: RUN_STATUSES.indexOf(status),
    dependencyFailure:
      status === 'failed' && (row.is_di_failure === 1 || DEPENDENCY_ERRORS.has(text(row.error_type) ?? '')),
    manual: row.trigger_mode === 'manual',
    threadLeaked: row.thread_leaked === 1,
    origin: originOf(row.trigger_origin),
    executionId: text(row.execution_id),
    contextId: text(row.trigger_context_id),
    failure: failed
      ? { errorType: text(row.error_type), message: text(row.error_message), traceback: text(row.error_traceback) }
      : null,
  }
}

/** A line of a log; its execution is known otherwise. */
export function logOf(row: LogRow, shiftUs: number): LogInput {
  return {
    foreignId: row.id,
    atUs: toUs(row.timestamp, shiftUs) ?? 0,
    level: text(row.level) ?? '',
    logger: text(row.logger_name) ?? '',
    function: text(row.func_name),
    line: whole(row.lineno),
    message: text(row.message) ?? '',
    error: text(row.exc_info),
  }
}

/** A stall, moved by `shiftUs`. */
export function blockingOf(row: BlockingRow, shiftUs: number): BlockingInput {
  return {
    foreignId: row.id,
    foreignSessionId: whole(row.session_id),
    executionId: text(row.execution_id),
    appKey: text(row.app_key),
    instanceIndex: whole(row.instance_index),
    detectedUs: toUs(row.detected_ts, shiftUs) ?? 0,
    durationUs: row.stall_duration_ms === null ? null : durationOf(row.stall_duration_ms),
    detector: text(row.tier) ?? '',
    primitive: text(row.primitive),
    sourceLocation: text(row.source_location),
    reason: text(row.reason),
    frames: text(row.frames),
  }
}

function parentOf(row: ParentRow, shiftUs: number, cleanStopUs: number | null) {
  return {
    foreignId: row.id,
    tier: tierOf(row.source_tier),
    appKey: text(row.app_key) ?? '',
    instanceIndex: whole(row.instance_index) ?? 0,
    method: text(row.handler_method) ?? '',
    mode: text(row.mode),
    predicate: text(row.human_description) || text(row.predicate_description),
    sourceLocation: text(row.source_location),
    registration: text(row.registration_source),
    retiredUs: toUs(row.retired_at, shiftUs),
    removedUs: removalOf(toUs(row.removed_at, shiftUs), cleanStopUs),
  }
}

function originOf(origin: unknown): RunOrigin {
  if (origin === null || origin === undefined) return null
  return RUN_ORIGINS.find((known) => known === origin) ?? 'other'
}

function tierOf(tier: unknown): Tier {
  return tier === 'framework' ? 'framework' : 'app'
}

/** Seconds since 1970 as whole microseconds, moved by `shiftUs`; null for null and for what is no number. */
export function toUs(seconds: unknown, shiftUs: number): number | null {
  if (typeof seconds !== 'number' || !Number.isFinite(seconds)) return null
  return Math.min(LATEST_US, Math.max(0, Math.round(seconds * 1e6) + shiftUs))
}

/** Milliseconds as whole microseconds; 0 for what is no number. */
export function durationOf(milliseconds: unknown): number {
  if (typeof milliseconds !== 'number' || !Number.isFinite(milliseconds)) return 0
  return Math.min(LONGEST_US, Math.max(0, Math.round(milliseconds * 1000)))
}

function text(value: unknown): string | null {
  if (value === null || value === undefined) return null
  return typeof value === 'string' ? value : String(value)
}

function real(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}

function whole(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : null
}

function count(value: unknown): number {
  return Math.max(0, whole(value) ?? 0)
}
