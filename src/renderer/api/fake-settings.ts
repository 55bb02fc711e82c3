import type { AppInfo } from '@shared/contract'
import type { SettingsView } from '@shared/settings'
import type { FakeOptions } from './fake-options'

/** Facts about the fake app. */
export function fakeInfo(options: FakeOptions): AppInfo {
  return {
    version: '0.1.0-dev.1',
    electron: '45.4.1',
    dataDir: '/home/anna/.local/share/hassette-monitor',
    archivePath: '/home/anna/.local/share/hassette-monitor/hassette.db',
    logsDir: '/home/anna/.local/share/hassette-monitor/logs',
    platform: 'linux',
    sample: options.source === 'sample',
  }
}

/** Settings of the fake, one of them by the environment. */
export function fakeSettings(options: FakeOptions): SettingsView {
  const defaults = {
    db_path: null,
    db_retention_days: 7,
    db_framework_retention_days: null,
    db_max_size_mb: 500,
    sources: [],
    theme: 'system' as const,
  }
  return {
    values: { ...defaults, db_retention_days: 30 },
    defaults,
    origins: {
      db_path: 'default',
      db_retention_days: 'environment',
      db_framework_retention_days: 'default',
      db_max_size_mb: 'default',
      sources: 'default',
      theme: 'default',
    },
    corruptCopy: options.corrupt ? '/home/anna/.config/hassette-monitor/settings.json.broken-1' : null,
  }
}
