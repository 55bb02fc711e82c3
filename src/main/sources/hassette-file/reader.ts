import { fileFacts } from '@main/archive/file-facts'
import type { AppInput, Cursor, ParentsInput, RunInput, SessionInput, TargetInput } from '@main/archive/batch'
import type { Database } from 'better-sqlite3'
import { appOf, jobOf, listenerOf, runOf, sessionsOf, toUs } from './batch-mapping'
import type { ExecutionRow, JobRow, ListenerRow, ManifestRow, SessionRow } from './batch-mapping'
import { openHassetteFile, openHassetteImage, sourceFailure } from './identify'
import { columnOrNull } from './schema'
import type { HassetteSchema } from './schema'

/** Hassette writes its heartbeat every 5 minutes; after 11 it is gone. Also the border between live and snapshot. */
export const SILENCE_US = 660_000_000

/** Longest text taken of a message or a traceback, characters. */
const LONGEST_TEXT = 100_000

/** Reads one Hassette file. Every call is one or a few short statements; none leaves a transaction open. */
export interface HassetteReader {
  readonly userVersion: number
  parents(): ParentsInput
  /** At most `limit` executions beyond an id, in the order in which Hassette wrote them. */
  runsAfter(foreignId: number, limit: number): RunInput[]
  /** The execution with this id as a cursor; null when the file has none. */
  cursorAt(foreignId: number): Cursor | null
  /** The highest id that the file ever gave to an execution. */
  sequence(): number
  /** Upper bound of the rows beyond an id. */
  countAfter(foreignId: number): number
  /** Newest sign of life: heartbeats and executions, unshifted; null in a file without sessions. */
  newestSignUs(): number | null
  close(): void
}

/** Where a Hassette database is: a file, or an image of one in memory. */
export type HassettePlace = { path: string } | { image: Uint8Array }

/** Opens the database and looks what its schema has. Throws as `openHassetteFile` does; so does every call. */
export function createHassetteReader(place: HassettePlace, shiftUs: number): HassetteReader {
  const path = 'path' in place ? place.path : 'The recording'
  const { db, schema } = 'path' in place ? openHassetteFile(place.path) : openHassetteImage(place.image)
  const guard = <T>(read: () => T): T => {
    try {
      return read()
    } catch (error) {
      throw sourceFailure(error, path)
    }
  }
  try {
    const statements = guard(() => prepareAll(db, schema))
    return {
      userVersion: schema.userVersion,
      parents: () => guard(() => readParents(statements, shiftUs)),
      runsAfter: (foreignId, limit) =>
        guard(() => statements.runs.all(foreignId, limit).map((row) => runOf(row, shiftUs))),
      cursorAt: (foreignId) =>
        guard(() => {
          const row = statements.anchor.get(foreignId)
          return row ? { foreignId, uid: row.execution_id, startedUs: toUs(row.execution_start_ts, 0) ?? 0 } : null
        }),
      sequence: () => guard(() => statements.sequence.get() ?? 0),
      countAfter: (foreignId) => guard(() => statements.count.get(foreignId) ?? 0),
      newestSignUs: () => guard(() => newestSign(statements)),
      close: () => db.close(),
    }
  } catch (error) {
    db.close()
    throw error
  }
}

/**
 * Whether somebody may be writing the file right now, so that reading must leave pauses. An empty `-wal` is what our own
 * connections leave; a running Hassette never cuts its one to nothing.
 */
export function mayBeWritten(path: string, nowMs: number): boolean {
  const wal = fileFacts(`${path}-wal`)
  return wal !== null && wal.size > 0 && nowMs - wal.mtimeMs < SILENCE_US / 1000
}

type Statements = ReturnType<typeof prepareAll>

