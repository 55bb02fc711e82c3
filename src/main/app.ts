import { join } from 'node:path'
import { app, ipcMain, powerMonitor } from 'electron'
import { createBackEnd } from './back-end'
import type { BackEnd } from './back-end'
import { createDesktop } from './desktop'
import { createRendererEvents } from './ipc/renderer-events'
import type { RendererEvents } from './ipc/renderer-events'
import { createRouter } from './ipc/router'
import { createAppEvents, leaveWith, stopBeforeExit } from './lifecycle/app-events'
import type { Start } from './lifecycle/before-ready'
import { exposeToTests, shortWaits } from './lifecycle/test-hook'
import { openLog } from './log/log'
import type { Log } from './log/log'
import { createArchiveTrouble } from './notifications/archive-trouble'
import type { ArchiveTrouble } from './notifications/archive-trouble'
import { createNotifier } from './notifications/notifier'
import { createSecurity } from './security/security'
import { createSettingsStore } from './settings/settings'
import type { SettingsStore } from './settings/settings'
import { createViewStateStore } from './settings/view-state'
import type { ViewStateStore } from './settings/view-state'
import { hostOfThisSystem } from './tray/host'
import { createTrayIcon } from './tray/icon'
import { createTrayPublisher, quietControls } from './tray/publisher'
import { createTrayService } from './tray/service'
import { createTrayStateStore } from './tray/state'
import type { TrayStateStore } from './tray/state'
import { createMovableClock } from './util/clock'
import { createServiceRunner } from './util/service'
import type { Service } from './util/service'
import { createMainWindow, createOpener, createTheme, installMenu } from './windows/main-window'

/** Builds the services of the app, starts them in order, and stops them in reverse when the app ends. */
export function runApp(start: Start, bundleDir: string): void {
  const { flags, places } = start
  const resources = resourcesOf(bundleDir)
  const log = openLog(places.logsDir)
  log.info(
    `Hassette Monitor ${app.getVersion()}, Electron ${process.versions.electron}, ${process.platform} ${process.arch}`,
  )
  const stores = openStores(start, log)
  const { settings, viewState } = stores
  const { desktop, security, window, toWindow, open, trayState, tray, notifier } = createFrontEnd(
    stores,
    resources,
    log,
  )
  const clock = createMovableClock()
  const waits = shortWaits()
  const trouble = createArchiveTrouble({
    trayState,
    notifier,
    settings: () => settings.values().alerts,
    nowUs: clock.nowUs,
    warn: log.warn,
    ...waits.trouble,
  })
  const backEnd = createBackEnd({
    places,
    settings,
    viewState,
    clock,
    desktop,
    notifier,
    threads: resources,
    recordingDir: resources.recording,
    forceSample: flags.sample,
    tray: () => (tray.isShown() ? 'there' : 'missing'),
    onResume: (work) => void powerMonitor.on('resume', work),
    info: log.info,
    warn: log.warn,
    client: waits.client,
  })
  const { archive } = backEnd
  window.onVisibility((visible) => archive.setPace(visible ? 'visible' : 'hidden'))
  tellWindow(toWindow, backEnd, settings)
  tellSystem(trayState, trouble, backEnd, log)
  exposeToTests({ trayState, notifier, clock, lookAtHassettes: () => archive.lookAtHassettes() })
  const { link, hidden } = flags
  const { closesToTray } = tray
  const services = createServiceRunner(
    [
      ...backEndServices(backEnd, viewState),
      trouble,
      { name: 'menu', start: installMenu, stop: () => undefined },
      createTheme(settings),
      security,
      createRouter({ ipc: ipcMain, handlers: backEnd.handlers, origins: security.origins, warn: log.warn }),
      tray,
      createAppEvents({ window, open, link, hidden, closesToTray }),
    ],
    (service, thrown) => log.error(`${service} did not stop`, thrown),
  )
  stopBeforeExit(services.stop, log.warn)
  services.start().catch((thrown: unknown) => leaveWith(thrown, log))
}

