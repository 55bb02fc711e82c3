import { basename, dirname, join } from 'node:path'
import { Failure } from '@shared/result'
import { freeName, isMissing, namesIn, realPath, renameFile } from './file-facts'
import { DATABASE_PARTS } from './files'

/**
 * Ways out when an archive cannot be used. Files are renamed, never opened and never deleted; no connection of ours may
 * be open. Each returns the path to be opened then, and throws `not_found` or `archive_unreadable`.
 */

/**
 * Moves the archive aside, so that the next opening makes a new one: as `hassette.db.damaged-<time>`, or, when nothing is
 * wrong with it but its age, as `hassette.db.before-0.1.0-<time>`.
 */
export function startFresh(path: string, now: Date, why: Aside = 'damaged'): string {
  moveAside(realPath(path), why, now)
  return path
}

/** Puts the newest copy that was made before a migration in place of the archive, which is moved aside. */
export function restoreCopy(path: string, now: Date): string {
  const target = realPath(path)
  const [copy] = copiesBeside(path)
  if (copy === undefined) {
    throw new Failure(
      'not_found',
      `There is no copy beside ${path}.`,
      'One is made before each update of the archive and kept until the next start.',
    )
  }
  const undo = moveAside(target, 'damaged', now)
  try {
    rename(copy, target)
  } catch (error) {
    undo()
    throw error
  }
  return path
}

/** Copies made before migrations, `hassette.db.before-0007`, newest first. */
export function copiesBeside(path: string): string[] {
  const target = realPath(path)
  const name = basename(target)
  return namesIn(dirname(target))
    .filter((each) => each.startsWith(name) && /^\.before-\d{4}$/.test(each.slice(name.length)))
    .sort()
    .reverse()
    .map((each) => join(dirname(target), each))
}

/** Whether this app has opened the file at a path as its archive before: its lock lies beside it. */
export function wasOurs(path: string): boolean {
  return !isMissing(`${realPath(path)}.lock`)
}

/** What a file that is moved aside is called after. */
type Aside = 'damaged' | 'before-0.1.0'

/** Returns how to undo it. */
function moveAside(path: string, why: Aside, now: Date): () => void {
  const aside = freeName(`${path}.${why}-${now.toISOString().slice(0, 19).replaceAll(':', '-')}`)
  const moved: { from: string; to: string }[] = []
  const undo = (): void => {
    for (const { from, to } of moved.reverse()) rename(to, from)
  }
  try {
    for (const part of DATABASE_PARTS) {
      const step = { from: path + part, to: aside + part }
      if (isMissing(step.from)) continue
      rename(step.from, step.to)
      moved.push(step)
    }
  } catch (error) {
    undo()
    throw error
  }
  return undo
}

function rename(from: string, to: string): void {
  try {
    renameFile(from, to)
  } catch (error) {
    throw new Failure(
      'archive_unreadable',
      `${from} cannot be renamed (${error instanceof Error ? error.message : String(error)}).`,
      'Check the permissions of its folder, and close other programs that use it.',
      { cause: error },
    )
  }
}
