import type { Database } from 'better-sqlite3'
import type { BlockRow } from '../../derived/zone-map'

/** What a list needs of a run. */
export interface StoredRun {
  id: number
  targetId: number
  sessionId: number | null
  startedUs: number
  durationUs: number
  status: number
  flags: number
  /** Read only where something is wanted of the errors. */
  errorType?: string | null
}

/** The same with what its error says. */
interface StoredFailure extends StoredRun {
  errorType: string | null
  /** Null unless asked for. */
  message: string | null
}

/** Counts of one target and outcome in a range of ids. */
export interface StoredCount {
  targetId: number
  status: number
  di: number
  n: number
}

/** Which runs a statement takes. */
export interface RangeInput {
  first: number
  last: number
  statusMask: number
  dependencyMask: number
  fromUs: number
  toUs: number
  targetsJson: string | null
}

/** So many blocks of the zone map are read at once. */
export const CHUNK = 32

// In this order: most rows of a block at the end of a range fail by their start, which is cheap to tell.
const MATCHES = `r.started_us >= @fromUs AND r.started_us < @toUs
  AND (@statusMask >> r.status) & 1 AND (@dependencyMask >> (r.flags & 1)) & 1
  AND (@targetsJson IS NULL OR r.target_id IN (SELECT value FROM json_each(@targetsJson)))`

const RUN_COLUMNS = `r.id, r.target_id AS targetId, r.session_id AS sessionId, r.started_us AS startedUs,
  r.duration_us AS durationUs, r.status, r.flags`

const ERROR_COLUMNS = `et.name AS errorType, iif(@texts, f.message, NULL) AS message`

/** The statements behind `Blocks`. */
export function prepareBlocks(db: Database) {
  const blocks = (direction: 'ASC' | 'DESC') =>
    db.prepare<[{ low: number; high: number; fromUs: number; toUs: number }], BlockRow>(
      `SELECT block, n, min_start_us, max_start_us, min_end_us, max_end_us, max_duration_us, outcomes, bytes, targets
       FROM blocks WHERE block BETWEEN @low AND @high AND max_start_us >= @fromUs AND min_start_us < @toUs
       ORDER BY block ${direction} LIMIT ${CHUNK}`,
    )
  const runs = (direction: 'ASC' | 'DESC') =>
    db.prepare<[RangeInput & { limit: number }], StoredRun>(
      `SELECT ${RUN_COLUMNS} FROM runs r WHERE r.id BETWEEN @first AND @last AND ${MATCHES}
       ORDER BY r.id ${direction} LIMIT @limit`,
    )
  const withErrors = (from: string, key: string, direction: 'ASC' | 'DESC') =>
    db.prepare<[RangeInput & { limit: number; texts: number }], StoredFailure>(
      `SELECT ${RUN_COLUMNS}, ${ERROR_COLUMNS} FROM ${from} LEFT JOIN error_types et ON et.id = f.error_type_id
       WHERE ${key} BETWEEN @first AND @last AND ${MATCHES} ORDER BY ${key} ${direction} LIMIT @limit`,
    )
  const both = (from: string, key: string) => ({
    up: withErrors(from, key, 'ASC'),
    down: withErrors(from, key, 'DESC'),
  })
  return {
    blocksUp: blocks('ASC'),
    blocksDown: blocks('DESC'),
    runsUp: runs('ASC'),
    runsDown: runs('DESC'),
    runsAndFailures: both('runs r LEFT JOIN failures f ON f.run_id = r.id', 'r.id'),
    // Failures are few: only theirs are looked up.
    failures: both('failures f CROSS JOIN runs r ON r.id = f.run_id', 'f.run_id'),
    count: db
      .prepare<[RangeInput], number>(`SELECT count(*) FROM runs r WHERE r.id BETWEEN @first AND @last AND ${MATCHES}`)
      .pluck(),
    counts: db.prepare<[RangeInput], StoredCount>(
      `SELECT r.target_id AS targetId, r.status, r.flags & 1 AS di, count(*) AS n FROM runs r
       WHERE r.id BETWEEN @first AND @last AND ${MATCHES} GROUP BY r.target_id, r.status, r.flags & 1`,
    ),
    run: db.prepare<[number], StoredRun>(`SELECT ${RUN_COLUMNS} FROM runs r WHERE r.id = ?`),
    blockEndedBy: db
      .prepare<[number, number, number], number>(
        'SELECT block FROM blocks WHERE block BETWEEN ? AND ? AND min_end_us <= ? ORDER BY block DESC LIMIT 1',
      )
      .pluck(),
    runEndedBy: db
      .prepare<[number, number, number], number>(
        'SELECT id FROM runs WHERE id BETWEEN ? AND ? AND started_us + duration_us <= ? ORDER BY id DESC LIMIT 1',
      )
      .pluck(),
  }
}
