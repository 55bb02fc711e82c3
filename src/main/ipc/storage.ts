import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { dialog } from 'electron'
import { Failure } from '@shared/result'
import type { SettingOrigin } from '@shared/settings'
import type { Verb } from '@shared/verbs'
import type { Home } from '../home'
import { retainJob } from '../retention/job'
import type { SettingsStore } from '../settings/settings'
import type { Keeping } from '../storage/keeping'
import { limitsOf } from '../storage/limits'
import { backupName } from '../storage/names'
import type { StorageWorks } from '../storage/work'
import { typedPath } from './discover'
import type { Handlers } from './dispatch'

/** What the verbs about the archive work on. */
export interface StorageParts {
  home: Pick<Home, 'archivePath' | 'isSample' | 'read' | 'write'>
  settings: Pick<SettingsStore, 'values' | 'view' | 'setArchive'>
  works: StorageWorks
  keeping: Keeping
}

/** The verbs about the archive and its file. Without a path the system's dialog asks for one. */
export function createStorageHandlers({
  home,
  settings,
  works,
  keeping,
}: StorageParts): Pick<Handlers, Extract<Verb, `storage.${string}`>> {
  const folder = (): string => dirname(home.archivePath())

  return {
    'storage.info': () => home.read().storageInfo({ limits: limitsOf(settings.values()) }),
    'storage.log': (input) => home.read().storageLog(input),
    'storage.preview': (limits) => home.read().storagePreview(limits),
    'storage.work': () => works.state(),
    'storage.clean': () => {
      if (home.isSample()) throw new Failure('invalid_input', 'The sample home is made anew at each start.')
      const limits = limitsOf(settings.values())
      const job = retainJob(home.write(), { reason: 'by_hand', rules: ['time', 'size'], limits })
      return works.run('clean', { automatic: false }, job)
    },
    'storage.compact': () => keeping.compact(),
    'storage.backUp': async ({ path }) =>
      keeping.backUp(path === null ? await askForNewFile(join(folder(), backupName(new Date()))) : typed(path)),
    'storage.restore': async ({ path }) =>
      keeping.restore(path === null ? await askFor('openFile', folder()) : typed(path)),
    'storage.move': async ({ path, how }) => {
      refuseFixedPlace(settings.view().origins.db_path)
      return keeping.move(
        path === null ? await askFor('openDirectory', folder()) : typed(path),
        how,
        settings.setArchive,
      )
    },
    'storage.cancel': () => {
      works.cancel()
      return null
    },
  }
}

const typed = (path: string): string => typedPath(path, homedir())

async function askForNewFile(defaultPath: string): Promise<string> {
  const { canceled, filePath } = await dialog.showSaveDialog({
    defaultPath,
    filters: [{ name: 'Database', extensions: ['db'] }],
    properties: ['createDirectory', 'showOverwriteConfirmation'],
  })
  if (canceled || !filePath) throw new Failure('cancelled', 'No file was chosen.')
  return filePath
}

async function askFor(what: 'openFile' | 'openDirectory', defaultPath: string): Promise<string> {
  const { canceled, filePaths } = await dialog.showOpenDialog({ defaultPath, properties: [what, 'createDirectory'] })
  const [path] = filePaths
  if (canceled || path === undefined) throw new Failure('cancelled', 'Nothing was chosen.')
  return path
}

/** What the start says would be in force again at the next one. */
function refuseFixedPlace(origin: SettingOrigin): void {
  if (origin !== 'flag' && origin !== 'environment') return
  const by = origin === 'flag' ? 'the start option --db-path' : 'the environment variable HASSETTE_MONITOR_DB_PATH'
  throw new Failure('invalid_input', `The place of the archive is set by ${by}.`, 'Start without it to choose it here.')
}
