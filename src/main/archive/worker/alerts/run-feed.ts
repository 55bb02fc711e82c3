import { DAY_US } from '@shared/time'
import type { FinishedRun } from '@main/alerts/engine/events'
import { BASELINE_US } from '@main/alerts/engine/time'
import { FOLLOWING, clockLeadOf, usedTimes } from '@main/alerts/engine/used-time'
import type { Around, ClaimedTime, ClockLead } from '@main/alerts/engine/used-time'
import type { GroupCause } from '@shared/error-group'
import type { Readable } from '../core/database'
import { idsOfBlock, runId, STREAMS, blocksOfStream } from '../core/ids'
import { marksOf, statusOf } from '../core/run-codes'
import { GROUP_CAUSE, groupCause } from '../derived/error-groups'
import type { StoredGroupCause } from '../derived/error-groups'
import { TARGET_NAME } from './outcome'
import type { ToldPlaces } from './store'

/** Number of runs that are told at once. */
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
  /**
   * The next runs beyond `places`, which move on, with their used times. `isNew`: the source's history is learnt from its
   * last eight days. `watched`: all that is new was written while we watched. `nowUs` by our clock, microseconds.
   */
  next(sourceId: number, places: ToldPlaces, how: { isNew: boolean; watched: boolean; nowUs: number }): RunSlice
}

interface RunRow {
  id: number
  targetId: number
  sessionId: number | null
  /** Its own. */
  us: number
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
  cause: GroupCause
}

export function createRunFeed(db: Readable): RunFeed {
  const selectStreams = db.prepare<[number], { id: number; lastSequence: number; isLive: 0 | 1 }>(
    `SELECT st.id, st.last_sequence AS lastSequence, st.role = 'live' AS isLive FROM ${STREAMS}
     WHERE e.source_id = ? AND st.tier = 'app' ORDER BY e.id, st.id`,
  )
  const selectRuns = db.prepare<[number, number], RunRow>(
    `SELECT id, target_id AS targetId, session_id AS sessionId, started_us + duration_us AS us, status, flags,
       group_id AS groupId
     FROM runs WHERE id > ? AND id < ? ORDER BY id LIMIT ${SLICE + FOLLOWING}`,
  )
  const selectTimes = db.prepare<[number, number], ClaimedTime & { id: number }>(
    `SELECT id, session_id AS sessionId, started_us + duration_us AS us FROM runs WHERE id > ? AND id < ? ORDER BY id`,
  )
  const selectLast = db
    .prepare<[number, number], number>(
      'SELECT started_us + duration_us FROM runs WHERE id > ? AND id < ? ORDER BY id DESC LIMIT 3',
    )
    .pluck()
  const selectBlocks = db
    .prepare<[number, number], number>('SELECT block FROM blocks WHERE block BETWEEN ? AND ? ORDER BY block')
    .pluck()
  const selectTarget = db.prepare<[number], Named>(
    `SELECT a.app_key AS appKey, ${TARGET_NAME} AS name FROM targets t JOIN apps a ON a.id = t.app_id WHERE t.id = ?`,
  )
  const selectGroup = db.prepare<[number], StoredGroupCause & { id: number; isOther: 0 | 1 }>(
    `SELECT g.id, ${GROUP_CAUSE}, g.fingerprint_version = 0 AS isOther FROM error_groups g WHERE g.id = ?`,
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
    const group = { id: found.isOther ? null : found.id, cause: groupCause(found) }
    groups.set(groupId, group)
    return group
  }

  /** When the last runs between two ids finished; one of them alone may be wrong. */
  const endOf = (afterId: number, beforeId: number): number => {
    const last = selectLast.all(afterId, beforeId).sort((a, b) => a - b)
    return last[(last.length - 1) >> 1] ?? 0
  }

  const newestOf = (streams: readonly { id: number }[]): number =>
    Math.max(0, ...streams.map(({ id }) => endOf(runId(id, 0), runId(id + 1, 0))))

  /** Before the first block whose runs are new enough to learn from. */
  const beginOf = (stream: number, fromUs: number): number => {
    const blocks = selectBlocks.all(...blocksOfStream(stream))
    const isNewEnough = (block: number): boolean => {
      const { first, last } = idsOfBlock(block)
      return endOf(first - 1, last + 1) >= fromUs
    }
    let [low, high] = [0, blocks.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (isNewEnough(blocks[middle] ?? 0)) high = middle
      else low = middle + 1
    }
    const block = blocks[low]
    return block === undefined ? Infinity : Math.max(runId(stream, 0), idsOfBlock(block).first - 1)
  }

  /** How far the end of what was not told is ahead of our clock, for the runs from which on it is. */
  const leadFor = (stream: number, rows: readonly RunRow[], around: Around): ClockLead | undefined => {
    const firstId = rows[0]?.id ?? 0
    const [afterId, beforeId] = [firstId - 1, runId(stream + 1, 0)]
    if (Math.min(...selectLast.all(afterId, beforeId)) <= around.nowUs) return undefined
    const times = selectTimes.all(afterId, beforeId)
    const { us, fromIndex } = clockLeadOf(times, around)
    const fromId = times[fromIndex]?.id ?? Infinity
    const index = rows.findIndex(({ id }) => id >= fromId)
    return { us, fromIndex: index < 0 ? Infinity : index }
  }

  /** The first `SLICE` of some rows; those after them only tell about their times. */
  const eventsOf = (sourceId: number, stream: number, rows: readonly RunRow[], around: Around): FinishedRun[] => {
    const count = Math.min(rows.length, SLICE)
    const used = usedTimes(rows, around, leadFor(stream, rows, around), count)
    return rows.slice(0, count).map((row, index) => eventOf(sourceId, row, used[index] ?? row.us))
  }

  const eventOf = (sourceId: number, row: RunRow, endUs: number): FinishedRun => {
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
      endUs,
      groupId: group?.id ?? null,
      cause: group?.cause ?? null,
    }
  }

  return {
    next: (sourceId, { cursors, newestUs }, { isNew, watched, nowUs }) => {
      const streams = selectStreams.all(sourceId)
      const fresh = streams.filter(({ id }) => cursors[id] === undefined)
      if (fresh.length > 0) {
        const fromUs = isNew ? Math.min(nowUs, newestOf(streams)) - LEARNT_FROM_US : -Infinity
        for (const { id, lastSequence } of fresh) {
          cursors[id] = isNew ? Math.min(beginOf(id, fromUs), runId(id, lastSequence)) : runId(id, 0)
        }
      }
      for (const { id, lastSequence, isLive } of streams) {
        const after = cursors[id] ?? runId(id, 0)
        if (after >= runId(id, lastSequence)) continue
        const rows = selectRuns.all(after, runId(id + 1, 0))
        cursors[id] = rows[SLICE] ? (rows[SLICE - 1]?.id ?? after) : Math.max(after, runId(id, lastSequence))
        if (rows.length === 0) continue
        const around = { newestUs: Math.min(newestUs[sourceId] ?? -Infinity, nowUs), nowUs }
        const told = eventsOf(sourceId, id, rows, around).map((run) => (watched && isLive ? { ...run, watched } : run))
        newestUs[sourceId] = Math.max(around.newestUs, ...told.map(({ endUs }) => endUs))
        return { runs: told, more: true }
      }
      return { runs: [], more: false }
    },
  }
}
