import { advance } from '@main/alerts/engine/engine'
import { createEngineState } from '@main/alerts/engine/engine-state'
import { BASELINE_US } from '@main/alerts/engine/time'
import { DAY_US, SECOND_US } from '@shared/time'
import type { Incident } from '@shared/alert'
import type { AlertNotification, NotificationState } from '@shared/alert-notification'
import { DEFAULT_ALERT_SETTINGS } from '@shared/alert-settings'
import { groupTitle } from '@shared/error-group'
import { Failure } from '@shared/result'
import type { Readable } from '../core/database'
import type { ReadApi } from '../../api'
import { createRunFeed } from '../alerts/run-feed'
import { createSessionFeed } from '../alerts/session-feed'
import { TARGET_NAME } from '../alerts/outcome'
import { contentOf, noPlaces, prepareMutes } from '../alerts/store'
import { GROUP_CAUSE, groupCause } from '../derived/error-groups'
import type { StoredGroupCause } from '../derived/error-groups'
import type { ThreadHandlers } from '../core/serve'

type AlertVerbs = Pick<ThreadHandlers<ReadApi>, 'alerts.list' | 'alerts.get' | 'alerts.notifications' | 'alerts.replay'>

interface NotificationColumns extends Omit<AlertNotification, 'content' | 'silent' | 'state'> {
  content: string | null
  silent: 0 | 1
  state: NotificationState['kind']
  reason: string | null
  said: string | null
}

const NOTIFICATION = `SELECT id, at_us AS atUs, kind, incident_id AS incidentId, content, silent, replaces, state, reason, said
  FROM notifications`

/** The queries of the Alerts page. */
export function createAlertQueries(db: Readable): AlertVerbs {
  const selectIncidents = db
    .prepare<[Record<string, number | null>], string>(
      `SELECT detail FROM incidents WHERE cleared_us IS NOT NULL AND (@sourceId IS NULL OR source_id = @sourceId)
         AND id < @before ORDER BY id DESC LIMIT @limit`,
    )
    .pluck()
  const selectIncident = db.prepare<[number], string>('SELECT detail FROM incidents WHERE id = ?').pluck()
  const selectGroup = db.prepare<[number], StoredGroupCause & { failures: number }>(
    `SELECT ${GROUP_CAUSE}, g.n_total AS failures FROM error_groups g WHERE g.id = ?`,
  )
  const selectWhere = db
    .prepare<[number], string>(
      `SELECT a.app_key || '.' || ${TARGET_NAME} FROM group_targets m JOIN targets t ON t.id = m.target_id
       JOIN apps a ON a.id = t.app_id WHERE m.group_id = ? LIMIT 3`,
    )
    .pluck()
  const selectNotifications = db.prepare<[number], NotificationColumns>(`${NOTIFICATION} ORDER BY id DESC LIMIT ?`)
  const selectNotificationsOf = db.prepare<[number], NotificationColumns>(
    `${NOTIFICATION} WHERE incident_id = ? ORDER BY id DESC LIMIT 200`,
  )
  const selectMutes = prepareMutes(db)

  const mutedOf = (sourceId: number): { groups: Set<number>; targets: Set<number> } => {
    const muted = selectMutes.all(sourceId)
    const idsOf = (wanted: 'group' | 'target'): Set<number> =>
      new Set(muted.filter(({ kind }) => kind === wanted).map(({ id }) => id))
    return { groups: idsOf('group'), targets: idsOf('target') }
  }

  return {
    'alerts.list': ({ sourceId, beforeId, limit }) =>
      selectIncidents.all({ sourceId, before: beforeId ?? Number.MAX_SAFE_INTEGER, limit }).map(incidentOf),
    'alerts.get': ({ incidentId }) => {
      const detail = selectIncident.get(incidentId)
      if (detail === undefined) throw new Failure('not_found', 'This incident is not in the archive.')
      const incident = incidentOf(detail)
      const muted = mutedOf(incident.sourceId)
      return {
        incident,
        groups: incident.groupIds.flatMap((groupId) => {
          const group = selectGroup.get(groupId)
          const where = selectWhere.all(groupId)
          if (!group) return []
          const { errorType, failures } = group
          const title = groupTitle(groupCause(group))
          return [{ groupId, title, errorType, failures, where, muted: muted.groups.has(groupId) }]
        }),
        mutedTargets: incident.targets.flatMap(({ targetId }) => (muted.targets.has(targetId) ? [targetId] : [])),
        notifications: selectNotificationsOf.all(incidentId).map(notificationOf),
      }
    },
    'alerts.notifications': ({ limit }) => selectNotifications.all(limit).map(notificationOf),
    'alerts.replay': createAlertReplay(db),
  }
}

/** Only we write it. */
function incidentOf(detail: string): Incident {
  return JSON.parse(detail) as Incident
}

function notificationOf({ content, silent, state, reason, said, ...row }: NotificationColumns): AlertNotification {
  // Only we write them, and SQLite takes no other reason.
  const is = {
    kind: state,
    ...(reason === null ? {} : { reason }),
    ...(said === null ? {} : { said }),
  } as NotificationState
  return { ...row, content: contentOf({ kind: row.kind, content }), silent: silent === 1, state: is }
}

/** Runs are judged as if they had been read so long after their end. */
const READ_AFTER_US = 2 * SECOND_US
const FOR_US = BASELINE_US

/**
 * Judges the last seven days of a source again with another sensitivity: a new engine learns from the day before them
 * and from what it sees, as the first one would have. Reads slices of runs with pauses.
 */
function createAlertReplay(db: Readable): ThreadHandlers<ReadApi>['alerts.replay'] {
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
