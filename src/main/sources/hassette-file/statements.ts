import { LOGS_OF_A_RUN } from '@main/archive/batch'
import type { Database } from 'better-sqlite3'
import type {
  AnchorRow,
  ExecutionRow,
  JobRow,
  ListenerRow,
  ManifestRow,
  HassetteSession,
  BlockingRow,
  LogRow,
} from './mapping'
import { columnOrNull } from './schema'
import type { HassetteSchema } from './schema'

/** Longest text taken of a message or a traceback, characters. */
const LONGEST_TEXT = 100_000
const LONGEST_LOG_TEXT = 10_000

export type Statements = ReturnType<typeof prepareAll>

/** Everything that is asked of a Hassette file, fitted to the columns that it has. */
export function prepareAll(db: Database, schema: HassetteSchema) {
  const optional = (table: string, ...columns: string[]) =>
    columns.map((column) => columnOrNull(schema, table, column)).join(', ')
  const text = (column: string, table = 'executions', longest = LONGEST_TEXT) =>
    schema.has(table, column) ? `substr("${column}", 1, ${longest}) AS "${column}"` : `NULL AS "${column}"`
  // Renamed by migration 012 of Hassette.
  const removed = (table: string) =>
    schema.has(table, 'removed_at') || !schema.has(table, 'cancelled_at')
      ? columnOrNull(schema, table, 'removed_at')
      : 'cancelled_at AS removed_at'

  const executions = `SELECT id, kind, listener_id, job_id, session_id, execution_start_ts, duration_ms, status, source_tier, ${text('error_type')}, ${text('error_message')}, ${text('error_traceback')}, ${optional('executions', 'is_di_failure', 'execution_id', 'trigger_context_id', 'trigger_origin', 'trigger_mode', 'thread_leaked')} FROM executions`
  const logs = `SELECT id, "timestamp", level, logger_name, execution_id, ${optional('log_records', 'func_name', 'lineno')}, ${text('message', 'log_records', LONGEST_LOG_TEXT)}, ${text('exc_info', 'log_records', LONGEST_LOG_TEXT)} FROM log_records`
  const runAnchor = `SELECT id, source_tier AS kind, execution_start_ts AS started, ${schema.has('executions', 'execution_id') ? 'execution_id' : 'NULL'} AS uid FROM executions`
  const sessionAnchor = `SELECT id, 'session' AS kind, started_at AS started, NULL AS uid FROM sessions`
  const hasLogs = schema.has('log_records', 'execution_id') && schema.has('log_records', 'timestamp')
  const mark = (table: string, ...columns: string[]) =>
    `(SELECT count(*) || '/' || coalesce(max(id), 0) || '/' || ${columns
      .map((column) => (schema.has(table, column) ? `total("${column}") || '/' || count("${column}")` : "''"))
      .join(" || '/' || ")} FROM ${table})`
  // One NULL would make the whole mark NULL, and a NULL never changes.
  const known = (value: string) => `coalesce(${value}, '')`

  return {
    sessions: db.prepare<[], HassetteSession>(
      `SELECT id, started_at, last_heartbeat_at, status, ${optional('sessions', 'stopped_at', 'error_type', 'error_message', 'error_traceback', 'dropped_overflow', 'dropped_exhausted', 'dropped_shutdown')}
       FROM sessions ORDER BY id`,
    ),
    listeners: db.prepare<[], ListenerRow>(
      `SELECT id, app_key, instance_index, name, topic, source_tier, ${removed('listeners')}, ${optional('listeners', 'handler_method', 'debounce', 'throttle', 'duration', 'once', 'immediate', 'priority', 'entity_id', 'predicate_description', 'human_description', 'source_location', 'registration_source', 'retired_at', 'mode', 'backpressure')}
       FROM listeners ORDER BY id`,
    ),
    jobs: db.prepare<[], JobRow>(
      `SELECT id, app_key, instance_index, job_name, source_tier, ${removed('scheduled_jobs')}, ${optional('scheduled_jobs', 'handler_method', 'trigger_type', 'trigger_label', 'trigger_detail', 'source_location', 'registration_source', 'retired_at', 'mode', 'predicate_description', 'human_description', 'schedule_status', 'schedule_status_reason')}
       FROM scheduled_jobs ORDER BY id`,
    ),
    manifests: schema.hasTable('app_manifests')
      ? db.prepare<[], ManifestRow>(`SELECT app_key, ${optional('app_manifests', 'display_name')} FROM app_manifests`)
      : null,
    parentsMark: db
      .prepare<[], string>(
        `SELECT ${[
          mark('sessions', 'started_at', 'last_heartbeat_at', 'stopped_at'),
          "(SELECT group_concat(substr(status, 1, 20), '/') FROM (SELECT status FROM sessions ORDER BY id))",
          mark('listeners', 'retired_at', 'removed_at', 'cancelled_at'),
          mark('scheduled_jobs', 'retired_at', 'removed_at', 'cancelled_at'),
          ...(schema.has('app_manifests', 'updated_at') ? ['(SELECT max(updated_at) FROM app_manifests)'] : []),
        ]
          .map(known)
          .join(" || ';' || ")}`,
      )
      .pluck(),
    runs: db.prepare<[number, number], ExecutionRow>(`${executions} WHERE id > ? ORDER BY id LIMIT ?`),
    runsFrom: db.prepare<[number, number], ExecutionRow>(
      `${executions} WHERE execution_start_ts >= ? ORDER BY execution_start_ts LIMIT ?`,
    ),
    runAnchors: {
      at: db.prepare<[number], AnchorRow>(`${runAnchor} WHERE id = ?`),
      // By ids: an index of tiers would be gone through as a whole.
      newest: db.prepare<[number, number, number], AnchorRow>(
        `${runAnchor} WHERE id BETWEEN ? AND ? AND (source_tier = 'framework') = ? ORDER BY id DESC LIMIT 1`,
      ),
    },
    sessionAnchors: {
      at: db.prepare<[number], AnchorRow>(`${sessionAnchor} WHERE id = ?`),
      newest: db.prepare<[number], AnchorRow>(`${sessionAnchor} ORDER BY id DESC LIMIT ?`),
    },
    sequence: db
      .prepare<[], number>(
        `SELECT max(coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'executions'), 0),
           coalesce((SELECT MAX(id) FROM executions), 0))`,
      )
      .pluck(),
    ids: db.prepare<[], { oldest: number | null; newest: number | null }>(
      'SELECT (SELECT MIN(id) FROM executions) AS oldest, (SELECT MAX(id) FROM executions) AS newest',
    ),
    newest: db.prepare<[], { heartbeat: number | null; started: number | null; duration: number | null }>(
      `SELECT (SELECT MAX(last_heartbeat_at) FROM sessions) AS heartbeat,
              (SELECT execution_start_ts FROM executions ORDER BY id DESC LIMIT 1) AS started,
              (SELECT duration_ms FROM executions ORDER BY id DESC LIMIT 1) AS duration`,
    ),
    starts: db.prepare<[], { oldest: number | null; newest: number | null }>(
      `SELECT (SELECT MIN(execution_start_ts) FROM executions) AS oldest,
              (SELECT MAX(execution_start_ts) FROM executions) AS newest`,
    ),
    countStarts: db
      .prepare<[string, number, number], number>(
        'SELECT count(*) FROM executions WHERE source_tier = ? AND execution_start_ts >= ? AND execution_start_ts < ?',
      )
      .pluck(),
    countSessions: db.prepare<[], number>('SELECT count(*) FROM sessions').pluck(),
    logs: hasLogs
      ? {
          ofRun: db.prepare<[string, number], LogRow>(
            `${logs} WHERE execution_id = ? AND id <= ? ORDER BY id LIMIT ${LOGS_OF_A_RUN}`,
          ),
          between: db.prepare<[number, number], LogRow>(
            `${logs} WHERE id > ? AND id <= ? AND execution_id IS NOT NULL ORDER BY id`,
          ),
          newestId: db.prepare<[], number | null>('SELECT MAX(id) FROM log_records').pluck(),
        }
      : null,
    blocking: schema.has('blocking_events', 'detected_ts')
      ? db.prepare<[number, number], BlockingRow>(
          `SELECT id, detected_ts, ${optional('blocking_events', 'session_id', 'app_key', 'instance_index', 'execution_id', 'tier', 'primitive', 'stall_duration_ms', 'reason')}, ${text('source_location', 'blocking_events', LONGEST_LOG_TEXT)}, ${text('frames', 'blocking_events', LONGEST_TEXT)}
           FROM blocking_events WHERE id > ? ORDER BY id LIMIT ?`,
        )
      : null,
  }
}
