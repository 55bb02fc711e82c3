import type { AlertsStatus } from '@shared/alert'
import type { SourceInfo } from '@shared/source'
import { boardOf } from '../alerts/status'
import type { AlertBoard, TraySource } from './state'

/** Brings what the sources and the alerts say to the board of the tray. */
export interface Bulletin {
  sources: (sources: readonly SourceInfo[]) => void
  alerts: (status: AlertsStatus) => void
}

/** Writes on a board; before the alerts said anything it only names the sources. */
export function createBulletin(board: AlertBoard): Bulletin {
  let sources: readonly SourceInfo[] = []
  let status: AlertsStatus | null = null
  const publish = (): void => {
    const isNews = (sourceId: number) => sources.some((source) => source.id === sourceId && isWatched(source))
    const alerts = status === null ? {} : boardOf(status, isNews)
    board.publish({ ...board.status(), ...alerts, sources: traySources(sources) })
  }
  return {
    sources: (next) => {
      sources = next
      publish()
    },
    alerts: (next) => {
      status = next
      publish()
    },
  }
}

/** Whether a source is watched: snapshots, the sample and removed ones are no news. */
export function isWatched({ mode, removed }: Pick<SourceInfo, 'mode' | 'removed'>): boolean {
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
