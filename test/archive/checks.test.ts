import { ANCHOR_KINDS, APPEND_ROLES } from '@main/archive/batch'
import { migrate, openForWriting } from '@archive/core'
import { ERROR_GROUP_STATES } from '@archive/derived'
import { EPOCH_REASONS } from '@archive/ingest'
import { MUTE_KINDS } from '@shared/alert'
import {
  DELIVERY_FAILURES,
  NOTIFICATION_KINDS,
  NOTIFICATION_STATES,
  WITHHELD_REASONS,
} from '@shared/alert-notification'
import { RUN_STATUSES, SESSION_ENDINGS, TARGET_KINDS, TIERS } from '@shared/run'
import { SOURCE_MODES, ZONE_ORIGINS } from '@shared/source'
import { BOUNDS, LOG_REASONS } from '@shared/storage'
import { COVERAGE_KINDS, STORED_GAP_REASONS } from '@shared/trends'
import { describe, expect, it } from 'vitest'
import { useTempFolder } from '../support/fixtures'

/** What a column may hold, as the code has it. */
const LISTS: Readonly<Record<string, readonly string[]>> = {
  'anchors.kind': ANCHOR_KINDS,
  'coverage.kind': COVERAGE_KINDS,
  'coverage.reason': STORED_GAP_REASONS,
  'epochs.reason': EPOCH_REASONS,
  'error_groups.state': ERROR_GROUP_STATES,
  'mutes.kind': MUTE_KINDS,
  'notifications.kind': NOTIFICATION_KINDS,
  'notifications.reason': [...WITHHELD_REASONS, ...DELIVERY_FAILURES],
  'notifications.state': NOTIFICATION_STATES,
  'retention_log.bound': BOUNDS,
  'retention_log.reason': LOG_REASONS,
  'sessions.ending': SESSION_ENDINGS,
  'sources.mode': SOURCE_MODES,
  'sources.zone_origin': ZONE_ORIGINS,
  'streams.role': APPEND_ROLES,
  'streams.tier': TIERS,
  'targets.kind': TARGET_KINDS,
  'targets.tier': TIERS,
}

/** Columns with such a name that hold what Hassette wrote, whatever that is. */
const WORDS_OF_HASSETTE = [
  'blocking_events.reason',
  'run_logs.level',
  'targets.mode',
  'targets.schedule_status',
  'targets.schedule_status_reason',
]

const OF_A_LIST = /(^|_)(kind|mode|tier|role|state|status|reason|outcome|ending|bound|origin|level|rule)$/

describe('the codes in the archive', () => {
  const folder = useTempFolder()

  it('are those that the code knows, and SQLite takes no other', () => {
    const db = openForWriting(folder.path('archive.db'))
    migrate(db, folder.path('archive.db'))
    const tables = db
      .prepare<[], { name: string; sql: string }>(
        `SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND sql <> ''`,
      )
      .all()
    const columns = db
      .prepare<[], string>(
        `SELECT t.name || '.' || c.name FROM pragma_table_list t JOIN pragma_table_info(t.name) c
         WHERE t.schema = 'main' AND t.type = 'table' AND c.type = 'TEXT' AND t.name NOT LIKE 'sqlite_%'`,
      )
      .pluck()
      .all()
    db.close()
    const checked = Object.fromEntries(tables.flatMap(({ name, sql }) => listsOf(name, sql)))
    expect(checked).toEqual(LISTS)
    const runs = tables.find(({ name }) => name === 'runs')
    expect(runs?.sql).toContain(`CHECK (status BETWEEN 0 AND ${RUN_STATUSES.length - 1})`)
    const named = columns.filter((column) => OF_A_LIST.test(column.split('.')[1] ?? ''))
    expect(named.sort()).toEqual([...Object.keys(LISTS), ...WORDS_OF_HASSETTE].sort())
  })
})

/** `CHECK (column IN ('a', 'b'))` of a table: what each column takes. */
function listsOf(table: string, sql: string): [column: string, values: string[]][] {
  return [...sql.matchAll(/CHECK \((\w+) IN \(([^()]*)\)\)/g)].map(([, column, values = '']) => [
    `${table}.${column}`,
    [...values.matchAll(/'([^']*)'/g)].map(([, value = '']) => value),
  ])
}
