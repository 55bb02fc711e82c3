import type { AlertsStatus, Incident } from '@shared/alert'
import { isSourceRule } from '@shared/alert-settings'
import { alertWords } from '@shared/messages-alerts'
import { affectedApps, appsText } from '@shared/notification-text'
import type { SourceInfo } from '@shared/source'
import type { AlertService } from '../alerts/service'
import type { QuietControls, TrayIncident, TraySource, TrayState, TrayStateStore } from './state'

/** Brings to the tray what the sources and the alerts say. */
export interface TrayPublisher {
  sources: (sources: readonly SourceInfo[]) => void
  alerts: (status: AlertsStatus) => void
}

/**
 * Builds the publisher. Before the alerts said anything it only names the sources, and the tray has no `controls` of
 * them.
 */
export function createTrayPublisher(trayState: TrayStateStore, controls: QuietControls): TrayPublisher {
  let sources: readonly SourceInfo[] = []
  let status: AlertsStatus | null = null
  const publish = (): void => {
    const isNews = (sourceId: number) => sources.some((source) => source.id === sourceId && isWatched(source))
    const alerts = status === null ? {} : trayStateOf(status, isNews)
    trayState.publish({ ...trayState.current(), ...alerts, sources: traySources(sources) })
  }
  return {
    sources: (next) => {
      sources = next
      publish()
    },
    alerts: (next) => {
      if (trayState.controls() === null) trayState.takeControls(controls)
      status = next
      publish()
    },
  }
}

/** What the tray's menu does to the alerts; `warn` hears of what they could not do. */
export function quietControls(
  alerts: Pick<AlertService, 'snoozeAll' | 'pause'>,
  warn: (message: string, thrown: unknown) => void,
): QuietControls {
  const attempt = (work: Promise<void>): void => {
    work.catch((thrown: unknown) => warn('the tray could not change the alerts', thrown))
  }
  return {
    snooze: (snooze) => attempt(alerts.snoozeAll(snooze)),
    endSnooze: () => attempt(alerts.snoozeAll(null)),
    pause: (untilUs) => attempt(alerts.pause(untilUs ?? 'resumed')),
    resume: () => attempt(alerts.pause(null)),
  }
}

/** Whether a source is watched: snapshots, the sample and removed ones are no news. */
function isWatched({ mode, removed }: Pick<SourceInfo, 'mode' | 'removed'>): boolean {
  return mode === 'live' && removed !== true
}

/** The sources as the tray names them: those that are watched. */
export function traySources(sources: readonly SourceInfo[]): TraySource[] {
  return sources.filter(isWatched).flatMap<TraySource>(({ name, state, hassette }) => {
    switch (state.kind) {
      case 'stale':
        return [{ name, state: 'blind', sinceUs: state.sinceMs * 1000 }]
      case 'failed':
        return [{ name, state: 'blind', sinceUs: null }]
      case 'cancelled':
      case 'not_read':
        return []
      default:
        if (hassette === null) return [{ name, state: 'live', sinceUs: null }]
        if (hassette.kind !== 'running') return [{ name, state: hassette.kind, sinceUs: hassette.sinceUs }]
        return [{ name, state: hassette.signUs === null ? 'live' : 'unsure', sinceUs: hassette.signUs }]
    }
  })
}

/**
 * What the tray tells of the alerts; what concerns a whole Hassette is told with the sources. `isNews` = whether a source
 * is watched: what a recording held is not told.
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
