import type { Database } from 'better-sqlite3'
import { BUSY_MS } from '../core/connection'
import type { CallContext } from '../core/serve'
import type { ArchiveSize } from './archive-size'

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
  db: Database,
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
    // Whoever deletes meanwhile makes more; but a step that frees nothing would be repeated for ever.
    if (left >= free) break
    free = left
  }
  for (let tries = 0; tries < TRIES && !emptyWal(db); tries++) await context.pause(PAUSE_MS)
}

/** Writes the WAL into the file and cuts it to nothing; false when somebody reads from it. */
function emptyWal(db: Database): boolean {
  db.pragma(`busy_timeout = ${WAIT_MS}`)
  try {
    const rows = db.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[]
    return rows[0]?.busy === 0
  } finally {
    db.pragma(`busy_timeout = ${BUSY_MS}`)
  }
}
