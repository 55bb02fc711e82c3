import { DAY_US } from '@shared/time'
import type { SourceAlertState } from '@main/alerts/engine/engine-state'
import type { SourceEvent } from '@main/alerts/engine/events'
import { usedTimes } from '@main/alerts/engine/used-time'
import type { SessionEnding } from '@shared/run'
import type { Readable } from '../core/database'
import { runId, STREAMS, SESSIONS } from '../core/ids'
import type { ToldPlaces } from './store'

/** Tells when Hassette started and stopped. */
export interface SessionFeed {
  /**
   * Starts and stops that the engine does not know, up to `toUs` by the clock of Hassette; `places` moves on. Sessions go
   * by their numbers: a start that lies ahead of the next one or of `nowUs` (our clock), or before the last one, is taken
   * for one in between. Times in microseconds.
   */
  next(source: SourceAlertState, places: ToldPlaces, when: { toUs: number; nowUs: number }): SourceEvent[]
}

interface SessionRow {
  epochId: number
  number: number
  startedUs: number
  stoppedUs: number | null
  heartbeatUs: number | null
  lastRunUs: number | null
  ending: SessionEnding
}

interface Life {
  row: SessionRow
  startedUs: number
  /** Null while it runs. */
  endedUs: number | null
}

export function createSessionFeed(db: Readable): SessionFeed {
  const selectStreams = db
    .prepare<[number], number>(`SELECT st.id FROM ${STREAMS} WHERE e.source_id = ? AND st.tier = 'app'`)
    .pluck()
  const selectFirst = db
    .prepare<[number, number], number>('SELECT started_us FROM runs WHERE id > ? AND id < ? ORDER BY id LIMIT 3')
    .pluck()
  const selectSessions = db.prepare<[number, number, number], SessionRow>(
    `SELECT x.epoch_id AS epochId, x.foreign_id AS number, x.started_us AS startedUs, x.stopped_us AS stoppedUs,
       x.heartbeat_us AS heartbeatUs, x.last_run_us AS lastRunUs, x.ending
     FROM ${SESSIONS}
     WHERE e.source_id = ? AND (e.id, x.foreign_id) >= (?, ?) ORDER BY e.id, x.foreign_id`,
  )

  /** What ran before the oldest run that is known says nothing: its quiet was never seen. */
  const sinceOf = (sourceId: number): number => {
    const firsts = selectStreams.all(sourceId).map((id) => oldestOf(selectFirst.all(runId(id, 0), runId(id + 1, 0))))
    return Math.min(...firsts)
  }

  /** The session that was told last, and those after it. */
  const livesOf = ({ id, sessionStartedUs }: SourceAlertState, told: [number, number], nowUs: number): Life[] => {
    const rows = selectSessions.all(id, ...told)
    const isKnown = (row: SessionRow | undefined) => row?.epochId === told[0] && row.number === told[1]
    const starts = rows.map(({ startedUs: us }, index) => ({
      us: index === 0 && isKnown(rows[0]) ? (sessionStartedUs ?? us) : us,
      sessionId: null,
    }))
    const used = usedTimes(starts, { newestUs: sessionStartedUs ?? -Infinity, nowUs })
    let earliestUs = -Infinity
    return rows.map((row, index) => {
      const startedUs = Math.max(used[index] ?? row.startedUs, earliestUs)
      const nextUs = used.slice(index + 1).find((us) => us > startedUs) ?? nowUs
      const endedUs = row.ending === 'running' ? null : endOf(row, startedUs, Math.max(startedUs, nextUs - 1))
      earliestUs = (endedUs ?? startedUs) + 1
      return { row, startedUs, endedUs }
    })
  }

  return {
    next: (source, places, { toUs, nowUs }) => {
      const { id: sourceId } = source
      const told = places.sessions[sourceId]
      const sinceUs = sinceOf(sourceId)
      if (sinceUs === Infinity) return []
      const events: SourceEvent[] = []
      let runs = source.sessionRunning
      for (const { row, startedUs, endedUs } of livesOf(source, told ?? [0, 0], nowUs)) {
        const isKnown = told?.[0] === row.epochId && told[1] === row.number
        if (!isKnown) {
          if (endedUs !== null && endedUs <= sinceUs) continue
          const atUs = Math.max(startedUs, sinceUs)
          if (atUs > toUs) break
          events.push({ kind: 'sessionStarted', sourceId, atUs })
          places.sessions[sourceId] = [row.epochId, row.number]
          runs = true
        }
        if (!runs || endedUs === null) continue
        if (endedUs > toUs) break
        events.push({ kind: 'sessionEnded', sourceId, atUs: endedUs })
        runs = false
      }
      return events
    },
  }
}

/** The latest of its signs that lies in its time. */
function endOf({ stoppedUs, heartbeatUs, lastRunUs }: SessionRow, startedUs: number, latestUs: number): number {
  const signs = [stoppedUs, heartbeatUs, lastRunUs].filter((us) => us !== null)
  const plausible = signs.filter((us) => us <= latestUs)
  return signs.length > 0 && plausible.length === 0 ? latestUs : Math.max(startedUs, ...plausible)
}

/** Start of the first of a stream's runs, unless it lies after the others, or long before them. */
function oldestOf([first = Infinity, second = Infinity, third = Infinity]: number[]): number {
  const isAhead = first > second && first > third
  const isAlone = second - first > DAY_US && Math.abs(third - second) <= DAY_US
  return isAhead || isAlone ? second : first
}
