import { mkdirSync } from 'node:fs'
import type { AlertService } from '@main/alerts/service'
import { createBackEnd } from '@main/back-end'
import type { ThreadFiles } from '@main/back-end'
import { placesIn } from '@main/cli/places'
import type { Places } from '@main/cli/places'
import type { Desktop } from '@main/desktop'
import type { OpenArchive, OpenArchiveOptions } from '@main/open-archive'
import { dispatch } from '@main/ipc/dispatch'
import type { Notifier, SystemNotification } from '@main/notifications/notifier'
import { createSettingsStore } from '@main/settings/settings'
import type { SettingsStore } from '@main/settings/settings'
import { createViewStateStore } from '@main/settings/view-state'
import { createMovableClock } from '@main/util/clock'
import type { MovableClock } from '@main/util/clock'
import type { EventPayloads } from '@shared/contract'
import type { EventName } from '@shared/verbs'
import type { Dispatch } from './faults'

/** What a back end is made from. */
export interface DevBackEndOptions {
  /** Everything that is written lies here; made if need be. */
  dataDir: string
  /** Where the recording of the sample home lies. */
  recordingDir: string
  threads: ThreadFiles
  desktop: Desktop
  /** How notifications are shown. */
  show: (shown: SystemNotification) => ReturnType<Notifier['show']>
  emit: <E extends EventName>(event: E, payload: EventPayloads[E]) => void
  warn: (message: string, thrown?: unknown) => void
  /** Show the sample home. */
  sample?: boolean
  /** As if the environment said so. */
  environment?: Parameters<typeof createSettingsStore>[0]['environment']
  /** How a source's file is read; by default as a Hassette's. */
  planFile?: OpenArchiveOptions['planFile']
  /** Services that change the archive by themselves. */
  services?: readonly ('retention' | 'alerts')[]
}

/** Main without Electron: the real handlers over a real archive. */
export interface DevBackEnd {
  dispatch: Dispatch
  archive: OpenArchive
  alerts: AlertService
  settings: SettingsStore
  clock: MovableClock
  places: Places
  /** As if the thread had told of new runs. */
  committed: (sourceId: number, runs: number) => void
  start: () => Promise<void>
  stop: () => Promise<void>
}

/** The back end of the app with the events of the window, without windows, tray and the desktop itself. */
export function createDevBackEnd(options: DevBackEndOptions): DevBackEnd {
  const { dataDir, threads, desktop, emit, warn, services = [] } = options
  mkdirSync(dataDir, { recursive: true })
  const places = placesIn(dataDir)
  const clock = createMovableClock()
  const settings = createSettingsStore({
    path: places.settingsFile,
    dataDir,
    flag: {},
    environment: options.environment ?? {},
    warn,
  })
  const viewState = createViewStateStore(places.viewStateFile, warn)
  const { events, archive, jobs, retention, alerts, handlers } = createBackEnd({
    places,
    settings,
    viewState,
    clock,
    desktop,
    notifier: { show: options.show },
    threads,
    recordingDir: options.recordingDir,
    forceSample: options.sample ?? false,
    tray: () => 'there',
    onResume: () => undefined,
    info: () => undefined,
    warn,
    ...(options.planFile && { planFile: options.planFile }),
  })
  events.on('archiveState', (state) => emit('archiveState', state))
  events.on('sources', (sources) => emit('sourcesChanged', sources))
  events.on('committed', (sourceId, runs) => emit('runsCommitted', { sourceId, runs }))
  events.on('storageWork', (work) => emit('storageWork', work))
  events.on('alertsStatus', (status) => emit('alertsChanged', status))
  settings.onChange((view) => emit('settingsChanged', view))
  const running = [
    archive,
    ...(services.includes('retention') ? [retention] : []),
    ...(services.includes('alerts') ? [alerts] : []),
  ]
  return {
    dispatch: (verb, input) => dispatch(handlers, verb, input, (name, thrown) => warn(`${name} failed`, thrown)),
    archive,
    alerts,
    settings,
    clock,
    places,
    committed: (sourceId, runs) => void events.emit('committed', sourceId, runs),
    start: async () => {
      for (const service of running) await service.start()
    },
    stop: async () => {
      for (const service of running.toReversed()) await service.stop()
      await jobs.stop()
      viewState.flush()
    },
  }
}
