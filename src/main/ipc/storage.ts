import { dirname, join } from 'node:path'
import { Failure } from '@shared/result'
import type { SettingOrigin } from '@shared/settings'
import type { Verb } from '@shared/verbs'
import type { Desktop } from '../desktop'
import type { Home } from '../open-archive'
import { retainJob, limitsFrom } from '../maintenance/retention'
import type { SettingsStore } from '../settings/settings'
import type { ArchiveCopies } from '../maintenance/archive-copies'
import { backupName } from '../maintenance/archive-copies'
import type { JobRunner } from '../maintenance/job-runner'
import type { Handlers } from './dispatch'

/** What the verbs about the archive work on. */
export interface StorageParts {
  home: Pick<Home, 'archivePath' | 'isSample' | 'read' | 'write'>
  settings: Pick<SettingsStore, 'values' | 'view' | 'setArchive'>
  works: JobRunner
  keeping: ArchiveCopies
  desktop: Pick<Desktop, 'askFile' | 'askFolder' | 'askNewFile'>
}

/** The verbs about the archive and its file. Which file or folder is meant only the system's dialog says. */
export function createStorageHandlers({
  home,
  settings,
  works,
  keeping,
  desktop,
}: StorageParts): Pick<Handlers, Extract<Verb, `storage.${string}`>> {
  const folder = (): string => dirname(home.archivePath())

  return {
    'storage.info': () => home.read()['storage.info']({ limits: limitsFrom(settings.values()) }),
    'storage.log': (input) => home.read()['storage.log'](input),
    'storage.preview': (limits) => home.read()['storage.preview'](limits),
    'storage.work': () => works.state(),
    'storage.clean': () => {
      if (home.isSample()) throw new Failure('invalid_input', 'The sample home is made anew at each start.')
      const limits = limitsFrom(settings.values())
      const job = retainJob(home.write(), { reason: 'by_hand', rules: ['time', 'size'], limits })
      return works.run('clean', { automatic: false }, job)
    },
    'storage.compact': () => keeping.compact(),
    'storage.backUp': async () => keeping.backUp(await desktop.askNewFile(join(folder(), backupName(new Date())))),
    'storage.restore': async () => keeping.restore(await desktop.askFile(folder())),
    'storage.move': async ({ how }) => {
      refuseFixedPlace(settings.view().origins.db_path)
      return keeping.move(await desktop.askFolder(folder()), how, settings.setArchive)
    },
    'storage.cancel': () => {
      works.cancel()
      return null
    },
  }
}

/** What the start says would be in force again at the next one. */
function refuseFixedPlace(origin: SettingOrigin): void {
  if (origin !== 'flag' && origin !== 'environment') return
  const by = origin === 'flag' ? 'the start option --db-path' : 'the environment variable HASSETTE_MONITOR_DB_PATH'
  throw new Failure('invalid_input', `The place of the archive is set by ${by}.`, 'Start without it to choose it here.')
}
