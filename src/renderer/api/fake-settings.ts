import { DEFAULT_ALERT_SETTINGS } from '@shared/alert-settings'
import type { Api, AppInfo } from '@shared/contract'
import type { Problem, Result } from '@shared/result'
import type { SettingsView } from '@shared/settings'
import type { FakeOptions } from './fake-options'

type Answer = <T>(work: () => T | Problem, reads?: boolean) => Promise<Result<T>>

/** Facts about the fake app. */
export function fakeInfo(options: FakeOptions): AppInfo {
  return {
    version: '0.1.0-dev.1',
    electron: '45.4.1',
    electronMaintained: true,
    dataDir: '/home/anna/.local/share/hassette-monitor',
    archivePath: '/home/anna/.local/share/hassette-monitor/hassette.db',
    logsDir: '/home/anna/.local/share/hassette-monitor/logs',
    platform: 'linux',
    sample: options.source === 'sample',
    tray: 'there',
  }
}

function settingsTrouble(corrupt: FakeOptions['corrupt']): SettingsView['trouble'] {
  if (corrupt === null) return null
  const path = '/home/anna/.local/share/hassette-monitor/settings.json'
  if (corrupt === 'all') return { kind: 'corrupt', path, copy: `${path}.corrupt-1` }
  return {
    kind: 'invalid',
    path,
    names: ['theme', ...Array.from({ length: 9 }, (_, index) => `sources[${20 + index}]`)],
  }
}

/** Settings of the fake; with `env` two of them come from the environment. */
export function fakeSettings(options: FakeOptions): SettingsView {
  const defaults = {
    db_path: null,
    db_retention_days: 7,
    db_framework_retention_days: null,
    db_max_size_mb: 500,
    sources: [],
    theme: 'system' as const,
    close_to_tray: false,
    tray_icon: 'auto' as const,
    alerts: DEFAULT_ALERT_SETTINGS,
  }
  const fixed = options.fixed ? ('environment' as const) : ('default' as const)
  return {
    values: { ...defaults, db_retention_days: options.fixed ? 30 : 7 },
    defaults,
    origins: {
      db_path: fixed,
      db_retention_days: fixed,
      db_framework_retention_days: 'default',
      db_max_size_mb: 'default',
      sources: 'default',
      theme: 'default',
      close_to_tray: 'default',
      tray_icon: 'default',
      alerts: 'default',
    },
    trouble: settingsTrouble(options.corrupt),
  }
}

/** The settings' verbs; `changed` hears of every change. */
export function fakeSettingsVerbs(
  answer: Answer,
  settings: SettingsView,
  changed: (name: keyof SettingsView['values']) => void,
): Api['settings'] {
  return {
    get: () => answer(() => settings, false),
    change: ({ name, value }) =>
      answer(() => {
        Object.assign(settings.values, { [name]: value })
        settings.origins[name] = 'file'
        changed(name)
        return settings
      }, false),
  }
}
