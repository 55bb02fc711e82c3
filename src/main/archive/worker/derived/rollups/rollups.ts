import { SECOND_US } from '@shared/time'
import type { Writable } from '../../core/database'
import { createMetaWriter, META } from '../../core/meta'
import { runId, sequenceOf } from '../../core/ids'
import { KEPT_S, createOpenBuckets, bucketAt, RESOLUTION } from './accumulator'
import type { TrendRun } from './accumulator'
import { createRowWriter } from './writer'

/** Written at most this often, milliseconds; or after so many runs, so that an import keeps few in memory. */
const FLUSH_MS = 10_000
const FLUSH_RUNS = 20_000

/**
 * The writer's side of `rollups` and `group_rollups`, one for the whole connection: streams of one source share the rows
 * of their targets. Counts wait in memory; `streams.rolled_sequence` says up to which run of a stream they are written,
 * and what lies beyond (the tail) is known from the runs themselves: readers add it, and after a crash or a rollback it
 * is counted again from the file. So a run that is kept is counted exactly once, whatever happens.
 */
export interface Rollups {
  /** Counts a run. Within the transaction that writes it; a run that is not kept is written with the same one. */
  add(run: TrendRun): void
  /** Whether it is time to write the counts; `most` is how many runs may wait, by default 20 000. */
  isDue(most?: number): boolean
  /** Writes the counts if it is time to; within a transaction. */
  flushDue(): void
  /**
   * Writes the counts, so that no stream has a tail; within a transaction, above all in the one that deletes runs. If
   * that is rolled back, `forget` must follow.
   */
  flush(): void
  /** Forgets what is in memory; after a rollback. The tail is counted again from the file. */
  forget(): void
}

/** What time it is, where it is not the real one. */
export interface RollupClocks {
  /** Milliseconds that only go forward. */
  clock?: () => number
  /** Microseconds since 1970. */
  nowUs?: () => number
}

export function createRollups(db: Writable, clocks: RollupClocks = {}): Rollups {
  const { clock = () => performance.now(), nowUs = () => Date.now() * 1000 } = clocks
  const minutes = createMinuteTerm(db, nowUs)
  const writer = createRowWriter(db)
  const open = createOpenBuckets()
  const selectTails = db.prepare<[], { id: number; rolled: number }>(
    'SELECT id, rolled_sequence AS rolled FROM streams WHERE last_sequence > rolled_sequence',
  )
  const selectTail = db.prepare<[number, number], Omit<TrendRun, 'streamId' | 'sequence'> & { id: number }>(
    `SELECT id, target_id AS targetId, session_id AS sessionId, started_us AS startedUs, duration_us AS durationUs,
       status, flags, group_id AS groupId FROM runs WHERE id > ? AND id < ?`,
  )
  const moveWatermark = db.prepare<[number, number]>('UPDATE streams SET rolled_sequence = ? WHERE id = ?')
  /** Up to which sequence the runs of each stream with a tail are counted. */
  const counted = new Map<number, number>()
  let loaded = false
  let keepsAll = true
  /** What an earlier run left is written with the first batch. */
  let flushedAtMs = -Infinity

  const load = (): void => {
    if (loaded) return
    loaded = true
    for (const { id: streamId, rolled } of selectTails.all()) {
      for (const run of selectTail.all(runId(streamId, rolled), runId(streamId + 1, 0))) {
        count({ ...run, streamId, sequence: sequenceOf(run.id) })
      }
    }
  }

  const count = (run: TrendRun): void => {
    if (run.sequence === null) keepsAll = false
    else counted.set(run.streamId, run.sequence)
    open.add(run)
  }

  const clear = (): void => {
    open.clear()
    counted.clear()
    keepsAll = true
  }

  const flush = (): void => {
    load()
    if (open.runs() === 0) return
    for (const row of open.rows(minutes.move())) writer.add(row)
    for (const row of open.groupRows()) writer.addGroup(row)
    for (const [streamId, sequence] of counted) moveWatermark.run(sequence, streamId)
    clear()
    flushedAtMs = clock()
  }

  const isDue = (most = FLUSH_RUNS): boolean => {
    load()
    const runs = open.runs()
    return runs > 0 && (!keepsAll || runs >= most || clock() - flushedAtMs >= FLUSH_MS)
  }

  return {
    add: (run) => {
      load()
      // Loading may have found it: the transaction that writes it may be the one that loads.
      if (run.sequence !== null && run.sequence <= (counted.get(run.streamId) ?? 0)) return
      count(run)
    },
    isDue,
    flushDue: () => {
      if (isDue()) flush()
    },
    flush,
    forget: () => {
      clear()
      loaded = false
    },
  }
}

/**
 * Which minutes are worth a row: those past their term would be deleted at once, and a history that is read in would
 * consist of them for the most part.
 */
interface MinuteTerm {
  /** Start of the oldest minute that gets a row, seconds; notes it where it was another. Within a transaction. */
  move(): number
}

/** `nowUs` gives the time, microseconds. */
function createMinuteTerm(db: Writable, nowUs: () => number): MinuteTerm {
  const meta = createMetaWriter(db)
  return {
    move: () => {
      const nowS = nowUs() / SECOND_US
      const known = meta.number(META.minutesFrom) ?? 0
      // A clock that was ahead for a while has moved it into the future: from the next minute on all is there again.
      const from =
        known > nowS + RESOLUTION.minute
          ? bucketAt(nowS, RESOLUTION.minute) + RESOLUTION.minute
          : Math.max(known, bucketAt(nowS - KEPT_S.minute, RESOLUTION.minute))
      if (from !== known) meta.set(META.minutesFrom, from)
      return from
    },
  }
}
