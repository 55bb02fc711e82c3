import { EventEmitter } from 'node:events'
import type { AlertsStatus } from '@shared/alert'
import type { AppInfo } from '@shared/contract'
import type { ArchiveState, SourceInfo } from '@shared/source'
import type { StorageWork } from '@shared/storage'
import { createDelivery } from './alerts/delivery'
import { createAlertService } from './alerts/service'
import type { AlertService } from './alerts/service'
import { createArchiveClient } from './archive/client'
import type { ArchiveClientOptions } from './archive/client'
import type { Places } from './cli/places'
import type { Desktop } from './desktop'
import { OpenArchive } from './open-archive'
import type { OpenArchiveOptions } from './open-archive'
import type { Handlers } from './ipc/dispatch'
import { createAlertHandlers } from './ipc/handlers/alerts'
import { createAppHandlers } from './ipc/handlers/app'
import type { AppHandlerParts } from './ipc/handlers/app'
import { createRunHandlers } from './ipc/handlers/runs'
import { createSourceHandlers } from './ipc/handlers/sources'
import { createStorageHandlers } from './ipc/handlers/storage'
import { createArchiveCopies } from './maintenance/archive-copies'
import { startCopier, verdictOnArchive } from './maintenance/copier'
import { databaseBytes } from './maintenance/disk'
import { createJobRunner } from './maintenance/job-runner'
import type { JobRunner } from './maintenance/job-runner'
import { createRetention, limitsFrom } from './maintenance/retention'
import type { Retention } from './maintenance/retention'
import type { Notifier } from './notifications/notifier'
import type { SettingsStore } from './settings/settings'
import type { ViewStateStore } from './settings/view-state'
import type { MovableClock } from './util/clock'

/** What the back end reports. */
export interface BackEndEvents {
  archiveState: [state: ArchiveState]
  sources: [sources: SourceInfo[]]
  /** New runs are in the archive. */
  committed: [sourceId: number, runs: number]
  storageWork: [work: StorageWork | null]
  alertsStatus: [status: AlertsStatus]
}

/** The built entry files of the archive's threads. */
export interface ThreadFiles {
  writer: string
  reader: string
  copier: string
}

/** What a back end is made from. */
export interface BackEndOptions {
  places: Places
  settings: SettingsStore
  viewState: ViewStateStore
  clock: MovableClock
  desktop: Desktop
  notifier: Pick<Notifier, 'show'>
  threads: ThreadFiles
  /** Where the recording of the sample home lies. */
  recordingDir: string
  forceSample: boolean
  /** Whether the system shows tray icons now. */
  tray: () => AppInfo['tray']
  /** Calls back whenever the machine woke up. */
  onResume: (work: () => void) => void
  info: (message: string) => void
  warn: (message: string, thrown?: unknown) => void
  /** Other waits, for tests. */
  client?: Partial<ArchiveClientOptions>
  /** How the file of a source is read; by default as a Hassette's. */
  planFile?: OpenArchiveOptions['planFile']
}

/** Main without a window, a tray or Electron: the archive, its sources, its upkeep, the alerts, and the verbs on them. */
export interface BackEnd {
  events: EventEmitter<BackEndEvents>
  archive: OpenArchive
  jobs: JobRunner
  retention: Retention
  alerts: AlertService
  handlers: Handlers
}

/** Builds the parts and connects them; the caller starts and stops `archive`, `retention` and `alerts`. */
export function createBackEnd(options: BackEndOptions): BackEnd {
  const { settings, viewState, clock, desktop, notifier, threads, onResume, info, warn } = options
  const events = new EventEmitter<BackEndEvents>()
  const archive = openArchive(options, events)
  const isReady = (): boolean => archive.state().kind === 'ready'
  const jobs = createJobRunner(warn)
  jobs.onChange((work) => void events.emit('storageWork', work))
  const retention = createRetention({
    archive: () => (archive.isSample() || !isReady() ? null : { path: archive.path(), write: archive.write() }),
    limits: () => limitsFrom(settings.values()),
    jobs,
    bytesOf: databaseBytes,
    onResume,
    info,
    warn,
  })
  const delivery = createDelivery({ notifier, write: () => archive.write(), clock, warn })
  const alerts = createAlertService({
    archive: () => (isReady() ? { key: archive.isSample() ? 'sample' : archive.path(), write: archive.write() } : null),
    settings: () => settings.values().alerts,
    delivery,
    clock,
    onStatus: (status) => void events.emit('alertsStatus', status),
    onResume,
    warn,
  })
  for (const event of ['archiveState', 'committed'] as const) {
    events.on(event, () => {
      retention.look()
      alerts.look()
    })
  }
  events.on('sources', (sources) => {
    retention.sourcesChanged(sources)
    alerts.sourcesChanged(sources)
  })
  settings.onChange(() => {
    archive.limitsChanged()
    retention.settingsChanged()
    alerts.look()
  })
  const startOne = () => startCopier(threads.copier, warn)
  const handlers: Handlers = {
    ...createAppHandlers({ settings, viewState, desktop, info: () => placesInUse(options, archive) }),
    ...createSourceHandlers({ archive, settings }),
    ...createRunHandlers(archive),
    ...createAlertHandlers({ archive, alerts, delivery }),
    ...createStorageHandlers({
      archive,
      settings,
      jobs,
      copies: createArchiveCopies({ archive, jobs, startCopier: startOne, warn }),
      desktop,
      judge: (path) => verdictOnArchive(startOne, path),
      dataDir: options.places.dataDir,
    }),
  }
  return { events, archive, jobs, retention, alerts, handlers }
}

function openArchive(options: BackEndOptions, events: EventEmitter<BackEndEvents>): OpenArchive {
  const { places, settings, threads, planFile, info, warn } = options
  return new OpenArchive({
    clock: options.clock,
    path: settings.values().db_path ?? places.defaultArchive,
    sampleDir: places.sampleDir,
    recordingDir: options.recordingDir,
    sourcePaths: settings.values().sources,
    forceSample: options.forceSample,
    limits: () => limitsFrom(settings.values()),
    startClient: (archive) =>
      createArchiveClient({
        ...archive,
        ...options.client,
        writer: threads.writer,
        reader: threads.reader,
        onFault: warn,
        onSlow: info,
      }),
    onState: (state) => void events.emit('archiveState', state),
    onSources: (sources) => void events.emit('sources', sources),
    onCommitted: (sourceId, runs) => void events.emit('committed', sourceId, runs),
    onSourceMoved: (from, to) => {
      try {
        settings.moveSource(from, to)
      } catch (thrown) {
        warn('the settings still name a path that a source has left', thrown)
      }
    },
    ...(planFile && { planFile }),
    info,
    warn,
  })
}

function placesInUse({ places, tray }: BackEndOptions, archive: OpenArchive): ReturnType<AppHandlerParts['info']> {
  return {
    dataDir: places.dataDir,
    archivePath: archive.path(),
    logsDir: places.logsDir,
    sample: archive.isSample(),
    tray: tray(),
  }
}
