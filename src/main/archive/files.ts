import { posix, win32 } from 'node:path'
import { Failure } from '@shared/result'
import { isMissing, realPath, removeFile, renameFile } from './file-facts'

/**
 * Files that work on an archive leaves beside it when it is cut short. They are removed without asking, so their names
 * are none that somebody would give a file.
 */

/** What SQLite keeps beside a database. */
export const DATABASE_PARTS = ['', '-wal', '-shm'] as const

/** The end of the name of a copy that is being written. */
const PART_SUFFIX = '.copy-unfinished'
/** The end of the name of an archive whose place a copy takes. */
const OLD_SUFFIX = '.old-while-compacting'

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
 * Puts an archive back that was moved aside by an app that ended before its copy lay there; returns whether there was
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

/** What SQLite and we keep beside a database under its name: writing there harms the database. */
const KEPT_BESIDE = [...DATABASE_PARTS.slice(1), '-journal', '.lock', PART_SUFFIX, OLD_SUFFIX]

/**
 * Whether no archive and no backup may have this name, since it is that of a file beside a database. As the system takes
 * it: whatever its case, and without what it drops at the end.
 */
export function isReservedName(path: string, platform: NodeJS.Platform = process.platform): boolean {
  const name = (platform === 'win32' ? win32 : posix).basename(path).toLowerCase()
  // `x-wal::$DATA` is `x-wal`.
  const whole = platform === 'win32' ? name.split(':', 1)[0] : name
  const taken = (whole ?? '').replace(/[\s.]+$/, '')
  return KEPT_BESIDE.some((end) => taken.endsWith(end))
}

/**
 * Throws `archive_foreign` where no file of ours may lie, by its name or by that of the file it is a link to, and for a
 * path that SQLite's library would change: it drops spaces at the ends and would take another file.
 */
export function refuseReservedPlace(path: string): void {
  if (isReservedName(path) || isReservedName(realPath(path))) {
    throw new Failure('archive_foreign', `${path} is the name of a file that SQLite keeps beside a database.`, OTHER)
  }
  if (path !== path.trim()) throw new Failure('archive_foreign', `“${path}” begins or ends with a space.`, OTHER)
}

/** The first file that lies beside a database at this path as its part, whether or not the database is there. */
export function partBeside(path: string): string | null {
  const place = realPath(path)
  return [...DATABASE_PARTS.slice(1), '-journal'].map((end) => place + end).find((part) => !isMissing(part)) ?? null
}

const OTHER = 'Choose another name.'
