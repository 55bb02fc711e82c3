import { app, powerMonitor } from 'electron'
import type { Start } from './lifecycle/command-line'
import { installMenu } from './lifecycle/menu'
import { createOutside } from './lifecycle/outside'
import { resourcesOf } from './lifecycle/resources'
import { leaveWith, stopBeforeExit } from './lifecycle/shutdown'
import { exposeToTests, shortWaits } from './lifecycle/test-hook'
import { createAlertService } from './alerts/service'
import { createMovableClock } from './util/clock'
import { createDelivery } from './alerts/delivery'
import { createArchiveClient } from './archive/client'
import { createDesktop } from './desktop'
import { createHome } from './home'
import { createHandlers } from './ipc/handlers'
import { createRouter } from './ipc/router'
import { openLog } from './log/log'
import { createArchiveTrouble } from './notifications/archive-trouble'
import { createNotifier } from './notifications/notifier'
import { createRetention, limitsFrom } from './maintenance/retention'
import { createSecurity } from './security/security'
import { createServiceRunner } from './service'
import { createSettingsStore } from './settings/settings'
import { createViewStateStore } from './settings/view-state'
import { verdictOnArchive, startCopier } from './maintenance/copier'
import type { Copier } from './maintenance/copier'
import { databaseBytes } from './maintenance/disk'
import { createArchiveCopies } from './maintenance/archive-copies'
import { createJobRunner } from './maintenance/job-runner'
import { createAlertBoard } from './tray/board'
import type { QuietControls } from './tray/board'
import { createBulletin } from './tray/bulletin'
import { hostOfThisSystem } from './tray/host'
import { createTrayPresence } from './tray/presence'
import { createTrayIcon } from './tray/tray'
import { createWindowNews } from './windows/events'
import { createMainWindow } from './windows/main-window'
import { createOpener } from './windows/opener'
import { createTheme } from './windows/theme'

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
    onVisibility: (visible) => home.setPace(visible ? 'visible' : 'hidden'),
  })
  const news = createWindowNews(window.current)
  const clock = createMovableClock()
  const home = createHome({
    clock,
    archivePath: settings.values().db_path ?? places.defaultArchive,
    sampleDir: places.sampleDir,
    recordingDir: resources.recording,
    sourcePaths: settings.values().sources,
    forceSample: flags.sample,
    limits: () => limitsFrom(settings.values()),
    openArchive: (options) =>
      createArchiveClient({
        ...options,
        ...waits.client,
        writer: resources.writer,
        reader: resources.reader,
        onFault: log.warn,
        onSlow: log.info,
      }),
    onArchiveState: (state) => {
      news.archiveState(state)
      if (!home.isSample()) trouble.look(state)
      retention.look()
      alerting.look()
    },
    onSources: (sources) => {
      news.sourcesChanged(sources)
      if (!home.isSample()) bulletin.sources(sources)
      retention.sourcesChanged(sources)
      alerting.sourcesChanged(sources)
    },
    onCommitted: (sourceId, runs) => {
      news.committed(sourceId, runs)
      retention.look()
      alerting.look()
    },
    onSourceMoved: (from, to) => {
      try {
        settings.moveSource(from, to)
      } catch (thrown) {
        log.warn('the settings still name a path that a source has left', thrown)
      }
    },
    info: log.info,
    warn: log.warn,
  })
  const works = createJobRunner(log.warn)
  works.onChange(news.storageWork)
  const copier = (): Copier => startCopier(resources.copier, log.warn)
  const keeping = createArchiveCopies({
    home,
    works,
    startCopier: copier,
    warn: log.warn,
  })
  const retention = createRetention({
    archive: () =>
      home.isSample() || home.archiveState().kind !== 'ready'
        ? null
        : { path: home.archivePath(), write: home.write() },
    limits: () => limitsFrom(settings.values()),
    works,
    bytesOf: databaseBytes,
    onResume: (work) => {
      powerMonitor.on('resume', work)
    },
    info: log.info,
    warn: log.warn,
  })
  const open = createOpener(window, news)
  const board = createAlertBoard()
  const bulletin = createBulletin(board)
  const tray = createTrayPresence({
    board,
    host: hostOfThisSystem(log.warn),
    icon: createTrayIcon({
      iconsDir: resources.trayIcons,
      choice: () => settings.values().tray_icon,
      onAction: (action) => tray.act(action),
    }),
    settings,
    open,
    hasWindow: () => window.current() !== null,
    onPlace: (isThere) => news.trayChanged(isThere ? 'there' : 'missing'),
    quit: () => app.quit(),
    nowUs: () => Date.now() * 1000,
  })
  const notifier = createNotifier(open)
  const trouble = createArchiveTrouble({
    board,
    notifier,
    settings: () => settings.values().alerts,
    nowUs: clock.nowUs,
    warn: log.warn,
    ...waits.trouble,
  })
  const delivery = createDelivery({ notifier, write: home.write, clock, warn: log.warn })
  const alerting = createAlertService({
    archive: () =>
      home.archiveState().kind === 'ready'
        ? { key: home.isSample() ? 'sample' : home.archivePath(), write: home.write() }
        : null,
    settings: () => settings.values().alerts,
    delivery,
    clock,
    onStatus: (status) => {
      news.alertsChanged(status)
      if (home.isSample()) return
      if (board.controls() === null) board.takeControls(controls)
      bulletin.alerts(status)
    },
    onResume: (work) => {
      powerMonitor.on('resume', work)
    },
    warn: log.warn,
  })
  const attempt = (work: Promise<void>): void => {
    work.catch((thrown: unknown) => log.warn('the tray could not change the alerts', thrown))
  }
  const controls: QuietControls = {
    snooze: (snooze) => attempt(alerting.snoozeAll(snooze)),
    endSnooze: () => attempt(alerting.snoozeAll(null)),
    pause: (untilUs) => attempt(alerting.pause(untilUs ?? 'resumed')),
    resume: () => attempt(alerting.pause(null)),
  }
  exposeToTests({ board, notifier, clock, lookAtHassettes: home.lookAtHassettes })
  const ipc = createRouter({
    handlers: createHandlers({
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
        dataDir: places.dataDir,
        archivePath: home.archivePath(),
        logsDir: places.logsDir,
        sample: home.isSample(),
        tray: tray.isShown() ? 'there' : 'missing',
      }),
    }),
    origins: security.origins,
    warn: log.warn,
  })
  const services = createServiceRunner(
    [
      { name: 'window state', start: () => undefined, stop: viewState.flush },
      home,
      { name: 'storage work', start: () => undefined, stop: works.stop },
      { name: 'electron', start: () => app.whenReady(), stop: () => undefined },
      { name: 'sleep', start: () => void powerMonitor.on('resume', home.awoke), stop: () => undefined },
      retention,
      alerting,
      trouble,
      { name: 'menu', start: installMenu, stop: () => undefined },
      createTheme(settings),
      security,
      ipc,
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
  settings.onChange(news.settingsChanged)
  settings.onChange(() => {
    home.limitsChanged()
    retention.settingsChanged()
    alerting.look()
  })
  stopBeforeExit(services.stop, log.warn)
  services.start().catch((thrown: unknown) => leaveWith(thrown, log))
}
