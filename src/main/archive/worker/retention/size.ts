import { MB_BYTES } from '@shared/storage'
import type { Readable, Writable } from '../core/database'
import { fileFacts } from '../../file-facts'
import { BUSY_MS, PAGE_BYTES } from '../core/connection'
import type { CallContext } from '../core/serve'

/** A pass of the size rule leaves so much of the limit, so that the next one is not due at once. */
export const GOAL = 0.95
/** Most free pages that stay in the file: new runs would ask for them again. */
export const KEPT_FREE = 500
/** The index of the WAL, and what a pass writes at its end: its own row of the log. */
const BESIDE_PAGES = 16

/** What a size limit means in pages and bytes. */
interface SizeGoal {
  limitBytes: number
  /** Pages in use after a pass. */
  usedPages: number
  /** Free pages that a pass leaves in the file. */
  freePages: number
  /** Pages in the WAL from which on SQLite writes them into the file. */
  walPages: number
}

export function sizeGoal(maxSizeMb: number): SizeGoal {
  const limitBytes = maxSizeMb * MB_BYTES
  const hundredth = Math.floor(limitBytes / PAGE_BYTES / 100)
  const freePages = Math.max(16, Math.min(KEPT_FREE, hundredth))
  return {
    limitBytes,
    usedPages: Math.floor((limitBytes * GOAL) / PAGE_BYTES) - freePages - BESIDE_PAGES,
    freePages,
    // The WAL counts, too: beside a small limit the usual 4 MB of it would be much.
    walPages: Math.max(64, Math.min(1000, hundredth)),
  }
}

/** Keeps the WAL small beside a small size limit; it counts, too. */
export function setWalLimit(db: Writable, maxSizeMb: number): void {
  const { walPages } = sizeGoal(maxSizeMb)
  db.pragma(`wal_autocheckpoint = ${walPages}`)
  db.pragma(`journal_size_limit = ${walPages * PAGE_BYTES}`)
}

/** How big an archive is. */
interface ArchiveSize {
  /** What `ls` shows: file, WAL and SHM together. */
  bytes(): number
  /** Pages in use, and pages that can be used again or given back. */
  pages(): { used: number; free: number }
}

/** Works on either connection. */
export function createArchiveSize(db: Readable): ArchiveSize {
  const parts = ['', '-wal', '-shm'].map((end) => db.name + end)
  return {
    bytes: () => parts.reduce((sum, part) => sum + (fileFacts(part)?.size ?? 0), 0),
    pages: () => {
      const free = Number(db.pragma('freelist_count', { simple: true }))
      return { used: Number(db.pragma('page_count', { simple: true })) - free, free }
    },
  }
}

/** Between two short transactions others may write and read, milliseconds. */
export const PAUSE_MS = 10
/** Pages given back in one transaction at most. */
const STEP = 250
/** A reader that is between two slices is gone after this long, milliseconds. */
const WAIT_MS = 20
const TRIES = 50

/**
 * Gives free pages back to the file system until at most `freePages` are left, and empties the WAL. Throws `cancelled`
 * between two steps.
 */
export async function shrink(
  db: Writable,
  size: ArchiveSize,
  freePages: number,
  context: Pick<CallContext, 'pause'>,
): Promise<void> {
  // A small limit has a small WAL, which the moved pages go through.
  const step = Math.min(STEP, Number(db.pragma('wal_autocheckpoint', { simple: true })))
  for (let { free } = size.pages(); free > freePages;) {
    // Only this form steps through to the end: with `simple`, or as a prepared statement that runs, it frees one page.
    db.pragma(`incremental_vacuum(${Math.min(step, free - freePages)})`)
    await context.pause(PAUSE_MS)
    const left = size.pages().free
    // Deleting goes on meanwhile and makes more; but a step that frees nothing would be repeated for ever.
    if (left >= free) break
    free = left
  }
  for (let tries = 0; tries < TRIES && !emptyWal(db); tries++) await context.pause(PAUSE_MS)
}

/** Writes the WAL into the file and cuts it to nothing; false when somebody reads from it. */
function emptyWal(db: Writable): boolean {
  db.pragma(`busy_timeout = ${WAIT_MS}`)
  try {
    const rows = db.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[]
    return rows[0]?.busy === 0
  } finally {
    db.pragma(`busy_timeout = ${BUSY_MS}`)
  }
}
