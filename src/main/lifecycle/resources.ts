import { join } from 'node:path'
import { app } from 'electron'

/** Files that come with the app, absolute paths. `bundleDir` is the folder of the built main file. */
export interface Resources {
  renderer: string
  preload: string
  writer: string
  reader: string
  copier: string
  recording: string
  /** The folder of the tray's drawings: plain files, since Electron looks for their `@2x` and `Template` kin by name. */
  trayIcons: string
  /** Null where the package or the system gives the window its icon. */
  icon: string | null
}

/** Packaged, the recording lies beside the asar; from a checkout, in `resources/`. */
export function resourcesOf(bundleDir: string): Resources {
  const root = join(bundleDir, '..', '..')
  return {
    renderer: join(bundleDir, '..', 'renderer'),
    preload: join(bundleDir, '..', 'preload', 'index.cjs'),
    writer: join(bundleDir, 'writer.js'),
    reader: join(bundleDir, 'reader.js'),
    copier: join(bundleDir, 'copier.js'),
    recording: app.isPackaged ? join(process.resourcesPath, 'sample') : join(root, 'resources', 'sample'),
    trayIcons: app.isPackaged ? join(process.resourcesPath, 'tray') : join(root, 'build', 'tray'),
    icon: app.isPackaged ? null : join(root, 'build', 'icons', '256x256.png'),
  }
}