function prepareAll(db: Database, schema: HassetteSchema) {
  const optional = (table: string, ...columns: string[]) =>
    columns.map((column) => columnOrNull(schema, table, column)).join(', ')
  const text = (column: string) =>
    schema.has('executions', column) ? `substr("${column}", 1, ${LONGEST_TEXT}) AS "${column}"` : `NULL AS "${column}"`
  // Renamed by migration 012 of Hassette.
  const removed = (table: string) =>
    schema.has(table, 'removed_at') || !schema.has(table, 'cancelled_at')
      ? columnOrNull(schema, table, 'removed_at')
      : 'cancelled_at AS removed_at'

  return {
    sessions: db.prepare<[], SessionRow>(
      `SELECT id, started_at, last_heartbeat_at, status, ${optional('sessions', 'stopped_at', 'error_type', 'error_message', 'error_traceback', 'dropped_overflow', 'dropped_exhausted', 'dropped_shutdown')}
       FROM sessions ORDER BY id`,
    ),
    listeners: db.prepare<[], ListenerRow>(
      `SELECT id, app_key, instance_index, name, topic, source_tier, ${removed('listeners')}, ${optional('listeners', 'handler_method', 'debounce', 'throttle', 'duration', 'once', 'immediate', 'priority', 'entity_id', 'predicate_description', 'human_description', 'source_location', 'registration_source', 'retired_at', 'mode', 'backpressure')}
       FROM listeners ORDER BY id`,
    ),
    jobs: db.prepare<[], JobRow>(
      `SELECT id, app_key, instance_index, job_name, source_tier, ${removed('scheduled_jobs')}, ${optional('scheduled_jobs', 'handler_method', 'trigger_type', 'trigger_label', 'trigger_detail', 'source_location', 'registration_source', 'retired_at', 'mode', 'predicate_description', 'human_description', 'schedule_status')}
       FROM scheduled_jobs ORDER BY id`,
    ),
    manifests: schema.hasTable('app_manifests')
      ? db.prepare<[], ManifestRow>(`SELECT app_key, ${optional('app_manifests', 'display_name')} FROM app_manifests`)
      : null,
    runs: db.prepare<[number, number], ExecutionRow>(
      `SELECT id, kind, listener_id, job_id, session_id, execution_start_ts, duration_ms, status, source_tier, ${text('error_type')}, ${text('error_message')}, ${text('error_traceback')}, ${optional('executions', 'is_di_failure', 'execution_id', 'trigger_context_id', 'trigger_origin', 'trigger_mode', 'thread_leaked')}
       FROM executions WHERE id > ? ORDER BY id LIMIT ?`,
    ),
    anchor: db.prepare<[number], { execution_start_ts: number; execution_id: string | null }>(
      `SELECT execution_start_ts, ${optional('executions', 'execution_id')} FROM executions WHERE id = ?`,
    ),
    sequence: db.prepare<[], number>("SELECT seq FROM sqlite_sequence WHERE name = 'executions'").pluck(),
    // Ids only grow and few are missing: the difference is a good bound and costs nothing.
    count: db.prepare<[number], number>('SELECT MAX(0, COALESCE((SELECT MAX(id) FROM executions), 0) - ?)').pluck(),
    newest: db.prepare<[], { heartbeat: number | null; started: number | null }>(
      `SELECT (SELECT MAX(last_heartbeat_at) FROM sessions) AS heartbeat,
              (SELECT execution_start_ts FROM executions ORDER BY id DESC LIMIT 1) AS started`,
    ),
  }
}

function readParents(statements: Statements, shiftUs: number): ParentsInput {
  const sessions: SessionInput[] = sessionsOf(statements.sessions.all(), shiftUs)
  const stop = cleanStop(sessions)
  const targets: TargetInput[] = [
    ...statements.listeners.all().map((row) => listenerOf(row, shiftUs, stop)),
    ...statements.jobs.all().map((row) => jobOf(row, shiftUs, stop)),
  ]
  const apps: AppInput[] = statements.manifests?.all().map(appOf) ?? []
  return { apps, sessions, targets }
}

/** When the newest of the cleanly ended sessions stopped; a later one may have failed before it registered anything. */
function cleanStop(sessions: SessionInput[]): number | null {
  return sessions.findLast((session) => session.ending === 'clean')?.stoppedUs ?? null
}

function newestSign(statements: Statements): number | null {
  const row = statements.newest.get()
  if (!row || row.heartbeat === null) return null
  return Math.max(toUs(row.heartbeat, 0) ?? 0, toUs(row.started, 0) ?? 0)
}
