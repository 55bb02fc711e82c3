import { dirname } from 'node:path'
import type { Input } from '@shared/contract'
import { Failure } from '@shared/result'
import type { ArchiveState } from '@shared/source'
import type { ArchiveVerdict } from '../archive/api'
import type { Desktop } from '../desktop'
import { restoreCopy, startFresh, wasOurs } from '../archive/repair'
import type { Home } from '../open-archive'
import { refuseNetworkPath } from '../util/user-path'
import type { SettingsStore } from '../settings/settings'

/** What a repair works on. */
export interface RepairParts {
  home: Pick<Home, 'archivePath' | 'archiveState' | 'replaceArchive'>
  settings: Pick<SettingsStore, 'setArchive'>
  /** Looks whether the archive is sound, in a thread of its own: reading all of a big one takes seconds. */
  judge: (path: string) => Promise<ArchiveVerdict>
  desktop: Pick<Desktop, 'askFile'>
  /** Files in here are ours. */
  dataDir: string
}

/** Takes one of the ways out of an archive that cannot be used; nothing is deleted. */
export async function repairArchive(parts: RepairParts, way: Input<'archive.repair'>): Promise<ArchiveState> {
  const { home } = parts
  if (way === 'openOther') return openOther(parts)
  refuseUnlessOurs(parts)
  await refuseUnlessDamaged(parts)
  const now = new Date()
  return home.replaceArchive((path) => (way === 'startFresh' ? startFresh(path, now) : restoreCopy(path, now)))
}

async function openOther({ home, settings, desktop }: RepairParts): Promise<ArchiveState> {
  const path = await desktop.askFile(dirname(home.archivePath()))
  refuseNetworkPath(path)
  const state = await home.replaceArchive(() => path)
  if (state.kind === 'ready') settings.setArchive(path)
  return state
}

/** A file is only moved when it is our own and nobody uses it. */
function refuseUnlessOurs({ home, dataDir }: RepairParts): void {
  const state = home.archiveState()
  const path = home.archivePath()
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

/** What is sound stays where it is: then something else is in the way, such as a permission. So does what nobody could look into. */
async function refuseUnlessDamaged({ home, judge }: RepairParts): Promise<void> {
  const path = home.archivePath()
  const verdict = await judge(path)
  const state = home.archiveState()
  if (state.kind !== 'unavailable') throw new Failure('busy', 'The archive is in use: there is nothing to repair.')
  const { message, hint } = state.problem
  if (verdict === 'sound') {
    const because = `${path} is sound: its own check found nothing wrong, so it stays where it is. ${message}`
    throw new Failure('busy', because, hint ?? 'Try again.')
  }
  if (verdict === 'unknown' || verdict === 'foreign') {
    throw new Failure('busy', `${path} could not be checked, so it stays where it is. ${message}`, hint ?? 'Try again.')
  }
}
