import { parseEngineState } from '@main/alerts/engine-state'
import { Failure } from '@shared/result'
import type { Incident, IncidentGroup, NoticeKind, NoticeOutcome, NoticeRow, WithheldReason } from '@shared/alert'
import type { Database } from 'better-sqlite3'
import type { ReadApi } from '../../api'
import { createMetaReader, META } from '../core/meta'
import { TARGET_NAME } from '../alerts/target-name'
import type { Handlers } from '../core/serve'
import { createAlertReplay } from './alert-replay'

type AlertVerbs = Pick<Handlers<ReadApi>, 'incidentsList' | 'incidentGet' | 'noticesList' | 'alertsReplay'>

interface NoticeColumns extends Omit<NoticeRow, 'outcome'> {
  kind: NoticeKind
  outcome: 'pending' | 'sent' | 'suppressed' | 'failed'
  reason: string | null
}

const NOTICE = `SELECT id, at_us AS atUs, kind, incident_id AS incidentId, title, body, outcome, reason FROM notices`

/** The queries of the Alerts page. */
export function createAlertQueries(db: Database): AlertVerbs {
  const selectIncidents = db
    .prepare<[Record<string, number | null>], string>(
      `SELECT detail FROM incidents WHERE cleared_us IS NOT NULL AND (@sourceId IS NULL OR source_id = @sourceId)
         AND id < @before ORDER BY id DESC LIMIT @limit`,
    )
    .pluck()
  const selectIncident = db.prepare<[number], string>('SELECT detail FROM incidents WHERE id = ?').pluck()
  const selectGroup = db.prepare<[number], Omit<IncidentGroup, 'muted' | 'where'>>(
    `SELECT g.id AS groupId, g.title, y.name AS errorType, g.n_total AS failures
     FROM error_groups g LEFT JOIN error_types y ON y.id = g.error_type_id WHERE g.id = ?`,
  )
  const selectWhere = db
    .prepare<[number], string>(
      `SELECT a.app_key || '.' || ${TARGET_NAME} FROM group_targets m JOIN targets t ON t.id = m.target_id
       JOIN apps a ON a.id = t.app_id WHERE m.group_id = ? LIMIT 3`,
    )
    .pluck()
  const selectNotices = db.prepare<[number], NoticeColumns>(`${NOTICE} ORDER BY id DESC LIMIT ?`)
  const selectNoticesOf = db.prepare<[number], NoticeColumns>(
    `${NOTICE} WHERE incident_id = ? ORDER BY id DESC LIMIT 200`,
  )
  const meta = createMetaReader(db)

  const mutedOf = (sourceId: number): { groups: Set<number>; targets: Set<number> } => {
    const { engine = '' } = JSON.parse(meta.text(META.alerts) ?? '{}') as { engine?: string }
    const source = parseEngineState(engine)?.sources[sourceId]
    return { groups: new Set(source?.mutedGroups), targets: new Set(source?.mutedTargets) }
  }

  return {
    incidentsList: ({ sourceId, beforeId, limit }) =>
      selectIncidents.all({ sourceId, before: beforeId ?? Number.MAX_SAFE_INTEGER, limit }).map(incidentOf),
    incidentGet: ({ incidentId }) => {
      const detail = selectIncident.get(incidentId)
      if (detail === undefined) throw new Failure('not_found', 'This incident is not in the archive.')
      const incident = incidentOf(detail)
      const muted = mutedOf(incident.sourceId)
      return {
        incident,
        groups: incident.groupIds.flatMap((groupId) => {
          const group = selectGroup.get(groupId)
          const where = selectWhere.all(groupId)
          return group ? [{ ...group, where, muted: muted.groups.has(groupId) }] : []
        }),
        mutedTargets: incident.targets.flatMap(({ targetId }) => (muted.targets.has(targetId) ? [targetId] : [])),
        notices: selectNoticesOf.all(incidentId).map(noticeOf),
      }
    },
    noticesList: ({ limit }) => selectNotices.all(limit).map(noticeOf),
    alertsReplay: createAlertReplay(db),
  }
}

/** Only we write it. */
function incidentOf(detail: string): Incident {
  return JSON.parse(detail) as Incident
}

function noticeOf({ outcome, reason, ...row }: NoticeColumns): NoticeRow {
  return { ...row, outcome: outcomeOf(outcome, reason ?? '') }
}

function outcomeOf(kind: NoticeColumns['outcome'], reason: string): NoticeOutcome | { kind: 'pending' } {
  if (kind === 'suppressed') return { kind, reason: reason as WithheldReason }
  return kind === 'failed' ? { kind, reason } : { kind }
}
