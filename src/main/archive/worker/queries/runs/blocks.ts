import type { Readable } from '../../core/database'
import { blockOf, blocksOfStream, idsOfBlock, runId, sequenceOf, streamOf } from '../../core/ids'
import type { BlockRow } from '../../derived/zone-map'
import { mayHold } from './filter'
import type { CompiledFilter, ErrorFilter } from './filter'

/** A range of sequences of one stream, both ends included. */
export interface Stretch {
  stream: number
  from: number
  to: number
}

/** From one end or the other. */
type Order = 'ascending' | 'descending'

/** What one statement found in a block. */
interface Found {
  runs: StoredRun[]
  /** What is left of the stretch; null when the block has no more. */
  rest: Stretch | null
}

/**
 * The one way to the runs of a block, so that packed blocks can be read here one day.
 */
export interface Blocks {
  /**
   * Blocks of a stretch that may hold a wanted run, from one end on. One at a time: the caller may pause between them.
   */
  candidates(stretch: Stretch, wanted: CompiledFilter, order: Order): Iterable<BlockRow>
  /** Wanted runs of one block within a stretch, in order of ids: at most `limit`, and what one short statement finds. */
  runs(block: number, stretch: Stretch, wanted: CompiledFilter, order: Order, limit: number): Found
  /** How many wanted runs a block holds. `breathe` is called between two statements. */
  count(block: number, wanted: CompiledFilter, breathe: () => Promise<void>): Promise<number>
  /** Wanted runs of one block, some at a time. `breathe` is called between two statements. */
  pieces(block: number, wanted: CompiledFilter, breathe: () => Promise<void>): AsyncIterable<StoredRun[]>
  /** Counts of wanted runs of one block by target and outcome, whatever is wanted of their errors. */
  counts(block: number, wanted: CompiledFilter): StoredCount[]
  run(id: number): StoredRun | undefined
  /** Highest sequence of a stream whose run finished at or before `endUs`, by zone map; 0 if none. */
  lastEndedBy(stream: number, endUs: number): number
}

/** Number of runs that are read with their messages at once; some are long. */
const WITH_TEXTS = 128

export function createBlocks(db: Readable): Blocks {
  const statements = prepareBlocks(db)

  const runs: Blocks['runs'] = (block, stretch, wanted, order, limit) => {
    const { first, last } = idsOfBlock(block)
    const input = rangeOf(wanted, {
      first: Math.max(first, runId(stretch.stream, stretch.from)),
      last: Math.min(last, runId(stretch.stream, stretch.to)),
    })
    if (wanted.errors) return runsByError(input, wanted.errors, stretch, order, limit)
    const statement = order === 'descending' ? statements.runsDown : statements.runsUp
    const found = statement.all({ ...input, limit })
    return { runs: found, rest: found.length < limit ? null : restOf(stretch, found.at(-1), order) }
  }

  /** What an error says is compared here and not in SQL, which knows upper and lower case of ASCII only. */
  const runsByError = (
    input: RangeInput,
    errors: ErrorFilter,
    stretch: Stretch,
    order: Order,
    limit: number,
  ): Found => {
    const { up, down } = errors.failuresOnly ? statements.failures : statements.runsAndFailures
    const read = (order === 'descending' ? down : up).all({
      ...input,
      limit: WITH_TEXTS,
      texts: errors.texts ? 1 : 0,
    })
    const matching = read.filter((run) => errors.matches(run.errorType, run.message))
    const found = matching.slice(0, limit)
    const last = found.length < matching.length ? found.at(-1) : read.length < WITH_TEXTS ? undefined : read.at(-1)
    return { runs: found, rest: restOf(stretch, last, order) }
  }

  const pieces: Blocks['pieces'] = async function* (block, wanted, breathe) {
    const { first, last } = idsOfBlock(block)
    let stretch: Stretch | null = { stream: streamOf(first), from: sequenceOf(first), to: sequenceOf(last) }
    while (stretch) {
      const found: Found = runs(block, stretch, wanted, 'ascending', WITH_TEXTS)
      yield found.runs
      stretch = found.rest
      await breathe()
    }
  }

  return {
    candidates: function* ({ stream, from, to }, wanted, order) {
      let low = blockOf(runId(stream, from))
      let high = blockOf(runId(stream, to))
      const statement = order === 'descending' ? statements.blocksDown : statements.blocksUp
      for (;;) {
        // Read in small chunks, so that no cursor stays open while the caller pauses.
        const chunk = statement.all({ low, high, fromUs: wanted.fromUs, toUs: wanted.toUs })
        for (const block of chunk) if (mayHold(block, wanted)) yield block
        const last = chunk.at(-1)
        if (!last || chunk.length < CHUNK) return
        if (order === 'descending') high = last.block - 1
        else low = last.block + 1
      }
    },
    runs,
    count: async (block, wanted, breathe) => {
      if (!wanted.errors) return statements.count.get(rangeOf(wanted, idsOfBlock(block))) ?? 0
      let count = 0
      for await (const found of pieces(block, wanted, breathe)) count += found.length
      return count
    },
    pieces,
    counts: (block, wanted) => statements.counts.all(rangeOf(wanted, idsOfBlock(block))),
    run: (id) => statements.run.get(id),
    lastEndedBy: (stream, endUs) => {
      const [low, high] = blocksOfStream(stream)
      const block = statements.blockEndedBy.get(low, high, endUs)
      if (block === undefined) return 0
      const { first, last } = idsOfBlock(block)
      const id = statements.runEndedBy.get(first, last, endUs)
      return id === undefined ? 0 : sequenceOf(id)
    },
  }
}

function rangeOf(wanted: CompiledFilter, ids: { first: number; last: number }): RangeInput {
  const { statusMask, dependencyMask, fromUs, toUs, targetsJson } = wanted
  return { ...ids, statusMask, dependencyMask, fromUs, toUs, targetsJson }
}

/** The stretch beyond a run; null without one. */
function restOf(stretch: Stretch, run: StoredRun | undefined, order: Order): Stretch | null {
  if (!run) return null
  const sequence = sequenceOf(run.id)
  return order === 'descending' ? { ...stretch, to: sequence - 1 } : { ...stretch, from: sequence + 1 }
}

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
interface StoredCount {
  targetId: number
  status: number
  di: number
  n: number
}

/** Which runs a statement takes. */
interface RangeInput {
  first: number
  last: number
  statusMask: number
  dependencyMask: number
  fromUs: number
  toUs: number
  targetsJson: string | null
}

/** Number of blocks of the zone map that are read at once. */
const CHUNK = 32

// In this order: most rows of a block at the end of a range fail by their start, which is cheap to tell.
const MATCHES = `r.started_us >= @fromUs AND r.started_us < @toUs
  AND (@statusMask >> r.status) & 1 AND (@dependencyMask >> (r.flags & 1)) & 1
  AND (@targetsJson IS NULL OR r.target_id IN (SELECT value FROM json_each(@targetsJson)))`

const RUN_COLUMNS = `r.id, r.target_id AS targetId, r.session_id AS sessionId, r.started_us AS startedUs,
  r.duration_us AS durationUs, r.status, r.flags`

const ERROR_COLUMNS = `et.name AS errorType, iif(@texts, f.message, NULL) AS message`

/** The statements behind `Blocks`. */
function prepareBlocks(db: Readable) {
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
