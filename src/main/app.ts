import { app } from 'electron'
import type { Start } from './lifecycle/command-line'
import { installMenu } from './lifecycle/menu'
import { createOutside } from './lifecycle/outside'
import { resourcesOf } from './lifecycle/resources'
import { leaveWith, stopBeforeExit } from './lifecycle/shutdown'
import { createArchiveClient } from './archive/client'
import { createHome } from './home'
import { createHandlers } from './ipc/handlers'
import { createRouter } from './ipc/router'
import { openLog } from './log/log'
import { createSecurity } from './security/security'
import { createServiceRunner } from './service'
import { createSettingsStore } from './settings/settings'
import { createViewStateStore } from './settings/view-state'
import { createWindowNews } from './windows/events'
import { createMainWindow } from './windows/main-window'
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
  const security = createSecurity(resources.renderer, log.warn)
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
  const home = createHome({
    archivePath: settings.values().db_path ?? places.defaultArchive,
    sampleDir: places.sampleDir,
    recordingDir: resources.recording,
    sourcePaths: settings.values().sources,
    forceSample: flags.sample,
    openArchive: (options) =>
      createArchiveClient({ ...options, writer: resources.writer, reader: resources.reader, onFault: log.warn }),
    onArchiveState: news.archiveState,
    onSources: news.sourcesChanged,
    onCommitted: news.committed,
    info: log.info,
    warn: log.warn,
  })
  const ipc = createRouter({
    handlers: createHandlers({
      home,
      settings,
      viewState,
      info: () => ({
        dataDir: places.dataDir,
        archivePath: home.archivePath(),
        logsDir: places.logsDir,
        sample: home.isSample(),
      }),
    }),
    origins: security.origins,
    warn: log.warn,
  })
  const services = createServiceRunner(
    [
      { name: 'window state', start: () => undefined, stop: viewState.flush },
      home,
      { name: 'electron', start: () => app.whenReady(), stop: () => undefined },
      { name: 'menu', start: installMenu, stop: () => undefined },
      createTheme(settings),
      security,
      ipc,
      createOutside({ window, news, link: flags.link, hidden: flags.hidden }),
    ],
    (service, thrown) => log.error(`${service} did not stop`, thrown),
  )
  settings.onChange(news.settingsChanged)
  stopBeforeExit(services.stop, log.warn)
  services.start().catch((thrown: unknown) => leaveWith(thrown, log))
}
