import { nativeTheme } from 'electron'
import type { Service } from '../util/service'
import type { SettingsStore } from '../settings/settings'

/** Light, dark or the system's choice: Electron's own theme follows the setting, and with it every `light-dark()`. */
export function createTheme(settings: SettingsStore): Service {
  let unsubscribe = (): void => undefined
  return {
    name: 'theme',
    start: () => {
      nativeTheme.themeSource = settings.values().theme
      unsubscribe = settings.onChange(({ values }) => {
        nativeTheme.themeSource = values.theme
      })
    },
    stop: () => unsubscribe(),
  }
}
