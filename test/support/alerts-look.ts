import type { AlertsStep, SourceSight } from '@main/archive/api'
import type { SourceMode } from '@shared/source'
import Database from 'better-sqlite3'

const AFTER_US = 5_000_000

/** A look of the alerts some seconds after the end of a recording. */
export function lookAt(
  recording: string,
  sourceId: number,
  mode: SourceMode,
  sight: SourceSight['sight'] = { kind: 'seen', caughtUp: true },
): AlertsStep {
  const nowUs = newestEndUs(recording) + AFTER_US
  return { nowUs, utcOffsetMinutes: 0, sources: [{ sourceId, name: 'home', mode, sight }], events: [] }
}

function newestEndUs(recording: string): number {
  const db = new Database(recording, { readonly: true })
  try {
    const ends = 'SELECT max(execution_start_ts + duration_ms / 1000.0) FROM executions'
    return Math.round((db.prepare<[], number>(ends).pluck().get() ?? 0) * 1e6)
  } finally {
    db.close()
  }
}
