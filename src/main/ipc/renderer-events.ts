import type { BrowserWindow } from 'electron'
import type { EventPayloads } from '@shared/contract'
import type { EventName } from '@shared/verbs'

/** At most this often the window hears of new runs; an import commits many times a second. */
const COMMIT_NOTICE_MS = 250

/** Carries news to the open window; without a window they are dropped, since opening one reads everything anew. */
export interface RendererEvents {
  archiveState: (state: EventPayloads['archiveState']) => void
  sourcesChanged: (sources: EventPayloads['sourcesChanged']) => void
  settingsChanged: (view: EventPayloads['settingsChanged']) => void
  committed: (sourceId: number, runs: number) => void
  storageWork: (work: EventPayloads['storageWork']) => void
  trayChanged: (tray: EventPayloads['trayChanged']) => void
  alertsChanged: (status: EventPayloads['alertsChanged']) => void
  navigate: (path: string) => void
}

/** Builds the carrier for whatever window is open at the time. */
export function createRendererEvents(current: () => BrowserWindow | null): RendererEvents {
  const pending = new Map<number, number>()
  let timer: NodeJS.Timeout | null = null

  function send<E extends EventName>(event: E, payload: EventPayloads[E]): void {
    const window = current()
    if (window !== null && !window.webContents.isDestroyed()) window.webContents.send(event, payload)
  }

  function flush(): void {
    timer = null
    for (const [sourceId, runs] of pending) send('runsCommitted', { sourceId, runs })
    pending.clear()
  }

  return {
    archiveState: (state) => send('archiveState', state),
    sourcesChanged: (sources) => send('sourcesChanged', sources),
    settingsChanged: (view) => send('settingsChanged', view),
    storageWork: (work) => send('storageWork', work),
    trayChanged: (tray) => send('trayChanged', tray),
    alertsChanged: (status) => send('alertsChanged', status),
    navigate: (path) => send('navigate', { path }),
    committed: (sourceId, runs) => {
      pending.set(sourceId, (pending.get(sourceId) ?? 0) + runs)
      timer ??= setTimeout(flush, COMMIT_NOTICE_MS)
    },
  }
}
