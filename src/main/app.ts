import { app, ipcMain, powerMonitor } from 'electron'
import type { Start } from './lifecycle/before-ready'
import { installMenu, createMainWindow, createOpener, createTheme } from './windows/main-window'
import { createOutside, leaveWith, stopBeforeExit } from './lifecycle/app-events'
import { resourcesOf } from './lifecycle/resources'
import { exposeToTests, shortWaits } from './lifecycle/test-hook'
import { createMovableClock } from './util/clock'
import { createBackEnd } from './back-end'
import { createDesktop } from './desktop'
import { createRouter } from './ipc/router'
import { openLog } from './log/log'
import { createArchiveTrouble } from './notifications/archive-trouble'
import { createNotifier } from './notifications/notifier'
import { createSecurity } from './security/security'
import { createServiceRunner } from './util/service'
import { createSettingsStore } from './settings/settings'
import { createViewStateStore } from './settings/view-state'
import { createAlertBoard } from './tray/state'
import type { QuietControls } from './tray/state'
import { createBulletin } from './tray/publisher'
import { hostOfThisSystem } from './tray/host'
import { createTrayPresence } from './tray/service'
import { createTrayIcon } from './tray/icon'
import { createRendererEvents } from './ipc/renderer-events'

/** Builds the services of the app, starts them in order, and stops them in reverse when the app ends. */
export function runApp({ flags, places, flagSettings, environmentSettings }: Start, bundleDir: string): void {
  const resources = resourcesOf(bundleDir)
  const log = openLog(places.logsDir)
  log.info(
    `Hassette Monitor ${app.getVersion()}, Electron ${process.versions.electron}, ${process.platform} ${process.arch}`,
  )
  const settings = createSettingsStore({
    path: places.settingsFile,
    dataDir: places.dataDir,
    flag: flagSettings,
    environment: environmentSettings,
    warn: log.warn,
  })
  const viewState = createViewStateStore(places.viewStateFile, log.warn)
  const desktop = createDesktop()
  const security = createSecurity(resources.renderer, desktop.openUrl, log.warn)
  const waits = shortWaits()
  const window = createMainWindow({
    url: security.url,
    preload: resources.preload,
    icon: resources.icon,
    bounds: viewState.bounds,
    rememberBounds: viewState.rememberBounds,
    devTools: !app.isPackaged,
  })
  const news = createRendererEvents(window.current)
  const open = createOpener(window, news)
  const board = createAlertBoard()
  const bulletin = createBulletin(board)
  const tray = createTrayPresence({
    board,
    host: hostOfThisSystem(log.warn),
    createIcon: (onAction) =>
      createTrayIcon({ iconsDir: resources.trayIcons, choice: () => settings.values().tray_icon, onAction }),
    settings,
    open,
    hasWindow: () => window.current() !== null,
    onPlace: (isThere) => news.trayChanged(isThere ? 'there' : 'missing'),
    quit: () => app.quit(),
    nowUs: () => Date.now() * 1000,
  })
  const notifier = createNotifier(open)
  const clock = createMovableClock()
  const trouble = createArchiveTrouble({
    board,
    notifier,
    settings: () => settings.values().alerts,
    nowUs: clock.nowUs,
    warn: log.warn,
    ...waits.trouble,
  })
  const { events, home, works, retention, alerts, handlers } = createBackEnd({
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
    onResume: (work) => {
      powerMonitor.on('resume', work)
    },
    info: log.info,
    warn: log.warn,
    client: waits.client,
  })
  window.onVisibility((visible) => home.setPace(visible ? 'visible' : 'hidden'))
  const attempt = (work: Promise<void>): void => {
    work.catch((thrown: unknown) => log.warn('the tray could not change the alerts', thrown))
  }
  const controls: QuietControls = {
    snooze: (snooze) => attempt(alerts.snoozeAll(snooze)),
    endSnooze: () => attempt(alerts.snoozeAll(null)),
    pause: (untilUs) => attempt(alerts.pause(untilUs ?? 'resumed')),
    resume: () => attempt(alerts.pause(null)),
  }
  events.on('archiveState', news.archiveState)
  events.on('sources', news.sourcesChanged)
  events.on('committed', news.committed)
  events.on('storageWork', news.storageWork)
  events.on('alertsStatus', news.alertsChanged)
  settings.onChange(news.settingsChanged)
  // The sample home is no news: the tray and the notifications are about the user's own.
  events.on('archiveState', (state) => {
    if (!home.isSample()) trouble.look(state)
  })
  events.on('sources', (sources) => {
    if (!home.isSample()) bulletin.sources(sources)
  })
  events.on('alertsStatus', (status) => {
    if (home.isSample()) return
    if (board.controls() === null) board.takeControls(controls)
    bulletin.alerts(status)
  })
  exposeToTests({ board, notifier, clock, lookAtHassettes: home.lookAtHassettes })
  const services = createServiceRunner(
    [
      { name: 'window state', start: () => undefined, stop: viewState.flush },
      home,
      { name: 'storage work', start: () => undefined, stop: works.stop },
      { name: 'electron', start: () => app.whenReady(), stop: () => undefined },
      { name: 'sleep', start: () => void powerMonitor.on('resume', home.awoke), stop: () => undefined },
      retention,
      alerts,
      trouble,
      { name: 'menu', start: installMenu, stop: () => undefined },
      createTheme(settings),
      security,
      createRouter({ ipc: ipcMain, handlers, origins: security.origins, warn: log.warn }),
      tray,
      createOutside({
        window,
        open,
        link: flags.link,
        hidden: flags.hidden,
        staysWithoutWindow: tray.staysWithoutWindow,
      }),
    ],
    (service, thrown) => log.error(`${service} did not stop`, thrown),
  )
  stopBeforeExit(services.stop, log.warn)
  services.start().catch((thrown: unknown) => leaveWith(thrown, log))
}
