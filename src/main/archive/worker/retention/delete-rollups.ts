import { SECOND_US } from '@shared/time'
import type { Writable } from '../core/database'
import { META } from '../core/meta'
import { bucketAt, KEPT_S, RESOLUTION } from '../derived/rollups/accumulator'

/** Number of the newest sessions of a source that are kept however old. */
const SESSIONS = 200

/** Rows in one transaction, about. */
const ROWS = 4096
/** A session has a row for each of its targets. */
const SESSIONS_AT_ONCE = 32

/** Deletes trends, a short transaction at a time. Each returns how many rows went; 0 when there is nothing left to go. */
export interface RollupDeletion {
  /** What is past its own term: minutes, hours, sessions, and the stalls of that time. */
  deletePastTerm(nowUs: number): number
  /** Oldest first, whatever its age: groups, minutes, sessions, hours. Days stay. */
  deleteOldest(): number
}

type Table = 'rollups' | 'group_rollups'

export function createRollupDeletion(db: Writable): RollupDeletion {
  const statements = prepareAll(db)

  /** Deletes whole buckets that begin before; at least one, if there is any. */
  const deleteBuckets = (table: Table, resolution: number, before: number): number => {
    const { first, nth, remove } = statements[table]
    const oldest = first.get(resolution, before)
    if (oldest === undefined) return 0
    const end = Math.max(oldest + 1, nth.get(resolution, before) ?? before)
    const mark = table === 'rollups' ? MARKS.get(resolution) : undefined
    if (mark !== undefined) statements.mark.run(mark, Math.min(end, before))
    return remove.run(resolution, end).changes
  }

  const deleteSessions = (nowUs: number): number => {
    const ids = statements.oldSessions.all(nowUs - KEPT_S.session * SECOND_US)
    return ids.reduce((rows, id) => rows + statements.removeSession.run(id).changes, 0)
  }

  const inTransaction = <A extends unknown[]>(work: (...args: A) => number) => db.transaction(work).immediate
  const anyOf = (steps: readonly (() => number)[]): number => {
    for (const step of steps) {
      const rows = step()
      if (rows > 0) return rows
    }
    return 0
  }

  return {
    deletePastTerm: inTransaction((nowUs: number) =>
      anyOf([
        () => deleteBuckets('rollups', MINUTE, endOfTerm(nowUs, 'minute')),
        () => deleteBuckets('rollups', HOUR, endOfTerm(nowUs, 'hour')),
        () => deleteBuckets('group_rollups', HOUR, endOfTerm(nowUs, 'hour')),
        () => deleteSessions(nowUs),
        () => statements.oldStalls.run(nowUs - KEPT_S.hour * SECOND_US).changes,
      ]),
    ),
    deleteOldest: inTransaction(() =>
      anyOf([
        () => deleteBuckets('group_rollups', HOUR, ANY_AGE),
        () => deleteBuckets('group_rollups', DAY, ANY_AGE),
        () => deleteBuckets('rollups', MINUTE, ANY_AGE),
        () => deleteBuckets('rollups', SESSION, ANY_AGE),
        () => deleteBuckets('rollups', HOUR, ANY_AGE),
      ]),
    ),
  }
}

const { session: SESSION, minute: MINUTE, hour: HOUR, day: DAY } = RESOLUTION
const MARKS: ReadonlyMap<number, string> = new Map([
  [MINUTE, META.minutesFrom],
  [HOUR, META.hoursFrom],
])
const ANY_AGE = Number.MAX_SAFE_INTEGER

/** Start of the oldest bucket that is kept, seconds. */
function endOfTerm(nowUs: number, length: 'minute' | 'hour'): number {
  return bucketAt(nowUs / SECOND_US - KEPT_S[length], RESOLUTION[length])
}

function prepareAll(db: Writable) {
  const buckets = (table: Table) => ({
    first: db
      .prepare<[number, number], number>(
        `SELECT bucket FROM ${table} WHERE resolution = ? AND bucket < ? ORDER BY bucket LIMIT 1`,
      )
      .pluck(),
    nth: db
      .prepare<[number, number], number>(
        `SELECT bucket FROM ${table} WHERE resolution = ? AND bucket < ? ORDER BY bucket LIMIT 1 OFFSET ${ROWS}`,
      )
      .pluck(),
    remove: db.prepare<[number, number]>(`DELETE FROM ${table} WHERE resolution = ? AND bucket < ?`),
  })
  return {
    rollups: buckets('rollups'),
    group_rollups: buckets('group_rollups'),
    mark: db.prepare<[string, number]>(
      'INSERT INTO meta (k, v) VALUES (?, ?) ON CONFLICT (k) DO UPDATE SET v = max(v, excluded.v)',
    ),
    oldSessions: db
      .prepare<[number], number>(
        `SELECT id FROM (SELECT s.id, s.started_us,
             row_number() OVER (PARTITION BY e.source_id ORDER BY s.started_us DESC, s.id DESC) AS nth
           FROM sessions s JOIN epochs e ON e.id = s.epoch_id) aged
         WHERE nth > ${SESSIONS} AND started_us < ?
           AND EXISTS (SELECT 1 FROM rollups WHERE resolution = ${SESSION} AND bucket = aged.id)
         ORDER BY started_us LIMIT ${SESSIONS_AT_ONCE}`,
      )
      .pluck(),
    removeSession: db.prepare<[number]>(`DELETE FROM rollups WHERE resolution = ${SESSION} AND bucket = ?`),
    oldStalls: db.prepare<[number]>(
      `DELETE FROM blocking_events WHERE id IN (SELECT id FROM blocking_events WHERE detected_us < ? LIMIT ${ROWS})`,
    ),
  }
}
