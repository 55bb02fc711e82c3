import { isAbsolute, join, resolve } from 'node:path'
import { isNetworkPath } from '../util/user-path'

/** What the system says about folders; each throws where it does not know. */
export interface SystemFolders {
  /** Where Electron would keep the data of the app. */
  appData: () => string
  /** The user's home folder, by the user's account if the environment does not name it. */
  home: () => string
}

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
 * when one was chosen that lies on another computer, and where nobody knows a home folder: Chromium would take `/tmp`,
 * which is everybody's, and empty after a restart.
 */
export function resolveDataDir(
  flag: string | null,
  env: NodeJS.ProcessEnv,
  { appData, home }: SystemFolders,
  cwd: string,
  platform: NodeJS.Platform = process.platform,
): string {
  const chosen = flag ?? env['HASSETTE_MONITOR_DATA_DIR']
  if (chosen && isNetworkPath(chosen, platform)) throw new Error(`The data folder ${chosen} is not on this computer.`)
  if (chosen) return resolve(cwd, chosen)
  if (platform !== 'linux' || env['HOME'] || env['XDG_CONFIG_HOME']) return appData()
  try {
    const folder = home()
    if (isAbsolute(folder) && folder !== '/') return join(folder, '.config', APP_FOLDER)
  } catch {
    // A user without an account, as in some containers: said below.
  }
  throw new Error('Nobody knows your home folder (HOME is not set). Name a folder for the data: --data-dir DIR')
}

/** As the app is called in `package.json`. */
const APP_FOLDER = 'Hassette Monitor'

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
