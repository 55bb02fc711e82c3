import type { Readable, Writable } from '../core/database'
import { idsOfBlock, streamOf, blocksOfStream } from '../core/ids'
import { letterOf } from '../core/run-codes'
import { hasBit } from './zone-map'

/** How many runs of each target are at hand without a search: the strip and the first page. */
export const RECENT = 50

/** One run of a list of recent ones. */
export interface RecentRun {
  id: number
  endUs: number
  letter: string
}

interface Row {
  ids: Uint8Array
  ends: Uint8Array
  outcomes: string
}

/** What writes `target_recent`. */
export interface RecentRuns {
  add(targetId: number, run: { id: number; endUs: number; status: number; flags: number }): void
  /** Writes the lists of the targets touched; within the transaction of the batch. */
  flush(): void
  /**
   * Takes deleted runs out of the lists of their targets, within the transaction that deleted them. A list that was full
   * may leave out runs that are still there, so it is made anew. Returns whether any list changed.
   */
  remove(deleted: readonly { id: number; targetId: number }[]): boolean
  /** Forgets everything kept in memory; after a rollback, or when somebody else changed lists. */
  forget(): void
}

export function createRecentRuns(db: Writable): RecentRuns {
  const find = db.prepare<[number], Row>('SELECT ids, ends, outcomes FROM target_recent WHERE target_id = ?')
  const write = db.prepare<[number, Uint8Array, Uint8Array, string]>(
    'INSERT OR REPLACE INTO target_recent (target_id, ids, ends, outcomes) VALUES (?, ?, ?, ?)',
  )
  const drop = db.prepare<[number]>('DELETE FROM target_recent WHERE target_id = ?')
  const added = new Map<number, RecentRun[]>()
  /** As stored, oldest first. */
  const lists = new Map<number, RecentRun[]>()

  const listOf = (targetId: number): RecentRun[] => {
    const known = lists.get(targetId)
    if (known) return known
    const row = find.get(targetId)
    return row ? unpackRecent(row) : []
  }

  const writeList = (targetId: number, list: RecentRun[]): void => {
    const { ids, ends, outcomes } = packRecent(list)
    write.run(targetId, ids, ends, outcomes)
  }

  return {
    add: (targetId, run) => {
      const entry = { id: run.id, endUs: run.endUs, letter: letterOf(run.status, run.flags) }
      const pending = added.get(targetId)
      if (pending) pending.push(entry)
      else added.set(targetId, [entry])
    },
    flush: () => {
      for (const [targetId, fresh] of added) {
        const list = mergeRecent(listOf(targetId), fresh) ?? recountRecent(db, targetId)
        lists.set(targetId, list)
        writeList(targetId, list)
      }
      added.clear()
    },
    remove: (deleted) => {
      const gone = new Set(deleted.map((run) => run.id))
      let changed = false
      for (const targetId of new Set(deleted.map((run) => run.targetId))) {
        const row = find.get(targetId)
        if (!row) continue
        const list = unpackRecent(row)
        const kept = list.filter((run) => !gone.has(run.id))
        if (kept.length === list.length) continue
        changed = true
        // Streams are merged by what is newest of each, so a run that goes may change the order of those that stay.
        const left = list.length < RECENT ? newestFirst(kept, RECENT).reverse() : recountRecent(db, targetId)
        if (left.length === 0) drop.run(targetId)
        else writeList(targetId, left)
      }
      return changed
    },
    forget: () => {
      added.clear()
      lists.clear()
    },
  }
}

/**
 * The newest 50 of a list (oldest first) and of later runs of the same target. Null when they cannot be told from
 * these alone: what was dropped from a full list counts again when a clock was set back or old runs were added.
 */
function mergeRecent(list: RecentRun[], fresh: RecentRun[]): RecentRun[] | null {
  // A list that is not full holds everything there is.
  if (list.length < RECENT) return newestFirst([...list, ...fresh], RECENT).reverse()
  const stream = streamOf(fresh[0]?.id ?? 0)
  if (fresh.some((run) => streamOf(run.id) !== stream)) return null
  const oldest = list.reduce((found, run) => (isNewer(found, run) ? run : found))
  const others = list.filter((run) => streamOf(run.id) !== stream)
  // What is not in the list is older than all of it. So runs that are newer than its oldest and than whatever other
  // streams have in it come first, each in turn.
  const ordinary = fresh.every((run) => isNewer(run, oldest) && others.every((other) => isNewer(run, other)))
  if (ordinary) return [...list, ...fresh].slice(-RECENT)
  // Old runs of another stream, of which the newest does not reach the list.
  const newest = fresh.at(-1)
  if (newest && others.length === list.length && isNewer(oldest, newest)) return list
  return null
}

/**
 * Merges runs of several streams, newest first: of the newest remaining of each stream the one that finished last.
 * Within a stream the order of ids holds whatever the clock said, for it is the order of arrival.
 */
