import type { FinishedRun } from '@main/alerts/events'
import { BASELINE_US, DAY_US } from '@main/alerts/time'
import type { Database } from 'better-sqlite3'
import { blockOf, idsOfBlock, runId } from '../ids'
import { marksOf, statusOf } from '../run-codes'
import { TARGET_NAME } from './target-name'

/** So many runs are told at once. */
const SLICE = 1000
/** What is usual is learnt from these days. */
const LEARNT_FROM_US = BASELINE_US + DAY_US

/** Some runs of a source, and whether there are more. */
export interface RunSlice {
  runs: FinishedRun[]
  more: boolean
}

/** Tells the runs of the app tier, stream by stream in the order in which they were appended. */
export interface RunFeed {
  /** The next runs beyond `cursors`, which move on. `isNew`: the source's history is learnt from its last eight days. */
  next(sourceId: number, cursors: Record<string, number>, isNew: boolean): RunSlice
}

interface RunRow {
  id: number
  targetId: number
  endUs: number
  status: number
  flags: number
  groupId: number | null
}

interface Named {
  appKey: string
  name: string
}

interface Group {
  /** Null for the group that holds what found no room: its failures have no cause in common. */
  id: number | null
  title: string
}

export function createRunFeed(db: Database): RunFeed {
  const selectStreams = db.prepare<[number], { id: number; lastSequence: number }>(
    `SELECT st.id, st.last_sequence AS lastSequence FROM epochs e JOIN streams st ON st.epoch_id = e.id
     WHERE e.source_id = ? AND st.tier = 'app' ORDER BY e.id, st.id`,
  )
  const selectRuns = db.prepare<[number, number], RunRow>(
    `SELECT id, target_id AS targetId, started_us + duration_us AS endUs, status, flags, group_id AS groupId
     FROM runs WHERE id > ? AND id < ? ORDER BY id LIMIT ${SLICE}`,
  )
  const selectNewest = db
    .prepare<[number, number], number | null>('SELECT max(max_end_us) FROM blocks WHERE block BETWEEN ? AND ?')
    .pluck()
  const selectFirst = db
    .prepare<[number, number, number], number | null>(
      'SELECT min(block) FROM blocks WHERE block BETWEEN ? AND ? AND max_end_us >= ?',
    )
    .pluck()
  const selectTarget = db.prepare<[number], Named>(
    `SELECT a.app_key AS appKey, ${TARGET_NAME} AS name FROM targets t JOIN apps a ON a.id = t.app_id WHERE t.id = ?`,
  )
  const selectGroup = db.prepare<[number], { id: number; title: string; isOther: 0 | 1 }>(
    'SELECT id, title, fingerprint_version = 0 AS isOther FROM error_groups WHERE id = ?',
  )
  const targets = new Map<number, Named>()
  const groups = new Map<number, Group>()

  const namesOf = (targetId: number): Named => {
    const named = targets.get(targetId) ?? selectTarget.get(targetId) ?? { appKey: '', name: '' }
    targets.set(targetId, named)
    return named
  }

  const groupOf = (groupId: number | null): Group | null => {
    if (groupId === null) return null
    const known = groups.get(groupId)
    if (known) return known
    const found = selectGroup.get(groupId)
    if (!found) return null
    const group = { id: found.isOther ? null : found.id, title: found.title }
    groups.set(groupId, group)
    return group
  }

  const newestOf = (streams: readonly { id: number }[]): number =>
    Math.max(0, ...streams.map(({ id }) => selectNewest.get(...blocksOf(id)) ?? 0))

  /** Before the first run that is new enough to learn from. */
  const beginOf = (stream: number, fromUs: number): number => {
    const block = selectFirst.get(...blocksOf(stream), fromUs)
    return block === null || block === undefined ? Infinity : Math.max(runId(stream, 0), idsOfBlock(block).first - 1)
  }

  const eventOf = (sourceId: number, row: RunRow): FinishedRun => {
    const { appKey, name } = namesOf(row.targetId)
    const group = groupOf(row.groupId)
    return {
      kind: 'run',
      sourceId,
      runId: row.id,
      targetId: row.targetId,
      appKey,
      targetName: name,
      status: statusOf(row.status),
      dependencyFailure: marksOf(row.flags).dependencyFailure,
      endUs: row.endUs,
      groupId: group?.id ?? null,
      groupTitle: group?.title ?? null,
    }
  }

  return {
    next: (sourceId, cursors, isNew) => {
      const streams = selectStreams.all(sourceId)
      const fresh = streams.filter(({ id }) => cursors[id] === undefined)
      if (fresh.length > 0) {
        const fromUs = isNew ? newestOf(streams) - LEARNT_FROM_US : -Infinity
        for (const { id, lastSequence } of fresh) {
          cursors[id] = isNew ? Math.min(beginOf(id, fromUs), runId(id, lastSequence)) : runId(id, 0)
        }
      }
      for (const { id, lastSequence } of streams) {
        const after = cursors[id] ?? runId(id, 0)
        if (after >= runId(id, lastSequence)) continue
        const rows = selectRuns.all(after, runId(id + 1, 0))
        cursors[id] = rows.length < SLICE ? Math.max(after, runId(id, lastSequence)) : (rows.at(-1)?.id ?? after)
        if (rows.length > 0) return { runs: rows.map((row) => eventOf(sourceId, row)), more: true }
      }
      return { runs: [], more: false }
    },
  }
}

function blocksOf(stream: number): [first: number, last: number] {
  return [blockOf(runId(stream, 0)), blockOf(runId(stream + 1, 0)) - 1]
}
