import type { AppInfo } from '@shared/contract'
import { isMaintained } from '@shared/electron-support.mjs'
import { devDependencies } from '../../../../package.json'
import type { Desktop } from '../../desktop'
import type { SettingsStore } from '../../settings/settings'
import type { ViewStateStore } from '../../settings/view-state'
import type { HandlersOf } from '../dispatch'

/** What the verbs of the app work on. */
export interface AppHandlerParts {
  settings: Pick<SettingsStore, 'view' | 'change'>
  viewState: Pick<ViewStateStore, 'view' | 'remember'>
  desktop: Pick<Desktop, 'version' | 'showFile' | 'openFolder' | 'copyText'>
  info: () => Omit<AppInfo, 'version' | 'electron' | 'electronMaintained' | 'platform'>
}

/** The verbs about the app itself: what it is, its settings, and what the window remembers. */
export function createAppHandlers({
  settings,
  viewState,
  desktop,
  info,
}: AppHandlerParts): HandlersOf<'app' | 'settings' | 'view'> {
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
    'settings.get': () => settings.view(),
    'settings.change': (change) => settings.change(change),
    'view.get': () => viewState.view(),
    'view.remember': (change) => {
      viewState.remember(change)
      return null
    },
  }
}
