import { basename, join } from 'node:path'
import { Failure } from '@shared/result'
import type { ArchiveState } from '@shared/source'
import type { WorkDone } from '@shared/storage'
import type { WorkNote, CopyRequest, FoundArchive } from '../archive/api'
import { isMissing, fileFacts, fileIdentity, freeName, realPath } from '../archive/file-facts'
import { oldOf, partOf, removeDatabase, DATABASE_PARTS } from '../archive/files'
import { wasOurs } from '../archive/repair'
import type { OpenArchive } from '../open-archive'
import { refuseNetworkPath } from '../util/user-path'
import type { Copier } from './copier'
import { databaseBytes, requireRoom } from './disk'
import type { JobRunner, WorkNews } from './job-runner'

/** Work on the archive's file. Each begins at once or fails with `busy`, and answers when it has ended. */
export interface ArchiveCopies {
  /** Puts a copy without free pages in the archive's place. */
  compact: () => Promise<WorkDone>
  /** Copies the archive to a file or into a folder. An older backup that lies there is replaced, nothing else is. */
  backUp: (path: string) => Promise<WorkDone>
  /** Puts a copy of a backup in the archive's place; what was there stays beside it. */
  restore: (backup: string) => Promise<WorkDone>
  /**
   * Reads and writes the archive elsewhere from now on; the old file stays. `settle` makes it last, and what it throws
   * undoes it.
   */
  move: (path: string, how: 'copy' | 'fresh', settle: (path: string) => void) => Promise<WorkDone>
}

/** What it works with. */
interface ArchiveCopiesParts {
  archive: Pick<
    OpenArchive,
    'path' | 'isSample' | 'hasOwn' | 'sourceFiles' | 'write' | 'change' | 'changeAtRest' | 'replace'
  >
  jobs: Pick<JobRunner, 'run'>
  startCopier: () => Copier
  warn: (message: string, thrown?: unknown) => void
}

/** What a piece of work gets. */
interface Job {
  copier: Copier
  say: (news: WorkNews) => void
  signal: AbortSignal
}

/** Builds the four verbs. */
export function createArchiveCopies({ archive, jobs, startCopier, warn }: ArchiveCopiesParts): ArchiveCopies {
  /** Runs one piece of work, measures it, and notes in the archive that it was done. */
  const run = (reason: WorkNote['reason'], work: (job: Job) => Promise<void>): Promise<WorkDone> =>
    jobs.run(reason, { automatic: false }, async (say, signal) => {
      const [atUs, began] = [Date.now() * 1000, performance.now()]
      const bytesBefore = await databaseBytes(archive.path())
      say({ bytesBefore, bytesAfter: bytesBefore })
      const copier = startCopier()
      try {
        await work({ copier, say, signal })
      } finally {
        await copier.close()
      }
      const bytesAfter = await databaseBytes(archive.path())
      say({ bytesAfter })
      const durationUs = Math.round((performance.now() - began) * 1000)
      await note({ reason, atUs, durationUs, bytesBefore, bytesAfter, runs: 0 })
    })

  const note = async (what: WorkNote): Promise<void> => {
    if (archive.isSample()) return
    await archive
      .write()
      .noteWork(what)
      .catch((thrown: unknown) => warn(`${what.reason} was done, but not noted`, thrown))
  }

  const copyWhole = async ({ copier, say, signal }: Job, request: CopyRequest, found: FoundArchive): Promise<void> => {
    if (found.kind === 'nothing') throw new Failure('not_found', `There is no archive at ${request.from}.`)
    const { usedBytes: expectedBytes } = found
    await requireRoom(request.to, expectedBytes)
    say({ step: 'copying', share: 0 })
    const onShare = (share: number): void => say(share < ALL ? { share } : { step: 'checking', share: null })
    await copier.copy(request, { signal, expectedBytes, onShare })
  }

  /** Puts the copy in the archive's place. One that cannot be opened there gives way to what it replaced. */
  const replace = async ({ copier, say }: Job, aside: string): Promise<void> => {
    say({ step: 'replacing', share: null })
    const failure = failureOf(
      await archive.replace(async (path) => {
        await copier.place(path, aside)
        return path
      }),
    )
    if (failure === null) return
    // Another Hassette Monitor was quicker; the file is in its hands now.
    if (failure.code === 'archive_locked') throw failure
    await archive.replace(async (path) => {
      await copier.putBack(path, aside)
      return path
    })
    throw failure
  }

  /** Before and after the copying: whatever came to lie there meanwhile is not ours to replace. */
  const lookForPlace = async ({ copier }: Job, to: string): Promise<FoundArchive> => {
    if (await isPartOf(to, await archive.sourceFiles())) {
      throw new Failure('archive_foreign', `${to} belongs to a Hassette that is watched.`, OTHER_NAME)
    }
    return copier.look(to)
  }

  const placeCopy = async (job: Job, to: string, expected: FoundArchive['kind']): Promise<void> => {
    job.say({ step: 'replacing', share: null })
    try {
      const { kind } = await lookForPlace(job, to)
      if (kind !== expected) throw new Failure('invalid_input', `${to} was changed meanwhile.`, OTHER_NAME)
    } catch (thrown) {
      removeDatabase(partOf(to))
      throw thrown
    }
    await job.copier.place(to, oldOf(to))
  }

  const switchTo = async (path: string, settle: (path: string) => void): Promise<void> => {
    const from = archive.path()
    try {
      const failure = failureOf(await archive.replace(() => path))
      if (failure !== null) throw failure
      settle(path)
    } catch (thrown) {
      await archive.replace(() => from)
      throw thrown
    }
  }

  const refuseSample = (): void => {
    if (!archive.isSample()) return
    throw new Failure('invalid_input', 'The sample home is shown: its archive is made anew at each start.', WATCH_FIRST)
  }

  const refuseForcedSample = (): void => {
    if (archive.hasOwn()) return
    throw new Failure('invalid_input', 'With --sample your own archive is left alone.', 'Start without --sample.')
  }

  return {
    compact: async () => {
      refuseSample()
      return run('compact', async (job) => {
        const path = archive.path()
        const found = await job.copier.look(path)
        await archive.changeAtRest(async () => {
          await copyWhole(job, { from: path, to: path, journal: 'wal' }, found)
          await replace(job, oldOf(path))
        })
      })
    },

    backUp: async (wanted) => {
      refuseSample()
      return run('backup', async (job) => {
        const from = archive.path()
        const to = fileIn(wanted, backupName(new Date()))
        if (await isSameFile(from, to)) throw new Failure('invalid_input', `${to} is the archive itself.`, OTHER_NAME)
        const there = await lookForPlace(job, to)
        await copyWhole(job, { from, to, journal: 'delete' }, await job.copier.look(from))
        await placeCopy(job, to, there.kind)
        removeDatabase(oldOf(to))
        job.say({ file: to })
      })
    },

    restore: async (backup) => {
      refuseForcedSample()
      return run('restore', async (job) => {
        const path = archive.path()
        if (await isSameFile(path, backup)) {
          throw new Failure('invalid_input', `${backup} is the archive itself.`, 'Choose a backup of it.')
        }
        job.say({ step: 'checking', share: null })
        await refuseForeign(job.copier, path)
        const found = await job.copier.check(backup)
        refuseCancelled(job.signal)
        await copyWhole(job, { from: backup, to: path, journal: 'wal' }, found)
        const aside = nameAside(path, new Date())
        await archive.change(() => replace(job, aside))
        if (!isMissing(aside)) job.say({ file: aside })
      })
    },

    move: async (wanted, how, settle) => {
      refuseForcedSample()
      if (how === 'copy') refuseSample()
      return run('move', async (job) => {
        const from = archive.path()
        const to = fileIn(wanted, basename(from))
        refuseNetworkPath(to)
        if (await isSameFile(from, to)) throw new Failure('invalid_input', `The archive lies at ${to} already.`)
        const there = await lookForPlace(job, to)
        if (how === 'fresh') {
          job.say({ step: 'replacing', share: null })
          await archive.change(() => switchTo(to, settle))
        } else {
          if (there.kind === 'archive') throw new Failure('invalid_input', `${to} is another archive.`, OTHER_NAME)
          await archive.changeAtRest(async () => {
            await copyWhole(job, { from, to, journal: 'wal' }, await job.copier.look(from))
            await placeCopy(job, to, 'nothing')
            await switchTo(to, settle).catch((thrown: unknown) => {
              removeDatabase(to)
              throw thrown
            })
          })
        }
        if (!isMissing(from)) job.say({ file: from })
      })
    },
  }
}

