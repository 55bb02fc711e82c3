import { stat, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { formatBytes } from '@shared/format'
import { Failure } from '@shared/result'
import { realPath } from '../archive/file-facts'
import { DATABASE_PARTS } from '../archive/files'

/** Left free beside a copy, so that what else goes on has room, bytes. */
const SPARE = 4_000_000

/** What `ls` shows of a database: file, WAL and SHM together, bytes. */
export async function databaseBytes(path: string): Promise<number> {
  const sizes = DATABASE_PARTS.map((part) =>
    stat(path + part).then(
      ({ size }) => size,
      () => 0,
    ),
  )
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}

/** Throws `disk_full` unless a copy of this size, in bytes, has room beside a path; a file system that does not say passes. */
export async function requireRoom(path: string, bytes: number): Promise<void> {
  const folder = dirname(realPath(path))
  const free = await statfs(folder).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => Infinity,
  )
  if (free >= bytes + SPARE) return
  throw new Failure(
    'disk_full',
    `${folder} has ${formatBytes(free)} free; the copy needs about ${formatBytes(bytes + SPARE)}.`,
    'Free some space and try again. Nothing was begun.',
  )
}
