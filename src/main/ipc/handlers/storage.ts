import { dirname, join } from 'node:path'
import type { Input } from '@shared/contract'
import { Failure } from '@shared/result'
import type { SettingOrigin } from '@shared/settings'
import type { ArchiveState } from '@shared/source'
import type { ArchiveVerdict } from '../../archive/api'
import { restoreCopy, startFresh, wasOurs } from '../../archive/repair'
import type { Desktop } from '../../desktop'
import { backupName } from '../../maintenance/archive-copies'
import type { ArchiveCopies } from '../../maintenance/archive-copies'
import type { JobRunner } from '../../maintenance/job-runner'
import { retainJob, limitsFrom } from '../../maintenance/retention'
import type { OpenArchive } from '../../open-archive'
import type { SettingsStore } from '../../settings/settings'
import { refuseNetworkPath } from '../../util/user-path'
import type { HandlersOf } from '../dispatch'

/** What the verbs about the archive work on. */
export interface StorageHandlerParts extends RepairParts {
  archive: RepairParts['archive'] & Pick<OpenArchive, 'isSample' | 'read' | 'retry' | 'write'>
  settings: Pick<SettingsStore, 'values' | 'view' | 'setArchive'>
  jobs: JobRunner
  copies: ArchiveCopies
  desktop: Pick<Desktop, 'askFile' | 'askFolder' | 'askNewFile'>
}

/** The verbs about the archive and its file. Which file or folder is meant only the system's dialog says. */
export function createStorageHandlers(parts: StorageHandlerParts): HandlersOf<'archive' | 'storage'> {
  const { archive, settings, jobs, copies, desktop } = parts
  const folder = (): string => dirname(archive.path())

  return {
    'archive.state': () => archive.state(),
    'archive.retry': () => archive.retry(),
    'archive.repair': (way) => repairArchive(parts, way),
    'storage.info': () => archive.read()['storage.info']({ limits: limitsFrom(settings.values()) }),
    'storage.log': (input) => archive.read()['storage.log'](input),
    'storage.preview': (limits) => archive.read()['storage.preview'](limits),
    'storage.work': () => jobs.state(),
    'storage.clean': () => {
      if (archive.isSample()) throw new Failure('invalid_input', 'The sample home is made anew at each start.')
      const limits = limitsFrom(settings.values())
      const job = retainJob(archive.write(), { reason: 'by_hand', rules: ['time', 'size'], limits })
      return jobs.run('clean', { automatic: false }, job)
    },
    'storage.compact': () => copies.compact(),
    'storage.backUp': async () => copies.backUp(await desktop.askNewFile(join(folder(), backupName(new Date())))),
    'storage.restore': async () => copies.restore(await desktop.askFile(folder())),
    'storage.move': async ({ how }) => {
      refuseFixedPlace(settings.view().origins.db_path)
      return copies.move(await desktop.askFolder(folder()), how, settings.setArchive)
    },
    'storage.cancel': () => {
      jobs.cancel()
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

/** What a repair works on. */
export interface RepairParts {
  archive: Pick<OpenArchive, 'path' | 'state' | 'replace'>
  settings: Pick<SettingsStore, 'setArchive'>
  /** Looks whether the archive is sound, in a thread of its own: reading all of a big one takes seconds. */
  judge: (path: string) => Promise<ArchiveVerdict>
  desktop: Pick<Desktop, 'askFile'>
  /** Files in here are ours. */
  dataDir: string
}

/** Takes one of the ways out of an archive that cannot be used; nothing is deleted. */
export async function repairArchive(parts: RepairParts, way: Input<'archive.repair'>): Promise<ArchiveState> {
  const { archive } = parts
  if (way === 'openOther') return openOther(parts)
  refuseUnlessOurs(parts)
  const verdict = await refuseUnlessDamaged(parts)
  const now = new Date()
  const why = verdict === 'unreleased' ? 'before-0.1.0' : 'damaged'
  return archive.replace((path) => (way === 'startFresh' ? startFresh(path, now, why) : restoreCopy(path, now)))
}

async function openOther({ archive, settings, desktop }: RepairParts): Promise<ArchiveState> {
  const path = await desktop.askFile(dirname(archive.path()))
  refuseNetworkPath(path)
  const state = await archive.replace(() => path)
  if (state.kind === 'ready') settings.setArchive(path)
  return state
}

/** A file is only moved when it is our own and nobody uses it. */
function refuseUnlessOurs({ archive, dataDir }: RepairParts): void {
  const state = archive.state()
  const path = archive.path()
  if (state.kind !== 'unavailable') throw new Failure('busy', 'The archive is in use: there is nothing to repair.')
  const { code, message } = state.problem
  if (code === 'archive_locked' || code === 'disk_full') {
    throw new Failure('busy', `Nothing is wrong with ${path}. ${message}`, 'Try again when that has passed.')
  }
  if (code === 'archive_foreign' || (dirname(path) !== dataDir && !wasOurs(path))) {
    throw new Failure(
      'archive_foreign',
      `${path} was not made by Hassette Monitor, so it stays where it is.`,
      'Choose another place for the archive (db_path).',
    )
  }
}

/**
 * What is sound stays where it is: then something else is in the way, such as a permission. So does what nobody could look
 * into. Returns what the others are.
 */
async function refuseUnlessDamaged({ archive, judge }: RepairParts): Promise<ArchiveVerdict> {
  const path = archive.path()
  const verdict = await judge(path)
  const state = archive.state()
  if (state.kind !== 'unavailable') throw new Failure('busy', 'The archive is in use: there is nothing to repair.')
  const { message, hint } = state.problem
  if (verdict === 'sound') {
    const because = `${path} is sound: its own check found nothing wrong, so it stays where it is. ${message}`
    throw new Failure('busy', because, hint ?? 'Try again.')
  }
  if (verdict === 'unknown' || verdict === 'foreign') {
    throw new Failure('busy', `${path} could not be checked, so it stays where it is. ${message}`, hint ?? 'Try again.')
  }
  return verdict
}
