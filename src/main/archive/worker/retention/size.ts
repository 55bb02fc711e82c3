import { PAGE_BYTES } from './archive-size'

/** Bytes in a megabyte, as `db_max_size_mb` counts. */
const MB = 1_000_000
/** A pass stops here, so that the next one is not due at once. */
const GOAL = 0.95
/** So many free pages stay in the file at most: new runs would ask for them again. */
const KEPT_FREE = 500
/** The index of the WAL, and what a pass writes at its end: its own row of the log. */
const BESIDE_PAGES = 16

/** What a size limit means in pages and bytes. */
export interface SizeGoal {
  limitBytes: number
  /** Pages in use after a pass. */
  usedPages: number
  /** Free pages that a pass leaves in the file. */
  freePages: number
  /** Pages in the WAL from which on SQLite writes them into the file. */
  walPages: number
}

export function sizeGoal(maxSizeMb: number): SizeGoal {
  const limitBytes = maxSizeMb * MB
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
