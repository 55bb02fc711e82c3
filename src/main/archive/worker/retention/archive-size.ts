import type { Database } from 'better-sqlite3'
import { fileFacts } from '../../file-facts'

/** How big an archive is. */
export interface ArchiveSize {
  /** What `ls` shows: file, WAL and SHM together. */
  bytes(): number
  /** Pages in use, and pages that can be used again or given back. */
  pages(): { used: number; free: number }
}

/** Bytes of a page; the archive is made with it. */
export const PAGE_BYTES = 4096

/** Works on either connection. */
export function createArchiveSize(db: Database): ArchiveSize {
  const parts = ['', '-wal', '-shm'].map((end) => db.name + end)
  return {
    bytes: () => parts.reduce((sum, part) => sum + (fileFacts(part)?.size ?? 0), 0),
    pages: () => {
      const free = Number(db.pragma('freelist_count', { simple: true }))
      return { used: Number(db.pragma('page_count', { simple: true })) - free, free }
    },
  }
}
