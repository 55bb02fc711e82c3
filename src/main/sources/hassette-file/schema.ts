import { Failure } from '@shared/result'
import type { Database } from 'better-sqlite3'

/** Hassette 0.48; older files lack columns that the archive needs. */
const OLDEST_VERSION = 9

/** Columns without which nothing can be read; every other one is optional. */
const REQUIRED: Record<string, readonly string[]> = {
  sessions: ['id', 'started_at', 'last_heartbeat_at', 'status'],
  listeners: ['id', 'app_key', 'instance_index', 'name', 'topic', 'source_tier'],
  scheduled_jobs: ['id', 'app_key', 'instance_index', 'job_name', 'source_tier'],
  executions: [
    'id',
    'kind',
    'listener_id',
    'job_id',
    'session_id',
    'execution_start_ts',
    'duration_ms',
    'status',
    'source_tier',
  ],
}

/** What a Hassette file of some version holds, found out by looking and not by its number. */
export interface HassetteSchema {
  userVersion: number
  /** Whether the table has the column. */
  has(table: string, column: string): boolean
  hasTable(table: string): boolean
}

/**
 * Looks at an open database and says what of Hassette's schema it has.
 * Throws `source_not_hassette` or `source_too_old`.
 */
export function detectSchema(db: Database): HassetteSchema {
  const userVersion = Number(db.pragma('user_version', { simple: true }))
  const names = db.prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all()
  const columns = new Map(names.map((name) => [name, columnsOf(db, name)]))
  refuseOthers(userVersion, columns)
  return {
    userVersion,
    has: (table, column) => columns.get(table)?.has(column) ?? false,
    hasTable: (table) => columns.has(table),
  }
}

/** The column if the table has it, else NULL, to be used in a SELECT. */
export function columnOrNull(schema: HassetteSchema, table: string, column: string, alias = ''): string {
  const quoted = `"${column}"`
  return schema.has(table, column) ? `${alias === '' ? '' : `${alias}.`}${quoted}` : `NULL AS ${quoted}`
}

function columnsOf(db: Database, table: string): Set<string> {
  return new Set(db.prepare<[string], string>('SELECT name FROM pragma_table_info(?)').pluck().all(table))
}

function refuseOthers(userVersion: number, columns: Map<string, Set<string>>): void {
  if (userVersion === 0 && columns.has('handler_invocations')) {
    throw new Failure(
      'source_too_old',
      'This database was written by a Hassette older than 0.37.',
      'Update Hassette to 0.48 or later. It begins a new database then.',
    )
  }
  const missing = Object.keys(REQUIRED).filter((table) => !columns.has(table))
  if (missing.length > 0) {
    throw new Failure(
      'source_not_hassette',
      'This file is a database, but not one of Hassette.',
      'Choose the hassette.db in the data folder of Hassette.',
    )
  }
  if (userVersion < OLDEST_VERSION) {
    throw new Failure(
      'source_too_old',
      `This database has Hassette's schema ${userVersion}; Hassette Monitor reads ${OLDEST_VERSION} and newer.`,
      'Update Hassette to 0.48 or later.',
    )
  }
  for (const [table, wanted] of Object.entries(REQUIRED)) {
    const lacking = wanted.filter((column) => !columns.get(table)?.has(column))
    if (lacking.length > 0) {
      throw new Failure(
        'source_not_hassette',
        `Table ${table} of this database lacks ${lacking.join(', ')} (schema ${userVersion}).`,
        'If Hassette itself wrote this file, a newer Hassette Monitor is needed.',
      )
    }
  }
}
