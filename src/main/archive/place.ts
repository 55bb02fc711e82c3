import { posix, win32 } from 'node:path'
import { Failure } from '@shared/result'
import { isMissing, realPath } from './file-facts'
import { DATABASE_PARTS, OLD_SUFFIX, PART_SUFFIX } from './leftovers'

/** What SQLite and we keep beside a database under its name: whoever writes there harms the database. */
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
