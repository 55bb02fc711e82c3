import { migrate, openForWriting } from '@archive/core'
import type { Database } from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { useTempFolder } from '../support/fixtures'
import { collectStatements } from './collected-statements'

const STALLS = 'stage 7: stalls are listed in their session'
const MISSED = 'stage 7: starts that a schedule foresaw and that were not'
const ZONE = 'stage 7: the zone of schedules'
const CLOCK = 'stage 7: how far the clock of a Hassette is from ours'
const SINCE = 'stage 7: since when a target fails'
const ENDED = 'stage 7: a schedule that has ended starts nothing more'
const GROUPS = 'the pages of error groups'
const ADDRESS = 'stage 10: sources that are read over HTTP'
const VIEWS = 'saved views'

/** Columns that no question reads, and why they are there all the same. */
const NOT_READ: Readonly<Record<string, string>> = {
  'blocking_events.app_key': STALLS,
  'blocking_events.detector': STALLS,
  'blocking_events.duration_us': STALLS,
  'blocking_events.frames': STALLS,
  'blocking_events.id': 'the key by which it is deleted',
  'blocking_events.instance_index': STALLS,
  'blocking_events.primitive': STALLS,
  'blocking_events.reason': STALLS,
  'blocking_events.run_uid': STALLS,
  'blocking_events.source_location': STALLS,
  'group_rollups.n': GROUPS,
  'group_targets.first_us': GROUPS,
  'group_targets.last_us': GROUPS,
  'recent_keys.at_us': ADDRESS,
  'recent_keys.key': ADDRESS,
  'recent_keys.source_id': ADDRESS,
  'rollups.max_us': 'stage 7: it clamps percentiles',
  'rollups.min_us': 'stage 7: it clamps percentiles',
  'run_logs.function': 'stage 8: where a line was logged, in the inspector',
  'run_logs.line': 'stage 8: where a line was logged, in the inspector',
  'rollups.missed': MISSED,
  'saved_views.created_us': VIEWS,
  'saved_views.id': VIEWS,
  'saved_views.name': VIEWS,
  'saved_views.page': VIEWS,
  'saved_views.query': VIEWS,
  'sessions.error_traceback': 'stage 8: the inspector of a session',
  'sessions.time_zone': ZONE,
  'sources.address': ADDRESS,
  'sources.clock_offset_at_us': CLOCK,
  'sources.clock_offset_us': CLOCK,
  'sources.zone_origin': ZONE,
  'target_states.failing_count': SINCE,
  'target_states.failing_run_id': SINCE,
  'target_states.failing_since_us': SINCE,
  'target_states.last_ok_run_id': SINCE,
  'target_states.last_ok_us': SINCE,
  'target_states.target_id': SINCE,
  'targets.schedule_status': ENDED,
  'targets.schedule_status_reason': ENDED,
  'tracebacks.hash': 'read where it is written: by it a traceback is known again',
  'tracebacks.refs': 'read where it is written: at 0 the traceback goes',
}

/** What the writer asks for only to add to it: nobody learns of it. */
const TO_WRITE_AGAIN = /FROM rollups WHERE resolution = \? AND bucket = \? AND target_id = \?$/

describe('the columns of the archive', () => {
  const folder = useTempFolder()

  it('are all read by a question, shown by the view, or wait for a stage that is named', async () => {
    const { statements } = await collectStatements(folder)
    const db = openForWriting(folder.path('empty.db'))
    migrate(db, folder.path('empty.db'))
    db.exec('ALTER TABLE targets ADD COLUMN made_up TEXT')
    const questions = statements
      .filter(({ sql, ofArchive }) => ofArchive && /^\s*SELECT\b/.test(sql) && !TO_WRITE_AGAIN.test(sql))
      .map(({ sql }) => sql)
    const unread = unreadColumns(db, [...questions, ...takeViews(db)])
    db.close()
    expect(unread).toEqual(['targets.made_up', ...Object.keys(NOT_READ)].sort())
  })
})

/** The questions behind the views, which are dropped: SQLite would else carry a renamed column into them. */
function takeViews(db: Database): string[] {
  const views = db
    .prepare<[], { name: string; sql: string }>(`SELECT name, sql FROM sqlite_schema WHERE type = 'view'`)
    .all()
  for (const { name } of views) db.exec(`DROP VIEW ${name}`)
  return views.map(({ sql }) => sql.replace(/^CREATE VIEW \w+ AS/, ''))
}

/** Columns (`table.column`) that can have another name without one of the questions failing: SQLite itself says so. */
function unreadColumns(db: Database, questions: readonly string[]): string[] {
  const columns = db
    .prepare<[], { table: string; name: string }>(
      `SELECT t.name AS "table", c.name FROM pragma_table_list t JOIN pragma_table_info(t.name) c
       WHERE t.schema = 'main' AND t.type = 'table' AND t.name NOT LIKE 'sqlite_%'`,
    )
    .all()
  const unread = columns.filter(({ table, name }) => {
    const naming = questions.filter((sql) => new RegExp(`\\b${name}\\b`).test(sql))
    db.exec(`ALTER TABLE ${table} RENAME COLUMN ${name} TO renamed_away`)
    const isRead = naming.some((sql) => !canBeAsked(db, sql))
    db.exec(`ALTER TABLE ${table} RENAME COLUMN renamed_away TO ${name}`)
    return !isRead
  })
  return unread.map(({ table, name }) => `${table}.${name}`).sort()
}

function canBeAsked(db: Database, sql: string): boolean {
  try {
    db.prepare(sql)
    return true
  } catch {
    return false
  }
}