/** What of the app touches Electron: the window and its locks, the tray, notifications, the desktop. */
function createFrontEnd({ settings, viewState }: Stores, resources: Resources, { warn }: Log) {
  const desktop = createDesktop()
  const security = createSecurity(resources.renderer, desktop.openUrl, warn)
  const window = createMainWindow({
    url: security.url,
    preload: resources.preload,
    icon: resources.icon,
    bounds: viewState.bounds,
    rememberBounds: viewState.rememberBounds,
    devTools: !app.isPackaged,
  })
  const toWindow = createRendererEvents(window.current)
  const open = createOpener(window, toWindow)
  const trayState = createTrayStateStore()
  const tray = createTrayService({
    trayState,
    host: hostOfThisSystem(warn),
    createIcon: (onAction) =>
      createTrayIcon({ iconsDir: resources.trayIcons, choice: () => settings.values().tray_icon, onAction }),
    settings,
    open,
    hasWindow: () => window.current() !== null,
    onPlace: (isThere) => toWindow.trayChanged(isThere ? 'there' : 'missing'),
    quit: () => app.quit(),
    nowUs: () => Date.now() * 1000,
  })
  const notifier = createNotifier(open)
  return { desktop, security, window, toWindow, open, trayState, tray, notifier }
}

/** What is kept in files of JSON: the settings, and what the window remembers. */
interface Stores {
  settings: SettingsStore
  viewState: ViewStateStore
}

function openStores({ places, flagSettings, environmentSettings }: Start, { warn }: Log): Stores {
  const settings = createSettingsStore({
    path: places.settingsFile,
    dataDir: places.dataDir,
    flag: flagSettings,
    environment: environmentSettings,
    warn,
  })
  return { settings, viewState: createViewStateStore(places.viewStateFile, warn) }
}

/** Reports to the open window what happens behind it. */
function tellWindow(toWindow: RendererEvents, { events }: BackEnd, settings: SettingsStore): void {
  events.on('archiveState', toWindow.archiveState)
  events.on('sources', toWindow.sourcesChanged)
  events.on('committed', toWindow.committed)
  events.on('storageWork', toWindow.storageWork)
  events.on('alertsStatus', toWindow.alertsChanged)
  settings.onChange(toWindow.settingsChanged)
}

/** Reports outside of the window, by tray and notifications, what concerns the user's own archive; the sample is no news. */
function tellSystem(
  trayState: TrayStateStore,
  trouble: ArchiveTrouble,
  { events, archive, alerts }: BackEnd,
  { warn }: Log,
): void {
  const publisher = createTrayPublisher(trayState, quietControls(alerts, warn))
  events.on('archiveState', (state) => {
    if (!archive.isSample()) trouble.look(state)
  })
  events.on('sources', (sources) => {
    if (!archive.isSample()) publisher.sources(sources)
  })
  events.on('alertsStatus', (status) => {
    if (!archive.isSample()) publisher.alerts(status)
  })
}

/** The threads start before Electron is ready; what looks at the clock, after. */
function backEndServices({ archive, jobs, retention, alerts }: BackEnd, viewState: ViewStateStore): Service[] {
  return [
    { name: 'window state', start: () => undefined, stop: viewState.flush },
    archive,
    { name: 'storage work', start: () => undefined, stop: jobs.stop },
    { name: 'electron', start: () => app.whenReady(), stop: () => undefined },
    { name: 'sleep', start: () => void powerMonitor.on('resume', () => archive.awoke()), stop: () => undefined },
    retention,
    alerts,
  ]
}

/** Files that come with the app, absolute paths. `bundleDir` is the folder of the built main file. */
interface Resources {
  renderer: string
  preload: string
  writer: string
  reader: string
  copier: string
  recording: string
  /** The folder of the tray's drawings: plain files, since Electron looks for their `@2x` and `Template` kin by name. */
  trayIcons: string
  /** Null where the package or the system gives the window its icon. */
  icon: string | null
}

/** Packaged, the recording lies beside the asar; from a checkout, in `resources/`. */
function resourcesOf(bundleDir: string): Resources {
  const root = join(bundleDir, '..', '..')
  return {
    renderer: join(bundleDir, '..', 'renderer'),
    preload: join(bundleDir, '..', 'preload', 'index.cjs'),
    writer: join(bundleDir, 'writer.js'),
    reader: join(bundleDir, 'reader.js'),
    copier: join(bundleDir, 'copier.js'),
    recording: app.isPackaged ? join(process.resourcesPath, 'sample') : join(root, 'resources', 'sample'),
    trayIcons: app.isPackaged ? join(process.resourcesPath, 'tray') : join(root, 'build', 'tray'),
    icon: app.isPackaged ? null : join(root, 'build', 'icons', '256x256.png'),
  }
}