function newestFirst(runs: RecentRun[], limit: number): RecentRun[] {
  const streams = new Map<number, RecentRun[]>()
  for (const run of runs) {
    const stream = streamOf(run.id)
    const known = streams.get(stream)
    if (known) known.push(run)
    else streams.set(stream, [run])
  }
  const queues = [...streams.values()].map((queue) => queue.sort((a, b) => a.id - b.id))
  const list: RecentRun[] = []
  while (list.length < limit) {
    let best: RecentRun[] | undefined
    for (const queue of queues) {
      const head = queue.at(-1)
      if (head && (!best || isNewer(head, best.at(-1)))) best = queue
    }
    const run = best?.pop()
    if (!run) break
    list.push(run)
  }
  return list
}

function isNewer(a: { id: number; endUs: number }, b: { id: number; endUs: number } | undefined): boolean {
  return !b || a.endUs > b.endUs || (a.endUs === b.endUs && a.id > b.id)
}

/** The same from the runs themselves, by zone map: right whatever happened. Oldest first. */
function recountRecent(db: Writable, targetId: number): RecentRun[] {
  const streams = db
    .prepare<[number], number>(
      `SELECT st.id FROM targets t JOIN apps a ON a.id = t.app_id JOIN epochs e ON e.source_id = a.source_id
       JOIN streams st ON st.epoch_id = e.id WHERE t.id = ?`,
    )
    .pluck()
    .all(targetId)
  const runs = streams.flatMap((stream) => newestOfStream(db, stream, targetId))
  return newestFirst(runs, RECENT).reverse()
}

function newestOfStream(db: Writable, stream: number, targetId: number): RecentRun[] {
  const blocks = db
    .prepare<[number, number], { block: number; targets: Uint8Array }>(
      'SELECT block, targets FROM blocks WHERE block BETWEEN ? AND ? ORDER BY block DESC',
    )
    .all(...blocksOfStream(stream))
  const select = db.prepare<[number, number, number], { id: number; endUs: number; status: number; flags: number }>(
    `SELECT id, started_us + duration_us AS endUs, status, flags FROM runs
     WHERE id BETWEEN ? AND ? AND target_id = ? ORDER BY id DESC LIMIT ${RECENT}`,
  )
  const found: RecentRun[] = []
  for (const { block, targets } of blocks) {
    if (found.length >= RECENT) break
    if (!hasBit(targets, targetId)) continue
    const { first, last } = idsOfBlock(block)
    for (const row of select.all(first, last, targetId)) {
      found.push({ id: row.id, endUs: row.endUs, letter: letterOf(row.status, row.flags) })
    }
  }
  return found
}

function packRecent(list: RecentRun[]): Row {
  const ids = new Float64Array(list.length)
  const ends = new Float64Array(list.length)
  let outcomes = ''
  for (const [index, run] of list.entries()) {
    ids[index] = run.id
    ends[index] = run.endUs
    outcomes += run.letter
  }
  return { ids: new Uint8Array(ids.buffer), ends: new Uint8Array(ends.buffer), outcomes }
}

/** A stored list, oldest first. */
export function unpackRecent(row: Row): RecentRun[] {
  const ids = floats(row.ids)
  const ends = floats(row.ends)
  return Array.from(ids, (id, index) => ({ id, endUs: ends[index] ?? 0, letter: row.outcomes[index] ?? 'o' }))
}

function floats(bytes: Uint8Array): Float64Array {
  // Copied, since the view needs an offset divisible by 8.
  return new Float64Array(Uint8Array.from(bytes).buffer)
}

/** The newest runs of a target as the archive keeps them at hand. */
export interface KnownRecent {
  /** Oldest first. */
  runs: RecentRun[]
  /** The target has no other run. */
  complete: boolean
}

/** What reads `target_recent` for the window. */
export interface RecentLists {
  of(targetId: number): KnownRecent
  /** Lists of every target of a source. */
  ofSource(sourceId: number): Map<number, KnownRecent>
}

interface StoredList extends Row {
  targetId: number
}

export function createRecentLists(db: Readable): RecentLists {
  const one = db.prepare<[number], StoredList>(
    'SELECT target_id AS targetId, ids, ends, outcomes FROM target_recent WHERE target_id = ?',
  )
  const all = db.prepare<[number], StoredList>(
    `SELECT tr.target_id AS targetId, tr.ids, tr.ends, tr.outcomes FROM apps a JOIN targets t ON t.app_id = a.id
     JOIN target_recent tr ON tr.target_id = t.id WHERE a.source_id = ?`,
  )
  const known = (row: StoredList): KnownRecent => {
    const runs = unpackRecent(row)
    return { runs, complete: runs.length < RECENT }
  }
  return {
    of: (targetId) => {
      const row = one.get(targetId)
      return row ? known(row) : { runs: [], complete: true }
    },
    ofSource: (sourceId) => new Map(all.all(sourceId).map((row) => [row.targetId, known(row)])),
  }
}
