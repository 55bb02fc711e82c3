import type { Input, Output } from '@shared/contract'
import type { Precision, SessionRow } from '@shared/trends'
import type { Readable } from '../../core/database'
import { SESSIONS } from '../../core/ids'
import type { CallContext } from '../../core/serve'
import { addRow, addRun, nothingCounted } from './figures'
import type { Counted } from './figures'
import type { Aggregate, Request } from './aggregate'
import type { Available } from './available'
import { countableRange, totalKeysOf } from './available'
import type { TrendCounts, TrendRow } from './trend-rows'

interface StoredSession extends Omit<
  SessionRow,
  'runs' | 'failed' | 'dependencyFailures' | 'timedOut' | 'blockingEvents' | 'precision'
> {
  epochId: number
  lastRunUs: number | null
}

/** Sessions with the figures of their runs, of both tiers. */
export function createSessions(db: Readable, gather: Aggregate) {
  const selectSessions = db.prepare<
    [{ sourceId: number; fromUs: number; toUs: number; beforeUs: number; limit: number }],
    StoredSession
  >(
    `SELECT x.id, x.epoch_id AS epochId, x.started_us AS startedUs, x.ended_us AS endedUs, x.ending,
       x.error_type AS errorType, x.error_message AS errorMessage, x.last_run_us AS lastRunUs,
       x.dropped_overflow + x.dropped_exhausted + x.dropped_shutdown AS dropped
     FROM ${SESSIONS}
     WHERE e.source_id = @sourceId AND x.started_us < @toUs AND (x.ended_us IS NULL OR x.ended_us >= @fromUs)
       AND x.started_us < @beforeUs
     ORDER BY x.started_us DESC, x.id DESC LIMIT @limit`,
  )
  // Totals of streams have negative keys: the first rows of the session.
  const selectTotals = db.prepare<[number], TrendCounts & Pick<TrendRow, 'histogram'>>(
    `SELECT target_id AS targetId, n, failed, timed_out AS timedOut, cancelled, skipped, di, NULL AS histogram
     FROM rollups WHERE resolution = 0 AND bucket = ? AND target_id < 0`,
  )
  const selectStalls = db.prepare<[number], { sessionId: number | null; n: number }>(
    'SELECT session_id AS sessionId, count(*) AS n FROM blocking_events WHERE epoch_id = ? GROUP BY session_id',
  )

  const stallsOf = (sessions: StoredSession[]): Map<number | null, number> => {
    const epochs = new Set(sessions.map(({ epochId }) => epochId))
    return new Map([...epochs].flatMap((epoch) => selectStalls.all(epoch).map(({ sessionId, n }) => [sessionId, n])))
  }

  return async (
    { sourceId, span, beforeUs, limit }: Input<'sessions.list'>,
    context: CallContext,
  ): Promise<Output<'sessions.list'>> => {
    const plan = (known: Available) => {
      const sessions = selectSessions.all({
        sourceId,
        fromUs: span.fromUs ?? Number.MIN_SAFE_INTEGER,
        toUs: span.toUs ?? Number.MAX_SAFE_INTEGER,
        beforeUs: beforeUs ?? Number.MAX_SAFE_INTEGER,
        limit,
      })
      const counts = new Map(sessions.map(({ id }) => [id, nothingCounted()]))
      const lost: { request: Request; session: StoredSession; counted: Counted; precision: Precision }[] = []
      for (const session of sessions) {
        const totals = selectTotals.all(session.id)
        const counted = counts.get(session.id)
        for (const row of totals) if (counted) addRow(counted, row)
        if (totals.length === 0 && session.lastRunUs !== null) lost.push(byTime(session, session.lastRunUs, known))
      }
      const tail: Request = {
        range: { fromUs: Number.MIN_SAFE_INTEGER, toUs: Number.MAX_SAFE_INTEGER, pieces: [] },
        trends: () => undefined,
        run: (run) => {
          const counted = run.sessionId === null ? undefined : counts.get(run.sessionId)
          if (counted) addRun(counted, run)
        },
      }
      return {
        requests: [tail, ...lost.map(({ request }) => request)],
        answer: () => {
          const stalls = stallsOf(sessions)
          return sessions.map((session): SessionRow => {
            const own = counts.get(session.id) ?? nothingCounted()
            const instead = own.runs > 0 ? undefined : lost.find((each) => each.session.id === session.id)
            const { runs, failed, dependencyFailures, timedOut } = instead?.counted ?? own
            return {
              ...told(session),
              runs,
              failed,
              dependencyFailures,
              timedOut,
              blockingEvents: stalls.get(session.id) ?? 0,
              precision: instead?.precision ?? { kind: 'exact' },
            }
          })
        },
      }
    }
    return gather({ sourceId, tier: 'all', targetId: null }, plan, context)
  }
}

function told({ id, startedUs, endedUs, ending, errorType, errorMessage, dropped }: StoredSession) {
  return { id, startedUs, endedUs, ending, errorType, errorMessage, dropped }
}

/** A session whose own trends are gone is counted by its time, which may hold runs of its neighbours. */
function byTime(session: StoredSession, lastRunUs: number, known: Available) {
  const counted = nothingCounted()
  const span = { fromUs: session.startedUs, toUs: Math.max(session.endedUs ?? lastRunUs, lastRunUs) + 1 }
  const range = countableRange(span, known)
  const keys = totalKeysOf(known, range)
  const request: Request = {
    range,
    trends: (piece, rows) => rows.of(piece, keys, false, (row) => addRow(counted, row)),
    run: (run) => addRun(counted, run),
  }
  // Never exact, since who ran in this time is not known.
  const precision: Precision = range.precision.kind === 'exact' ? { kind: 'rounded', ...span } : range.precision
  return { request, session, counted, precision }
}
