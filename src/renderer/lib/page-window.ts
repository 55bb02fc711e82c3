import type { RunPage, RunRow } from '@shared/run'
import { PAGE_SIZE } from '@shared/run'

/** How many pages a window keeps: enough to scroll without a gap, few enough to stay small. */
export const MAX_PAGES = 6

/** A stretch of the history, newest first: neighbouring keyset pages, the far end dropped when it grows too long. */
export interface PageWindow {
  pages: readonly RunPage[]
  /** The first page reaches the newest run we know of. */
  atNewest: boolean
  /** Rows that lie above the first one because they were dropped; falls when they are loaded again. Moves the scroll. */
  offset: number
}

/** A window on nothing yet. */
export const EMPTY_WINDOW: PageWindow = { pages: [], atNewest: false, offset: 0 }

/** A window that begins with the newest page. */
export function windowOf(page: RunPage): PageWindow {
  return { pages: [page], atNewest: true, offset: 0 }
}

/** A window around a place in the history: the page above it and the one below. */
export function windowAround(newer: RunPage, older: RunPage): PageWindow {
  return { pages: [newer, older], atNewest: newer.rows.length < PAGE_SIZE, offset: 0 }
}

/** All rows, newest first. */
export function windowRows(window: PageWindow): RunRow[] {
  return window.pages.flatMap((page) => page.rows)
}

/** Adds the older neighbour and drops pages from the newer end. */
export function withOlder(window: PageWindow, page: RunPage, maxPages = MAX_PAGES): PageWindow {
  const pages = [...window.pages, page]
  const dropped = pages.splice(0, Math.max(0, pages.length - maxPages))
  return {
    pages,
    atNewest: window.atNewest && dropped.length === 0,
    offset: window.offset + countRows(dropped),
  }
}

/**
 * Adds the newer neighbour and drops pages from the older end. `slide` = the rows come in at the top of a list that
 * stands at its top, so what is seen moves down; otherwise the offset falls and what is seen stays.
 */
export function withNewer(window: PageWindow, page: RunPage, slide: boolean, maxPages = MAX_PAGES): PageWindow {
  const first = window.pages[0]
  // Live runs come a few at a time: they join the first page, so that six pages stay 1 200 rows.
  const joined =
    first && first.rows.length + page.rows.length <= PAGE_SIZE
      ? [{ rows: [...page.rows, ...first.rows], older: first.older, newer: page.newer }, ...window.pages.slice(1)]
      : [page, ...window.pages]
  return {
    pages: joined.slice(0, maxPages),
    atNewest: page.rows.length < PAGE_SIZE,
    offset: slide ? window.offset : window.offset - page.rows.length,
  }
}

function countRows(pages: readonly RunPage[]): number {
  return pages.reduce((sum, page) => sum + page.rows.length, 0)
}
