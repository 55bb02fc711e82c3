import type { TierChoice } from '@shared/filter'
import type { Database } from 'better-sqlite3'
import type { CallContext } from '../../core/serve'
import type { Gather, Request } from './aggregate'
import type { Known } from './available'
import { createMissedCounter } from './missed'
import { knowsExpected, rangeOf } from './ranges'

/** A session whose runs are asked for. */
export interface AskedSession {
  id: number
  startedUs: number
  /** What was to be started is looked at until here, microseconds; null = now. */
  untilUs: number | null
}

/** What ran in a session. */
export interface SessionRuns {
  /** How often a target ran in it. */
  runsOf(targetId: number): number
  /** How often its schedule foresaw a start; 0 where that is not known. */
  expectedOf(targetId: number): number
}

/** Runs of every target in a session, from the session's own trends: as many rows as targets, however long it lasts. */
export function createSessionRuns(db: Database, gather: Gather) {
  const selectRuns = db.prepare<[number], { targetId: number; n: number }>(
    'SELECT target_id AS targetId, n FROM rollups WHERE resolution = 0 AND bucket = ? AND target_id > 0',
  )
  return (
    { sourceId, tier, jobs }: { sourceId: number; tier: TierChoice; jobs: readonly number[] },
    { id, startedUs, untilUs }: AskedSession,
    context: CallContext,
  ): Promise<SessionRuns> => {
    const plan = (known: Known) => {
      const runs = new Map(selectRuns.all(id).map(({ targetId, n }) => [targetId, n]))
      const missed = createMissedCounter()
      const tail: Request = {
        range: { fromUs: Number.MIN_SAFE_INTEGER, toUs: Number.MAX_SAFE_INTEGER, pieces: [] },
        trends: () => undefined,
        run: ({ sessionId, targetId }) => {
          if (sessionId === id) runs.set(targetId, (runs.get(targetId) ?? 0) + 1)
        },
      }
      const range = rangeOf({ fromUs: startedUs, toUs: untilUs }, known)
      const starts: Request = {
        range: { ...range, pieces: range.pieces.filter(knowsExpected) },
        trends: (piece, rows) => rows.starts(piece, jobs, missed.row),
        run: () => undefined,
      }
      const answer = (): SessionRuns => ({
        runsOf: (targetId) => runs.get(targetId) ?? 0,
        expectedOf: (targetId) => missed.of(targetId)?.expected ?? 0,
      })
      return { requests: jobs.length === 0 ? [tail] : [tail, starts], answer }
    }
    return gather({ sourceId, tier, targetId: null }, plan, context)
  }
}
