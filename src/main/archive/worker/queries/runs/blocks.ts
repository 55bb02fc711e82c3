import type { Database } from 'better-sqlite3'
import { blockOf, idsOfBlock, runId, sequenceOf, streamOf } from '../../core/ids'
import type { BlockRow } from '../../derived/zone-map'
import type { RangeInput, StoredCount, StoredRun } from './block-statements'
import { CHUNK, prepareBlocks } from './block-statements'
import { mayHold } from './filter'
import type { Wanted } from './filter'
import type { WantedErrors } from './wanted-errors'

/** A range of sequences of one stream, both ends included. */
export interface Stretch {
  stream: number
  from: number
  to: number
}

/** From one end or the other. */
export type Order = 'ascending' | 'descending'

/** What one statement found in a block. */
export interface Found {
  runs: StoredRun[]
  /** What is left of the stretch; null when the block has no more. */
  rest: Stretch | null
}

/**
 * The one door to the runs of a block: whoever wants runs asks here, so that packed blocks can be read here one day.
 */
export interface Blocks {
  /**
   * Blocks of a stretch that may hold a wanted run, from one end on. One at a time: the caller may pause between them.
   */
  candidates(stretch: Stretch, wanted: Wanted, order: Order): Iterable<BlockRow>
  /** Wanted runs of one block within a stretch, in order of ids: at most `limit`, and what one short statement finds. */
  runs(block: number, stretch: Stretch, wanted: Wanted, order: Order, limit: number): Found
  /** How many wanted runs a block holds. `breathe` is called between two statements. */
  count(block: number, wanted: Wanted, breathe: () => Promise<void>): Promise<number>
  /** Wanted runs of one block, some at a time. `breathe` is called between two statements. */
  pieces(block: number, wanted: Wanted, breathe: () => Promise<void>): AsyncIterable<StoredRun[]>
  /** Counts of wanted runs of one block by target and outcome, whatever is wanted of their errors. */
  counts(block: number, wanted: Wanted): StoredCount[]
  run(id: number): StoredRun | undefined
  /** Highest sequence of a stream whose run finished at or before `endUs`, by zone map; 0 if none. */
  lastEndedBy(stream: number, endUs: number): number
}

/** So many runs are read with their messages at once; some are long. */
const WITH_TEXTS = 128

export function createBlocks(db: Database): Blocks {
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
    errors: WantedErrors,
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
  const { statusMask, dependencyMask, fromUs, toUs, targetsJson } = wanted
  return { ...ids, statusMask, dependencyMask, fromUs, toUs, targetsJson }
}

/** The stretch beyond a run; null without one. */
function restOf(stretch: Stretch, run: StoredRun | undefined, order: Order): Stretch | null {
  if (!run) return null
  const sequence = sequenceOf(run.id)
  return order === 'descending' ? { ...stretch, to: sequence - 1 } : { ...stretch, from: sequence + 1 }
}
