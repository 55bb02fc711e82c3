import { join } from 'node:path'
import { fileFacts, fileIdentity, freeName, realPath } from '../archive/file-facts'
import { DATABASE_PARTS } from '../archive/leftovers'

/** A path that somebody gave: a folder means the usual name in it. */
export function fileIn(path: string, name: string): string {
  const facts = fileFacts(path)
  return facts !== null && !facts.isFile ? join(path, name) : path
}

/** Name for a new backup, by day: `hassette-backup-2026-11-25.db`. */
export function backupName(now: Date): string {
  return `hassette-backup-${now.toISOString().slice(0, 10)}.db`
}

/** Where an archive goes that gives way to a backup: `hassette.db.replaced-2026-11-25T14-02-11`, or the next free one. */
export function nameAside(path: string, now: Date): string {
  return freeName(`${realPath(path)}.replaced-${now.toISOString().slice(0, 19).replaceAll(':', '-')}`)
}

/** Whether two paths are one file, by whatever links. */
export async function isSameFile(one: string, other: string): Promise<boolean> {
  if (realPath(one) === realPath(other)) return true
  const [first, second] = await Promise.all([fileIdentity(one), fileIdentity(other)])
  return typeof first === 'string' && first === second
}

/** Whether a path is one of these databases or a part of one, by whatever links; a database may be missing just now. */
export async function isPartOf(path: string, databases: readonly string[]): Promise<boolean> {
  const parts = databases.flatMap((database) => [...DATABASE_PARTS, '-journal'].map((end) => realPath(database) + end))
  const same = await Promise.all(parts.map((part) => isSameFile(path, part)))
  return same.includes(true)
}
