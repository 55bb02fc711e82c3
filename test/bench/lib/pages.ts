import { setTimeout as delay } from 'node:timers/promises'
import type { ArchiveClient } from '@main/archive/client'
import type { RunFilter } from '@shared/filter'

/** Between two pages: as somebody who scrolls without a rest, milliseconds. */
const PAUSE_MS = 15

/** Somebody who scrolls through History, from the newest run on and again; answers how long each page took, milliseconds. */
export function scrollHistory(client: Pick<ArchiveClient, 'read'>, sourceId: number): () => Promise<number[]> {
  const filter: RunFilter = {
    sourceId,
    tier: 'all',
    span: { fromUs: null, toUs: null },
    targetId: null,
    conditions: [],
  }
  const times: number[] = []
  let going = true
  const scroll = async (): Promise<void> => {
    for (let from: string | null = null, nth = 0; going; nth++) {
      const began = performance.now()
      const page = await client.read['runs.page']({ filter, direction: 'older', from, limit: 50 })
      times.push(performance.now() - began)
      if (page.rows.length === 0) throw new Error('History is empty')
      from = nth % 20 === 19 ? null : page.older
      await delay(PAUSE_MS)
    }
  }
  const scrolling = scroll()
  // Whoever ends it hears of the error.
  scrolling.catch(() => undefined)
  return async () => {
    going = false
    await scrolling
    return times
  }
}
