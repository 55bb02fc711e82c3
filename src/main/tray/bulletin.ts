import type { AlertsStatus } from '@shared/alert'
import type { SourceInfo } from '@shared/source'
import { boardOf } from '../alerts/status'
import type { AlertBoard } from './board'
import { isWatched, traySources } from './sources'

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
