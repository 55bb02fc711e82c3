import type { Database } from 'better-sqlite3'
import { idsOfBlock } from '../core/ids'
import type { Cut } from './expiry'

/** A run that is to go. */
export interface GoingRun {
  id: number
  targetId: number
  startedUs: number
  groupId: number | null
}

/** Which runs of a block are to go; the one place that says so. */
export interface GoingRuns {
  /** In order of ids, at most `limit`. */
  list(block: number, cut: Cut, limit: number): GoingRun[]
  count(block: number, cut: Cut): number
}

interface Choice {
  first: number
  last: number
  beforeUs: number
  nowUs: number
  future: number
  spares: number
}

// A session that claims to begin in the future spares nothing, lest a wrong clock pin its runs.
const GOES = `r.id BETWEEN @first AND @last AND (r.started_us < @beforeUs OR (@future AND r.started_us > @nowUs))
  AND NOT (@spares AND EXISTS (SELECT 1 FROM sessions s
    WHERE s.id = r.session_id AND s.started_us >= @beforeUs AND s.started_us <= @nowUs))`

export function createGoingRuns(db: Database): GoingRuns {
  const select = db.prepare<[Choice & { limit: number }], GoingRun>(
    `SELECT r.id, r.target_id AS targetId, r.started_us AS startedUs, r.group_id AS groupId FROM runs r
     WHERE ${GOES} ORDER BY r.id LIMIT @limit`,
  )
  const count = db.prepare<[Choice], number>(`SELECT count(*) FROM runs r WHERE ${GOES}`).pluck()
  return {
    list: (block, cut, limit) => select.all({ ...choiceOf(block, cut), limit }),
    count: (block, cut) => count.get(choiceOf(block, cut)) ?? 0,
  }
}

function choiceOf(block: number, { beforeUs, nowUs, future, sparesSessions }: Cut): Choice {
  return {
    ...idsOfBlock(block),
    beforeUs: Number.isFinite(beforeUs) ? beforeUs : Number.MAX_SAFE_INTEGER,
    nowUs,
    future: future ? 1 : 0,
    spares: sparesSessions ? 1 : 0,
  }
}
