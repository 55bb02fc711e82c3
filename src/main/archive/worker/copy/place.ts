import { Failure } from '@shared/result'
import { isMissing, realPath, renameFile } from '../../file-facts'
import { DATABASE_PARTS, partOf, removeDatabase } from '../../files'
import { lockArchive } from '../core/lock'

interface Step {
  from: string
  to: string
}

/** How long somebody else (a virus scanner, a search index) may keep a file on Windows, milliseconds. */
const PATIENCE_MS = 3000
const AGAIN_MS = 50

/** Renames a checked copy into its place; see `CopyApi.place`. No connection of ours has either file open. */
export async function placeCopy({ path, aside }: { path: string; aside: string }): Promise<void> {
  const place = realPath(path)
  const away = DATABASE_PARTS.map((part) => ({ from: place + part, to: aside + part }))
  await underLock(place, () => renameAll([...present(away), { from: partOf(path), to: place }]))
}

/** Undoes `placeCopy`; see `CopyApi.putBack`. What took the place is a copy, so it may go. */
export async function putBack({ path, aside }: { path: string; aside: string }): Promise<void> {
  const place = realPath(path)
  const back = DATABASE_PARTS.map((part) => ({ from: aside + part, to: place + part })).reverse()
  await underLock(place, async () => {
    removeDatabase(place)
    await renameAll(present(back))
  })
}

/** A file that has never been an archive in use has no lock, and gets none. */
async function underLock(path: string, work: () => Promise<void>): Promise<void> {
  const lock = isMissing(`${path}.lock`) ? null : lockArchive(path, !isMissing(path))
  try {
    await work()
  } finally {
    lock?.release()
  }
}

function present(steps: Step[]): Step[] {
  return steps.filter(({ from }) => !isMissing(from))
}

async function renameAll(steps: Step[]): Promise<void> {
  const done: Step[] = []
  try {
    for (const step of steps) {
      await rename(step)
      done.push(step)
    }
  } catch (error) {
    for (const { from, to } of done.reverse()) await rename({ from: to, to: from })
    throw error
  }
}

async function rename({ from, to }: Step): Promise<void> {
  for (const began = performance.now(); ;) {
    try {
      return renameFile(from, to)
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException
      if (!IN_USE.has(code) || process.platform !== 'win32' || performance.now() - began > PATIENCE_MS) {
        throw renameFailure(from, error)
      }
      await new Promise((resume) => setTimeout(resume, AGAIN_MS))
    }
  }
}

const IN_USE: ReadonlySet<string> = new Set(['EBUSY', 'EPERM', 'EACCES'])

function renameFailure(path: string, error: unknown): Failure {
  return new Failure(
    'archive_unreadable',
    `${path} cannot be renamed (${error instanceof Error ? error.message : String(error)}).`,
    'Check the permissions of its folder, and close other programs that use it.',
    { cause: error },
  )
}
