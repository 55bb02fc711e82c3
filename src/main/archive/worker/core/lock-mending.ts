import { execFileSync } from 'node:child_process'
import { fileFacts, freeName, isMissing, isReadable, isWritable, makePrivate, renameFile } from '../../file-facts'

/** What SQLite may keep beside the lock file. */
const PARTS = ['', '-journal', '-wal', '-shm'] as const
/** A lock of ours is a few whole pages. */
const [PAGE_BYTES, MOST_BYTES] = [4096, 16_384]
const COPY_MS = 10_000

/** What was done about a lock that could not be taken: it may be tried again, or it stays as it is. */
export type Mending = { kind: 'mended'; aside: string | null } | { kind: 'left' }

/**
 * Makes a damaged lock file usable again; what it held is kept beside it. Whoever lives and holds it goes on holding it.
 * `code` is what SQLite said; `ours` = the archive beside it is ours, so the file can be nothing but its lock. Throws
 * what the system says.
 */
export function mendLock(lockPath: string, code: string, ours: boolean): Mending {
  const facts = fileFacts(lockPath)
  if (facts === null) return { kind: 'left' }
  const aside = freeName(`${lockPath}.damaged-${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}`)
  if (!facts.isFile) return ours ? moveFolder(lockPath, aside) : { kind: 'left' }
  if (!isReadable(lockPath) || !isWritable(lockPath) || code.startsWith('SQLITE_READONLY')) {
    makePrivate(lockPath)
    return isReadable(lockPath) && isWritable(lockPath) ? { kind: 'mended', aside: null } : { kind: 'left' }
  }
  const isOurs = ours || (facts.size % PAGE_BYTES === 0 && facts.size <= MOST_BYTES)
  if (!DAMAGED.test(code) || !isOurs) return { kind: 'left' }
  if (process.platform === 'win32') moveAll(lockPath, aside)
  else emptyInPlace(lockPath, aside)
  return { kind: 'mended', aside }
}

/** No database, a broken one, or one with other tables than ours. */
const DAMAGED = /^SQLITE_(NOTADB|CORRUPT|FORMAT|ERROR|CONSTRAINT|MISMATCH|SCHEMA)/

/** Whoever was quicker has made a file there by now: the slash lets the system refuse to move that one. */
function moveFolder(lockPath: string, aside: string): Mending {
  try {
    renameFile(`${lockPath}/`, aside)
    return { kind: 'mended', aside }
  } catch (error) {
    if (fileFacts(lockPath)?.isFile === false) throw error
    return { kind: 'mended', aside: null }
  }
}

/** Windows lets nobody rename a file that somebody has open. */
function moveAll(lockPath: string, aside: string): void {
  for (const part of PARTS) if (!isMissing(lockPath + part)) renameFile(lockPath + part, aside + part)
}

/**
 * The file itself stays, since the system's locks are on the file and not on its name: a process that holds it keeps it,
 * and of two that mend at once only one gets it. Other processes do it: closing a file in this one would drop its locks.
 * In an empty file SQLite begins anew, and throws away what lies beside it.
 */
function emptyInPlace(lockPath: string, aside: string): void {
  const options = { stdio: 'ignore', timeout: COPY_MS } as const
  execFileSync('cp', ['-p', '--', lockPath, aside], options)
  execFileSync('cp', ['--', '/dev/null', lockPath], options)
}
