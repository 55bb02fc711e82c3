import type { BlockingInput, LogInput } from '@main/archive/batch'
import { durationOf, text, toUs, whole } from './values'

/** Log lines and stalls as Hassette has them; a hostile file may hold anything in any column. */

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
