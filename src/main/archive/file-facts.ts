import {
  accessSync,
  chmodSync,
  constants,
  mkdirSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
} from 'node:fs'
import type { BigIntStats } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'

/**
 * The only file calls that the archive's threads make beside SQLite. None of them opens a file: on POSIX, closing any
 * descriptor of a file drops every lock this process holds on it, and SQLite's locks would vanish with it.
 */

export interface FileFacts {
  size: number
  mtimeMs: number
  inode: number
  isFile: boolean
}

/** Facts of a file or folder; null when there is none or it cannot be reached. */
export function fileFacts(path: string): FileFacts | null {
  try {
    const found = statSync(path)
    return { size: found.size, mtimeMs: found.mtimeMs, inode: found.ino, isFile: found.isFile() }
  } catch {
    return null
  }
}

/**
 * Tells one state of a database file and its `-wal` from the next: inodes, sizes and times in nanoseconds (by size alone
 * most commits would be missed, since a WAL is overwritten in place). A missing and an empty `-wal` are the same:
 * else our own opening would look like a commit. Null when there is no file.
 */
export function databaseVersion(path: string): string | null {
  const main = versionOf(path)
  if (main === null) return null
  const wal = versionOf(`${path}-wal`)
  return wal === null || wal.size === 0n ? main.text : `${main.text} ${wal.text}`
}

function versionOf(path: string): { text: string; size: bigint } | null {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false })
  if (!found) return null
  return { text: `${found.dev}:${found.ino}:${found.size}:${found.mtimeNs}`, size: found.size }
}

/** Whether there is nothing at this path (and not merely no permission to look). */
export function isMissing(path: string): boolean {
  try {
    statSync(path)
    return false
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    return code === 'ENOENT' || code === 'ENOTDIR'
  }
}

/** The system's word (`ENAMETOOLONG`) for why nothing can be said of a path; null where it can, also that it is missing. */
export function systemError(path: string): string | null {
  try {
    statSync(path)
    return null
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'EIO'
    return code === 'ENOENT' || code === 'ENOTDIR' ? null : code
  }
}

export function isReadable(path: string): boolean {
  return mayAccess(path, constants.R_OK)
}

export function isWritable(path: string): boolean {
  return mayAccess(path, constants.W_OK)
}

/** More links in a row than any system follows. */
const MAX_LINKS = 40

/**
 * The path with every link resolved, also where the file is not there yet: a link to a missing file is that file. What
 * cannot be resolved stays as it is.
 */
export function realPath(path: string): string {
  return followed(path, MAX_LINKS)
}

function followed(path: string, links: number): string {
  try {
    return realpathSync(path)
  } catch {
    const target = links > 0 ? linkTarget(path) : null
    if (target !== null) return followed(resolve(dirname(path), target), links - 1)
    const folder = dirname(path)
    return folder === path ? path : join(followed(folder, links), basename(path))
  }
}

function linkTarget(path: string): string | null {
  try {
    return readlinkSync(path)
  } catch {
    // No link, or nothing there.
    return null
  }
}

/** As `realPath`, also of a file that is gone: the links that led to it are still there. */
export function placeOf(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return placeIn(linkedFrom(path))
  }
}

function placeIn(path: string): string {
  return join(realPath(dirname(path)), basename(path))
}

function linkedFrom(path: string): string {
  try {
    return resolve(dirname(path), readlinkSync(path))
  } catch {
    return path
  }
}

/** Owner only; a file system without modes is left as it is. */
export function makePrivate(path: string): void {
  try {
    chmodSync(path, 0o600)
  } catch {
    // FAT and some network shares have no modes.
  }
}

/** Removes a file that no connection of this process has open. */
export function removeFile(path: string): void {
  rmSync(path, { force: true })
}

/** Makes a folder of ours, for its owner only. */
export function makeFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 })
}

export function renameFile(from: string, to: string): void {
  renameSync(from, to)
}

/** The name, or the name with the first number from 2 on for which there is no file. */
export function freeName(name: string): string {
  let free = name
  for (let n = 2; !isMissing(free); n++) free = `${name}-${n}`
  return free
}

/** Names in a folder; none when it cannot be looked into. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

/** Bytes that are free for us where a folder lies; null when the file system does not say. */
export function freeBytes(folder: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize
  } catch {
    return null
  }
}

/**
 * Which file lies at a path: another text when it was replaced, null when there is none, undefined when that cannot be
 * told (a drive that does not answer).
 */
export function fileIdentity(path: string): Promise<string | null | undefined> {
  return describeFile(path, ({ dev, ino }) => `${dev}:${ino}`)
}

/** As `fileIdentity`, and another text as well when the file was written. */
export function fileVersion(path: string): Promise<string | null | undefined> {
  return describeFile(path, ({ dev, ino, size, mtimeNs }) => `${dev}:${ino}:${size}:${mtimeNs}`)
}

async function describeFile(
  path: string,
  describe: (found: BigIntStats) => string,
): Promise<string | null | undefined> {
  try {
    return describe(await stat(path, { bigint: true }))
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    return code === 'ENOENT' || code === 'ENOTDIR' ? null : undefined
  }
}

function mayAccess(path: string, mode: number): boolean {
  try {
    accessSync(path, mode)
    return true
  } catch {
    return false
  }
}
