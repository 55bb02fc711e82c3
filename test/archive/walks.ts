import { createRecentLists } from '@archive/derived'
import { createBlocks, createDirectory, createRunRows, runsPage } from '@archive/queries'
import type { RunFilter } from '@shared/filter'
import type { RunPage } from '@shared/run'
import type { Database } from 'better-sqlite3'
import { expect } from 'vitest'
import { CONTEXT } from '../support/archive'

type Ask = (input: { direction: 'older' | 'newer'; from: string | null; limit: number }) => Promise<RunPage>

/** Asks for pages of one list. */
export function asker(db: Database, filter: RunFilter): Ask {
  const directory = createDirectory(db)
  const parts = {
    blocks: createBlocks(db),
    directory,
    recent: createRecentLists(db),
    rowOf: createRunRows(db, directory),
  }
  return (input) => runsPage(parts, { filter: { ...filter, conditions: [...filter.conditions] }, ...input }, CONTEXT)
}

/** Every page from the newest on; `between` is called after each. */
export async function walkOlder(
  ask: Ask,
  limit: number,
  between: (nth: number) => void = () => undefined,
): Promise<RunPage[]> {
  const pages: RunPage[] = []
  let from: string | null = null
  do {
    const page: RunPage = await ask({ direction: 'older', from, limit })
    expect(page.rows.length).toBeLessThanOrEqual(limit)
    if (page.older !== null) expect(page.rows).toHaveLength(limit)
    pages.push(page)
    from = page.older
    between(pages.length)
  } while (from !== null)
  return pages
}

/** Every page from a place on towards the newest; `between` is called after each. */
export async function walkNewer(
  ask: Ask,
  start: string,
  limit: number,
  between: (nth: number) => void = () => undefined,
): Promise<RunPage[]> {
  const pages: RunPage[] = []
  let from = start
  for (;;) {
    const page = await ask({ direction: 'newer', from, limit })
    if (page.rows.length === 0) return pages
    pages.push(page)
    from = page.newer
    between(pages.length)
  }
}

export function rowIds(page: RunPage): number[] {
  return page.rows.map((row) => row.id)
}
