import { homedir } from 'node:os'
import type { AppInfo } from '@shared/contract'
import { isMaintained } from '@shared/electron-support.mjs'
import { devDependencies } from '../../../package.json'
import type { Desktop } from '../desktop'
import type { Home } from '../open-archive'
import type { SettingsStore } from '../settings/settings'
import type { ViewStateStore } from '../settings/view-state'
import type { ArchiveCopies } from '../maintenance/archive-copies'
import type { JobRunner } from '../maintenance/job-runner'
import type { AlertHandlerParts } from './handlers/alerts'
import { createAlertHandlers } from './handlers/alerts'
import { discoverSources, typedPath, createSourceUpkeepHandlers } from './handlers/sources'
import type { Handlers } from './dispatch'
import { repairArchive, createStorageHandlers } from './handlers/storage'
import type { RepairParts } from './handlers/storage'
import { createTickets } from '../util/concurrency'

/** What the verbs work on. */
export interface HandlerParts extends Omit<AlertHandlerParts, 'home'> {
  home: Home
  settings: SettingsStore
  viewState: ViewStateStore
  works: JobRunner
  keeping: ArchiveCopies
  judge: RepairParts['judge']
  desktop: Desktop
  info: () => Omit<AppInfo, 'version' | 'electron' | 'electronMaintained' | 'platform'>
}

/** Every verb of the contract, bound to the part that answers it. */
export function createHandlers(parts: HandlerParts): Handlers {
  const { home, settings, viewState, works, keeping, judge, desktop, info } = parts
  const counts = createTickets()
  const values = createTickets()
  /** The window looks for one run at a time: a new search ends the one before. */
  const searches = createTickets()
  return {
    'app.info': () => ({
      ...info(),
      version: desktop.version,
      electron: process.versions.electron,
      electronMaintained: isMaintained(process.versions.electron, devDependencies.electron),
      platform: process.platform as AppInfo['platform'],
    }),
    'app.showArchive': () => {
      desktop.showFile(info().archivePath)
      return null
    },
    'app.openLogs': async () => {
      await desktop.openFolder(info().logsDir)
      return null
    },
    'app.copyText': async ({ text }) => {
      await desktop.copyText(text)
      return null
    },
    'archive.state': () => home.archiveState(),
    'archive.retry': () => home.retryArchive(),
    'archive.repair': (way) => repairArchive({ home, settings, judge, desktop, dataDir: info().dataDir }, way),
    'settings.get': () => settings.view(),
    'settings.change': (change) => settings.change(change),
    'view.get': () => viewState.view(),
    'view.remember': (change) => {
      viewState.remember(change)
      return null
    },
    'sources.list': () => home.sources(),
    'sources.retry': async ({ sourceId }) => {
      await home.retrySource(sourceId)
      return null
    },
    'sources.cancel': ({ sourceId }) => {
      home.cancelSource(sourceId)
      return null
    },
    'sources.discover': () => discoverSources(home),
    'sources.watch': async ({ path: text }) => {
      const path = typedPath(text, homedir())
      // What cannot be read is not written into the settings.
      await home.identify(path)
      settings.addSource(path)
      await home.watch(path)
      return null
    },
    'runs.page': (input) => home.read()['runs.page'](input),
    'runs.get': (input) => home.read()['runs.get'](input),
    'runs.find': (input) => searches.run('find', (signal) => home.read()['runs.find'](input, { signal })),
    'runs.count': ({ filter, ticket }) =>
      counts.run(ticket, (signal) => home.read()['runs.count']({ filter }, { signal })),
    'runs.countByTier': (input) => home.read()['runs.countByTier'](input),
    'runs.values': ({ filter, field, ticket }) =>
      values.run(ticket, (signal) => home.read()['runs.values']({ filter, field }, { signal })),
    'targets.list': (input) => home.read()['targets.list'](input),
    'targets.get': (input) => home.read()['targets.get'](input),
    'apps.list': (input) => home.read()['apps.list'](input),
    'trends.summary': (input) => home.read()['trends.summary'](input),
    'trends.series': (input) => home.read()['trends.series'](input),
    'trends.heatmap': (input) => home.read()['trends.heatmap'](input),
    'trends.attention': (input) => home.read()['trends.attention'](input),
    'sessions.list': (input) => home.read()['sessions.list'](input),
    'coverage.get': (input) => home.read()['coverage.get'](input),
    ...createAlertHandlers(parts),
    ...createSourceUpkeepHandlers({ home, settings }),
    ...createStorageHandlers({ home, settings, works, keeping, desktop }),
  }
}
