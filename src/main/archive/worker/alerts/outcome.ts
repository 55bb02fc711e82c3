import { isLearning } from '@main/alerts/engine/detector'
import type { EngineState, SourceAlertState } from '@main/alerts/engine/engine-state'
import { publicIncident } from '@main/alerts/engine/incident-record'
import type { BlindSource, Muted } from '@shared/alert'
import { groupTitle } from '@shared/error-group'
import type { Readable } from '../core/database'
import type { AlertsOutcome } from '../../api'
import { GROUP_CAUSE, groupCause } from '../derived/error-groups'
import type { StoredGroupCause } from '../derived/error-groups'

/** Says where the engine stands, with the names of what is muted. */
export function createOutcome(
  db: Readable,
): (state: EngineState, nowUs: number) => Omit<AlertsOutcome, 'notifications' | 'leftOut' | 'startedOver'> {
  const causeOfGroup = db.prepare<[number], StoredGroupCause>(
    `SELECT ${GROUP_CAUSE} FROM error_groups g WHERE g.id = ?`,
  )
  const titleOfTarget = db
    .prepare<[number], string>(
      `SELECT a.app_key || '.' || ${TARGET_NAME} FROM targets t JOIN apps a ON a.id = t.app_id WHERE t.id = ?`,
    )
    .pluck()

  const mutedOf = ({ id: sourceId, mutedGroups, mutedTargets }: SourceAlertState): Muted[] => [
    ...mutedTargets.flatMap((targetId): Muted[] => {
      const title = titleOfTarget.get(targetId)
      return title === undefined ? [] : [{ kind: 'target', sourceId, targetId, title }]
    }),
    ...mutedGroups.flatMap((groupId): Muted[] => {
      const found = causeOfGroup.get(groupId)
      return found === undefined ? [] : [{ kind: 'group', sourceId, groupId, title: groupTitle(groupCause(found)) }]
    }),
  ]

  return (state, nowUs) => {
    const sources = Object.values(state.sources)
    const open = sources.flatMap((source) => source.open.map(publicIncident))
    open.sort((a, b) => b.openedUs - a.openedUs || b.id - a.id)
    return {
      open,
      blind: sources.flatMap((source) => blindOf(source)),
      learning: sources.filter((source) => learns(source, nowUs)).map(({ id }) => id),
      unread: sources.filter(({ mode, importing }) => mode === 'live' && importing).map(({ id }) => id),
      muted: sources.flatMap(mutedOf),
      pausedUntilUs: state.notify.pausedUntilUs,
    }
  }
}

/** What is read for the first time is not judged yet. */
function learns(source: SourceAlertState, nowUs: number): boolean {
  return source.mode === 'live' && !source.importing && isLearning(source, nowUs)
}

function blindOf({ id: sourceId, name, mode, blind }: SourceAlertState): BlindSource[] {
  return blind !== null && mode === 'live' ? [{ sourceId, name, ...blind }] : []
}

/**
 * How the alerts name a handler or job (`t`): by its name, and by its instance where its app has several. What is told of
 * one instance would else read as if told of the other.
 */
export const TARGET_NAME = `t.name || iif(EXISTS (SELECT 1 FROM targets o
  WHERE o.app_id = t.app_id AND o.instance_index <> t.instance_index), ' · ' || t.instance_index, '')`
