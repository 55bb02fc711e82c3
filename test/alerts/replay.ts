import { resolve } from 'node:path'
import Database from 'better-sqlite3'
import { fingerprintOf } from '@archive/derived'
import { loadRecording } from '@main/sources/sample'
import type { RunStatus } from '@shared/run'
import type { FixtureName } from '../support/fixtures'
import { openFixture } from '../support/fixtures'
import type { Seen, Timeline } from './scenarios/play'
import { SECOND, run } from './scenarios/play'

interface Row {
  kind: 'handler' | 'job'
  targetId: number
  appKey: string
  name: string
  startS: number
  durationMs: number
  status: string
  dependencyFailure: number
  errorType: string | null
  message: string | null
  traceback: string | null
}

interface SessionRow {
  startS: number
  stopS: number
}

/** Runs of apps in the order of their finish, as Hassette stored them. */
const RUNS = `
  SELECT e.kind, coalesce(e.listener_id, 100000 + e.job_id) AS targetId, coalesce(l.app_key, j.app_key) AS appKey,
    coalesce(l.name, j.job_name) AS name, e.execution_start_ts AS startS, e.duration_ms AS durationMs, e.status,
    e.is_di_failure AS dependencyFailure, e.error_type AS errorType, e.error_message AS message,
    e.error_traceback AS traceback
  FROM executions e LEFT JOIN listeners l ON l.id = e.listener_id LEFT JOIN scheduled_jobs j ON j.id = e.job_id
  WHERE e.source_tier = 'app' ORDER BY e.execution_start_ts + e.duration_ms / 1000.0`
const SESSIONS = `
  SELECT started_at AS startS, max(coalesce(stopped_at, 0), last_heartbeat_at, coalesce((SELECT
    max(execution_start_ts + duration_ms / 1000.0) FROM executions e WHERE e.session_id = s.id), 0)) AS stopS
  FROM sessions s ORDER BY started_at`
const STATUS: Record<string, RunStatus> = {
  success: 'ok',
  error: 'failed',
  timed_out: 'timed_out',
  cancelled: 'cancelled',
  skipped: 'skipped',
}

/** A recording of a real Hassette as a timeline on its own clock, watched live from its first run on. */
export function replayOf(name: FixtureName): Timeline {
  return timelineOf(new Database(openFixture(name), { readonly: true }))
}

/** The week that comes with the app as the sample. */
export async function replayOfWeek(): Promise<Timeline> {
  const { image } = await loadRecording(resolve(import.meta.dirname, '../../resources/sample'))
  return timelineOf(new Database(Buffer.from(image)))
}

function timelineOf(db: Database.Database): Timeline {
  const rows = db.prepare<[], Row>(RUNS).all()
  const sessions = db.prepare<[], SessionRow>(SESSIONS).all()
  db.close()
  const groups = new Map<string, number>()
  const beginUs = Math.round((sessions[0]?.startS ?? 0) * SECOND) - SECOND
  const events: Seen[] = [
    { visibleUs: beginUs, event: { kind: 'source', sourceId: 1, name: 'Hassette', mode: 'live' } },
    ...sessions.flatMap(({ startS, stopS }): Seen[] => {
      const [atUs, endUs] = [Math.round(startS * SECOND), Math.round(stopS * SECOND)]
      return [
        { visibleUs: atUs, event: { kind: 'sessionStarted', sourceId: 1, atUs } },
        { visibleUs: endUs + SECOND, event: { kind: 'sessionEnded', sourceId: 1, atUs: endUs } },
      ]
    }),
    ...rows.map((row, index) => seen(row, index + 1, groups)),
  ]
  const endUs = Math.max(...sessions.map(({ stopS }) => Math.round(stopS * SECOND))) + 5 * SECOND
  return { events, beginUs, endUs }
}

/** As the archive groups it and the feed reads it: some seconds after its end. */
function seen(row: Row, runId: number, groups: Map<string, number>): Seen {
  const { kind, targetId, appKey, name, errorType, message, traceback } = row
  const status = STATUS[row.status] ?? 'failed'
  const dependencyFailure = row.dependencyFailure === 1
  const print = fingerprintOf({
    status,
    dependencyFailure,
    kind,
    appKey,
    targetName: name,
    errorType,
    message,
    traceback,
  })
  if (print && !groups.has(print.key)) groups.set(print.key, groups.size + 1)
  const groupId = print ? (groups.get(print.key) ?? null) : null
  const endUs = Math.round(row.startS * SECOND + row.durationMs * 1000)
  const of = { appKey, targetName: name, status, dependencyFailure, groupId, cause: print?.cause ?? null }
  return { visibleUs: endUs + 2 * SECOND, event: run({ runId, targetId, endUs, ...of }) }
}
