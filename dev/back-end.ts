import { mkdirSync } from 'node:fs'
import { createAlertService } from '@main/alerts/service'
import { createMovableClock } from '@main/util/clock'
import type { MovableClock } from '@main/util/clock'
import { createDelivery } from '@main/alerts/delivery'
import type { ArchiveClient } from '@main/archive/client'
import { createArchiveClient } from '@main/archive/client'
import { placesIn } from '@main/cli/places'
import type { Places } from '@main/cli/places'
import type { Desktop } from '@main/desktop'
import { createHome } from '@main/home'
import type { Home } from '@main/home'
import type { HomeOptions } from '@main/home-options'
import { dispatch } from '@main/ipc/dispatch'
import { createHandlers } from '@main/ipc/handlers'
import type { Note, Notifier } from '@main/notifications/notifier'
import { createRetention, limitsFrom } from '@main/maintenance/retention'
import { createSettingsStore } from '@main/settings/settings'
import type { SettingsStore } from '@main/settings/settings'
import { createViewStateStore } from '@main/settings/view-state'
import { verdictOnArchive, startCopier } from '@main/maintenance/copier'
import type { Copier } from '@main/maintenance/copier'
import { databaseBytes } from '@main/maintenance/disk'
import { createArchiveCopies } from '@main/maintenance/archive-copies'
import { createJobRunner } from '@main/maintenance/job-runner'
import type { EventPayloads } from '@shared/contract'
import type { EventName } from '@shared/verbs'
import type { Dispatch } from './faults'

/** The built entry files of the archive's threads. */
export interface ThreadFiles {
  writer: string
  reader: string
  copier: string
}

/** What a back end is made from. */
export interface BackEndOptions {
  /** Everything that is written lies here; made if need be. */
  dataDir: string
  /** Where the recording of the sample home lies. */
  recordingDir: string
  threads: ThreadFiles
  desktop: Desktop
  /** How notifications are shown. */
  show: (note: Note) => ReturnType<Notifier['show']>
  emit: <E extends EventName>(event: E, payload: EventPayloads[E]) => void
  warn: (message: string, thrown?: unknown) => void
  /** Show the sample home. */
  sample?: boolean
  /** As if the environment said so. */
  environment?: Parameters<typeof createSettingsStore>[0]['environment']
  /** How a source's file is read; by default as a Hassette's. */
  planFile?: HomeOptions['planFile']
  /** Services that change the archive by themselves. */
  services?: readonly ('retention' | 'alerts')[]
}

/** Main without Electron: the real handlers over a real archive. */
export interface BackEnd {
  dispatch: Dispatch
  home: Home
  settings: SettingsStore
  clock: MovableClock
  places: Places
  /** As if the thread had told of new runs. */
  committed: (sourceId: number, runs: number) => void
  start: () => Promise<void>
  stop: () => Promise<void>
}

/** Composes the services as `app.ts` does, without windows, tray and the desktop itself. */
export function createBackEnd(options: BackEndOptions): BackEnd {
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
  let tellCommitted: BackEnd['committed'] = () => undefined
  const home = createHome({
    clock,
    archivePath: settings.values().db_path ?? places.defaultArchive,
    sampleDir: places.sampleDir,
    recordingDir: options.recordingDir,
    sourcePaths: settings.values().sources,
    forceSample: options.sample ?? false,
    limits: () => limitsFrom(settings.values()),
    openArchive: (archive): ArchiveClient => {
      tellCommitted = (sourceId, runs) => archive.onCommitted({ sourceId, runs })
      return createArchiveClient({ ...archive, ...threads, onFault: warn })
    },
    onArchiveState: (state) => {
      emit('archiveState', state)
      retention.look()
      alerting.look()
    },
    onSources: (sources) => {
      emit('sourcesChanged', sources)
      retention.sourcesChanged(sources)
      alerting.sourcesChanged(sources)
    },
    onCommitted: (sourceId, runs) => {
      emit('runsCommitted', { sourceId, runs })
      retention.look()
      alerting.look()
    },
    onSourceMoved: settings.moveSource,
    ...(options.planFile && { planFile: options.planFile }),
    info: () => undefined,
    warn,
  })
  const works = createJobRunner(warn)
  works.onChange((work) => emit('storageWork', work))
  const copier = (): Copier => startCopier(threads.copier, warn)
  const keeping = createArchiveCopies({ home, works, startCopier: copier, warn })
  const isReady = (): boolean => home.archiveState().kind === 'ready'
  const retention = createRetention({
    archive: () => (home.isSample() || !isReady() ? null : { path: home.archivePath(), write: home.write() }),
    limits: () => limitsFrom(settings.values()),
    works,
    bytesOf: databaseBytes,
    onResume: () => undefined,
    info: () => undefined,
    warn,
  })
  const delivery = createDelivery({ notifier: { show: options.show }, write: home.write, clock, warn })
  const alerting = createAlertService({
    archive: () => (isReady() ? { key: home.isSample() ? 'sample' : home.archivePath(), write: home.write() } : null),
    settings: () => settings.values().alerts,
    delivery,
    clock,
    onStatus: (status) => emit('alertsChanged', status),
    onResume: () => undefined,
    warn,
  })
  const handlers = createHandlers({
    home,
    settings,
    viewState,
    works,
    keeping,
    judge: (path) => verdictOnArchive(copier, path),
    desktop,
    alerting,
    delivery,
    info: () => ({
      dataDir,
      archivePath: home.archivePath(),
      logsDir: places.logsDir,
      sample: home.isSample(),
      tray: 'there',
    }),
  })
  settings.onChange((view) => {
    emit('settingsChanged', view)
    home.limitsChanged()
    retention.settingsChanged()
    alerting.look()
  })
  const running = [
    home,
    ...(services.includes('retention') ? [retention] : []),
    ...(services.includes('alerts') ? [alerting] : []),
  ]
  return {
    dispatch: (verb, input) => dispatch(handlers, verb, input, (name, thrown) => warn(`${name} failed`, thrown)),
    home,
    settings,
    clock,
    places,
    committed: (sourceId, runs) => tellCommitted(sourceId, runs),
    start: async () => {
      for (const service of running) await service.start()
    },
    stop: async () => {
      for (const service of running.toReversed()) await service.stop()
      await works.stop()
      viewState.flush()
    },
  }
}
