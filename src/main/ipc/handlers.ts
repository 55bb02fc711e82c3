import { app, clipboard, shell } from 'electron'
import type { AppInfo } from '@shared/contract'
import type { ArchiveAccess } from '../archive/access'
import type { SettingsStore } from '../settings/settings'
import type { ViewStateStore } from '../settings/view-state'
import type { SourceRegistry } from '../sources/registry'
import type { Handlers } from './dispatch'

/** What the verbs work on. */
export interface HandlerParts {
  archive: ArchiveAccess
  sources: SourceRegistry
  settings: SettingsStore
  viewState: ViewStateStore
  info: () => Omit<AppInfo, 'version' | 'electron' | 'platform'>
}

/** Every verb of the contract, bound to the part that answers it. */
export function createHandlers({ archive, sources, settings, viewState, info }: HandlerParts): Handlers {
  return {
    'app.info': () => ({
      ...info(),
      version: app.getVersion(),
      electron: process.versions.electron,
      platform: process.platform as AppInfo['platform'],
    }),
    'app.showArchive': () => {
      shell.showItemInFolder(info().archivePath)
      return null
    },
    'app.openLogs': async () => {
      await shell.openPath(info().logsDir)
      return null
    },
    'app.copyText': async ({ text }) => {
      // A promise from Electron 44 on, plain before.
      await clipboard.writeText(text)
      return null
    },
    'archive.state': () => archive.state(),
    'archive.retry': () => archive.retry(),
    'settings.get': () => settings.view(),
    'settings.change': (change) => settings.change(change),
    'view.get': () => viewState.view(),
    'view.remember': (change) => {
      viewState.remember(change)
      return null
    },
    'sources.list': () => sources.list(),
    'sources.retry': async ({ sourceId }) => {
      await sources.retry(sourceId)
      return null
    },
    'runs.page': (input) => archive.read.runsPage(input),
    'runs.get': (input) => archive.read.runGet(input),
    'runs.countByTier': (input) => archive.read.runsCountByTier(input),
    'targets.list': (input) => archive.read.targetsList(input),
    'targets.get': (input) => archive.read.targetGet(input),
    'apps.list': (input) => archive.read.appsList(input),
  }
}
