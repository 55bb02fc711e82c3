import type { SourceAlertState } from '@main/alerts/engine-state'
import type { SourceEvent } from '@main/alerts/events'
import type { Database } from 'better-sqlite3'

/** Tells when Hassette started and stopped. */
export interface SessionFeed {
  /** Starts and stops up to `toUs` (microseconds, by the clock of Hassette) that the engine does not know. */
  next(source: SourceAlertState, toUs: number): SourceEvent[]
}

interface SessionRow {
  startedUs: number
  /** Null while it runs. */
  endedUs: number | null
}

export function createSessionFeed(db: Database): SessionFeed {
  // What ran before the oldest run that is known says nothing: its quiet was never seen.
  const selectSince = db
    .prepare<[number], number | null>(
      `SELECT min(c.from_us) FROM epochs e JOIN streams st ON st.epoch_id = e.id AND st.tier = 'app'
       JOIN coverage c ON c.stream_id = st.id AND c.kind = 'runs' WHERE e.source_id = ?`,
    )
    .pluck()
  const selectSessions = db.prepare<[number, number], SessionRow>(
    `SELECT x.started_us AS startedUs, iif(x.ending = 'running', NULL, x.ended_us) AS endedUs
     FROM epochs e JOIN sessions x ON x.epoch_id = e.id
     WHERE e.source_id = ? AND coalesce(x.ended_us, x.started_us) >= ? ORDER BY x.started_us`,
  )

  return {
    next: (source, toUs) => {
      const { id: sourceId } = source
      let knownUs = source.sessionStartedUs ?? -1
      const sinceUs = selectSince.get(sourceId) ?? Infinity
      const events: SourceEvent[] = []
      let runs = source.sessionRunning
      for (const { startedUs, endedUs } of selectSessions.all(sourceId, knownUs)) {
        if (endedUs !== null && endedUs <= sinceUs) continue
        const atUs = Math.max(startedUs, sinceUs)
        if (atUs > toUs) break
        // One that began later runs: how this one ended is no news.
        if (atUs < knownUs) continue
        if (atUs > knownUs) {
          events.push({ kind: 'sessionStarted', sourceId, atUs })
          knownUs = atUs
          runs = true
        }
        if (!runs || endedUs === null || endedUs > toUs) continue
        events.push({ kind: 'sessionEnded', sourceId, atUs: endedUs })
        runs = false
      }
      return events
    },
  }
}
