import type { AlertsStatus, Incident } from '@shared/alert'
import { isSourceRule } from '@shared/alert-settings'
import { alertWords } from '@shared/messages-alerts'
import { affectedApps, appsText } from '@shared/notification-text'
import type { TrayState, TrayIncident } from '../tray/state'

/** Beyond the end of every calendar in use (µs), and a safe integer: "until somebody resumes". */
export const UNTIL_RESUMED_US = 8_640_000_000_000_000

/** A pause as the engine keeps it, for people. */
export function pauseOf(untilUs: number | null): AlertsStatus['paused'] {
  return untilUs !== null && untilUs >= UNTIL_RESUMED_US ? 'resumed' : untilUs
}

/**
 * What the tray tells of the alerts; what concerns a whole Hassette is told with the sources. `isNews` = whether a source is watched: what
 * a recording held is not told.
 */
export function trayStateOf(
  { open, paused, problem, unread }: AlertsStatus,
  isNews: (sourceId: number) => boolean,
): Pick<TrayState, 'judged' | 'incidents' | 'paused'> {
  return {
    judged: problem === null && unread.length === 0,
    incidents: open.filter(({ rule, sourceId }) => !isSourceRule(rule) && isNews(sourceId)).map(trayIncident),
    paused,
  }
}

function trayIncident(incident: Incident): TrayIncident {
  const { id, firstUs: sinceUs, snooze } = incident
  return { id, title: titleOf(incident), sinceUs, snooze, path: `/alerts?incident=${id}` }
}

/** Who and what in one line. */
function titleOf({ rule, targets, failures }: Incident): string {
  const where = appsText(affectedApps(targets))
  const { title } = alertWords
  if (rule === 'streak') return title.always(where)
  if (rule === 'missed') return title.missed(where, failures)
  return rule === 'failures' ? title.row(where, failures) : title.rate(where, failures)
}