/** The growth of the copy is told in steps; from here on it is whole. */
const ALL = 0.999
const WATCH_FIRST = 'Watch a Hassette first.'
const OTHER_NAME = 'Choose another name or folder.'

/** What lies where the archive should be is only set aside if it is ours. */
async function refuseForeign(copier: Copier, path: string): Promise<void> {
  try {
    await copier.look(path)
  } catch (thrown) {
    const { code } = thrown instanceof Failure ? thrown : { code: 'internal' }
    const isOurs =
      code === 'archive_newer' || code === 'archive_unreleased' || (code === 'archive_unreadable' && wasOurs(path))
    if (!isOurs) throw thrown
  }
}

function refuseCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw new Failure('cancelled', 'Cancelled.')
}

function failureOf(state: ArchiveState): Failure | null {
  if (state.kind === 'ready') return null
  if (state.kind !== 'unavailable') return new Failure('busy', 'The archive is being started again.', 'Try again.')
  const { code, message, hint } = state.problem
  return new Failure(code, message, hint)
}

/** A path that somebody gave: a folder means the usual name in it. */
function fileIn(path: string, name: string): string {
  const facts = fileFacts(path)
  return facts !== null && !facts.isFile ? join(path, name) : path
}

/** Name for a new backup, by day: `hassette-backup-2026-11-25.db`. */
export function backupName(now: Date): string {
  return `hassette-backup-${now.toISOString().slice(0, 10)}.db`
}

/** Where an archive goes that gives way to a backup: `hassette.db.replaced-2026-11-25T14-02-11`, or the next free one. */
function nameAside(path: string, now: Date): string {
  return freeName(`${realPath(path)}.replaced-${now.toISOString().slice(0, 19).replaceAll(':', '-')}`)
}

/** Whether two paths are one file, by whatever links. */
async function isSameFile(one: string, other: string): Promise<boolean> {
  if (realPath(one) === realPath(other)) return true
  const [first, second] = await Promise.all([fileIdentity(one), fileIdentity(other)])
  return typeof first === 'string' && first === second
}

/** Whether a path is one of these databases or a part of one, by whatever links; a database may be missing just now. */
async function isPartOf(path: string, databases: readonly string[]): Promise<boolean> {
  const parts = databases.flatMap((database) => [...DATABASE_PARTS, '-journal'].map((end) => realPath(database) + end))
  const same = await Promise.all(parts.map((part) => isSameFile(path, part)))
  return same.includes(true)
}
