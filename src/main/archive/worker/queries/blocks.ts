import type { Database } from 'better-sqlite3'
import { blockOf, idsOfBlock, runId, sequenceOf } from '../ids'
import type { BlockRow } from '../zone-map'
import { mayHold } from './wanted'
import type { Wanted } from './wanted'

/** What a list needs of a run. */
export interface StoredRun {
  id: number
  targetId: number
  sessionId: number | null
  startedUs: number
  durationUs: number
  status: number
  flags: number
}

/** Counts of one target and outcome in a range of ids. */
export interface StoredCount {
  targetId: number
  status: number
  di: number
  n: number
}

/** A range of sequences of one stream, both ends included. */
export interface Stretch {
  stream: number
  from: number
  to: number
}

/**
 * The one door to the runs of a block: whoever wants runs asks here, so that packed blocks can be read here one day.
 */
export interface Blocks {
  /**
   * Blocks of a stretch that may hold a wanted run, from one end on. One at a time: the caller may pause between them.
   */
  candidates(stretch: Stretch, wanted: Wanted, order: 'ascending' | 'descending'): Iterable<BlockRow>
  /** Wanted runs of one block within a stretch, in order of ids. */
  runs(block: number, stretch: Stretch, wanted: Wanted, order: 'ascending' | 'descending', limit: number): StoredRun[]
  /** Counts of wanted runs of one block by target and outcome. */
  counts(block: number, wanted: Wanted): StoredCount[]
  run(id: number): StoredRun | undefined
  /** Highest sequence of a stream whose run finished at or before `endUs`, by zone map; 0 if none. */
  lastEndedBy(stream: number, endUs: number): number
}

const CHUNK = 32

const MATCHES = `id BETWEEN @first AND @last AND (@statusMask >> status) & 1
  AND started_us >= @fromUs AND started_us < @toUs
  AND (@targetsJson IS NULL OR target_id IN (SELECT value FROM json_each(@targetsJson)))`

const RUN_COLUMNS = `id, target_id AS targetId, session_id AS sessionId, started_us AS startedUs,
  duration_us AS durationUs, status, flags`

interface RangeInput {
  first: number
  last: number
  statusMask: number
  fromUs: number
  toUs: number
  targetsJson: string | null
}

export function createBlocks(db: Database): Blocks {
  const statements = prepareAll(db)

  return {
    candidates: function* ({ stream, from, to }, wanted, order) {
      const lowest = blockOf(runId(stream, from))
      const highest = blockOf(runId(stream, to))
      let [low, high] = [lowest, highest]
      for (;;) {
        const { statement, args } =
          order === 'descending'
            ? { statement: statements.blocksDown, args: { low, high } }
            : { statement: statements.blocksUp, args: { low, high } }
        // Read in small chunks, so that no cursor stays open while the caller pauses.
        const chunk = statement.all(args)
        for (const block of chunk) if (mayHold(block, wanted)) yield block
        const last = chunk.at(-1)
        if (!last || chunk.length < CHUNK) return
        if (order === 'descending') high = last.block - 1
        else low = last.block + 1
      }
    },
    runs: (block, stretch, wanted, order, limit) => {
      const { first, last } = idsOfBlock(block)
      const input = rangeOf(wanted, {
        first: Math.max(first, runId(stretch.stream, stretch.from)),
        last: Math.min(last, runId(stretch.stream, stretch.to)),
      })
      const statement = order === 'descending' ? statements.runsDown : statements.runsUp
      return statement.all({ ...input, limit })
    },
    counts: (block, wanted) => statements.counts.all(rangeOf(wanted, idsOfBlock(block))),
    run: (id) => statements.run.get(id),
    lastEndedBy: (stream, endUs) => {
      const low = blockOf(runId(stream, 0))
      const high = blockOf(runId(stream + 1, 0)) - 1
      const block = statements.blockEndedBy.get(low, high, endUs)
      if (block === undefined) return 0
      const { first, last } = idsOfBlock(block)
      const id = statements.runEndedBy.get(first, last, endUs)
      return id === undefined ? 0 : sequenceOf(id)
    },
  }
}

function rangeOf(wanted: Wanted, ids: { first: number; last: number }): RangeInput {
  const { statusMask, fromUs, toUs, targetsJson } = wanted
  return { ...ids, statusMask, fromUs, toUs, targetsJson }
}

function prepareAll(db: Database) {
  const blocks = (direction: 'ASC' | 'DESC') =>
    db.prepare<[{ low: number; high: number }], BlockRow>(
      `SELECT block, n, min_start_us, max_start_us, min_end_us, max_end_us, max_duration_us, outcomes, bytes, targets
       FROM blocks WHERE block BETWEEN @low AND @high ORDER BY block ${direction} LIMIT ${CHUNK}`,
    )
  const runs = (direction: 'ASC' | 'DESC') =>
    db.prepare<[RangeInput & { limit: number }], StoredRun>(
      `SELECT ${RUN_COLUMNS} FROM runs WHERE ${MATCHES} ORDER BY id ${direction} LIMIT @limit`,
    )
  return {
    blocksUp: blocks('ASC'),
    blocksDown: blocks('DESC'),
    runsUp: runs('ASC'),
    runsDown: runs('DESC'),
    counts: db.prepare<[RangeInput], StoredCount>(
      `SELECT target_id AS targetId, status, flags & 1 AS di, count(*) AS n FROM runs WHERE ${MATCHES}
       GROUP BY target_id, status, flags & 1`,
    ),
    run: db.prepare<[number], StoredRun>(`SELECT ${RUN_COLUMNS} FROM runs WHERE id = ?`),
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
