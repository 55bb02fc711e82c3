import { isMissing, realPath, removeFile, renameFile } from './file-facts'

/**
 * Files that work on an archive leaves beside it when it is cut short. They are removed without asking, so their names
 * are none that somebody would give a file.
 */

/** What SQLite keeps beside a database. */
export const DATABASE_PARTS = ['', '-wal', '-shm'] as const

/** The end of the name of a copy that is being written. */
export const PART_SUFFIX = '.copy-unfinished'
/** The end of the name of an archive whose place a copy takes. */
export const OLD_SUFFIX = '.old-while-compacting'

/** A copy that is being written, and is to lie at `path`. */
export function partOf(path: string): string {
  return realPath(path) + PART_SUFFIX
}

/** Where the archive lies while the copy that took its place has not been opened. */
export function oldOf(path: string): string {
  return realPath(path) + OLD_SUFFIX
}

/** Removes a database file that nobody has open, with all its parts. */
export function removeDatabase(path: string): void {
  for (const part of [...DATABASE_PARTS, '-journal']) removeFile(path + part)
}

/**
 * Puts an archive back that was moved aside by an app that ended before its copy lay there; answers whether there was
 * one. The caller holds the lock.
 */
export function undoInterrupted(path: string): boolean {
  const place = realPath(path)
  if (!isMissing(place) || isMissing(oldOf(path))) return false
  // The file itself last: until then the next start tries again.
  for (const part of [...DATABASE_PARTS].reverse()) {
    if (!isMissing(oldOf(path) + part)) renameFile(oldOf(path) + part, place + part)
  }
  return true
}

/** Removes what work on the file left beside it. The archive was opened and is sound; the caller holds the lock. */
export function removeLeftovers(path: string): void {
  removeDatabase(oldOf(path))
  removeDatabase(partOf(path))
}
