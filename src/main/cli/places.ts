import { join, resolve } from 'node:path'
import { isNetworkPath } from '../network-path'

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

/**
 * The data folder: flag before environment before the system's own place. Throws an `Error` with a sentence for people
 * when one was chosen that lies on another computer.
 */
export function resolveDataDir(
  flag: string | null,
  env: NodeJS.ProcessEnv,
  systemDefault: string,
  cwd: string,
  platform: NodeJS.Platform = process.platform,
): string {
  const chosen = flag ?? env['HASSETTE_MONITOR_DATA_DIR']
  if (!chosen) return systemDefault
  if (isNetworkPath(chosen, platform)) throw new Error(`The data folder ${chosen} is not on this computer.`)
  return resolve(cwd, chosen)
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
