import { DAY_US, SECOND_US } from '@main/util/time'
import { advance } from '@main/alerts/engine'
import { createEngineState } from '@main/alerts/engine-state'
import { BASELINE_US } from '@main/alerts/time'
import { DEFAULT_ALERT_SETTINGS } from '@shared/alert-settings'
import type { Database } from 'better-sqlite3'
import type { ReadApi } from '../../api'
import { createRunFeed } from '../alerts/run-feed'
import { createSessionFeed } from '../alerts/session-feed'
import { noPlaces } from '../alerts/told-places'
import type { Handlers } from '../core/serve'

/** Runs are judged as if they had been read so long after their end. */
const READ_AFTER_US = 2 * SECOND_US
const FOR_US = BASELINE_US

/**
 * Judges the last seven days of a source again with another sensitivity: a new engine learns from the day before them
 * and from what it sees, as the first one would have. Reads slices of runs with pauses.
 */
export function createAlertReplay(db: Database): Handlers<ReadApi>['alertsReplay'] {
  const sourceOf = db.prepare<[number], { name: string }>('SELECT name FROM sources WHERE id = ?')
  return async ({ sourceId, sensitivity }, context) => {
    const state = createEngineState(1, { ...DEFAULT_ALERT_SETTINGS, sensitivity })
    const runs = createRunFeed(db)
    const sessions = createSessionFeed(db)
    const places = noPlaces()
    const nowUs = Date.now() * 1000
    const name = sourceOf.get(sourceId)?.name ?? ''
    advance(state, { ...nothing, nowUs: 0, events: [{ kind: 'source', sourceId, name, mode: 'live' }] })
    const opened: number[] = []
    let oldestUs = Infinity
    let newestUs = 0
    for (let more = true; more; await context.pause()) {
      const source = state.sources[sourceId]
      if (!source) break
      const slice = runs.next(sourceId, places, { isNew: true, watched: false, nowUs })
      more = slice.more
      for (const { endUs } of slice.runs) {
        oldestUs = Math.min(oldestUs, endUs)
        newestUs = Math.max(newestUs, endUs)
      }
      const events = [...sessions.next(source, places, { toUs: newestUs, nowUs }), ...slice.runs]
      for (const effect of advance(state, { ...nothing, nowUs: newestUs + READ_AFTER_US, events })) {
        if (effect.kind !== 'incidentOpened') continue
        const { rule, openedUs } = effect.incident
        if (rule === 'rate' || rule === 'streak') opened.push(openedUs)
      }
    }
    const days = oldestUs < newestUs ? Math.max(1, Math.round(Math.min(FOR_US, newestUs - oldestUs) / DAY_US)) : 0
    return { incidents: opened.filter((us) => us > newestUs - FOR_US).length, days }
  }
}

const nothing = { utcOffsetMinutes: 0, caughtUp: [] }
