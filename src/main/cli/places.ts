import { join, resolve } from 'node:path'

/** Where everything of ours lies. Absolute paths. */
export interface Places {
  dataDir: string
  settingsFile: string
  viewStateFile: string
  logsDir: string
  /** Chromium's own files. */
  sessionDir: string
  /** The archive unless `db_path` says otherwise. */
  defaultArchive: string
  sampleDir: string
}

/** The data folder: flag before environment before the system's own place. */
export function resolveDataDir(
  flag: string | null,
  env: NodeJS.ProcessEnv,
  systemDefault: string,
  cwd: string,
): string {
  const chosen = flag ?? env['HASSETTE_MONITOR_DATA_DIR']
  return chosen ? resolve(cwd, chosen) : systemDefault
}

/** The places inside a data folder. */
export function placesIn(dataDir: string): Places {
  return {
    dataDir,
    settingsFile: join(dataDir, 'settings.json'),
    viewStateFile: join(dataDir, 'window-state.json'),
    logsDir: join(dataDir, 'logs'),
    sessionDir: join(dataDir, 'session'),
    defaultArchive: join(dataDir, 'hassette.db'),
    sampleDir: join(dataDir, 'sample'),
  }
}
