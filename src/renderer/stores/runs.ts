import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { RunFilter } from '@shared/filter'
import type { Problem } from '@shared/result'
import { toProblem } from '@shared/result'
import type { PageToken } from '@shared/run'
import { BEFORE_OLDEST, PAGE_SIZE } from '@shared/run'
import { useClient } from '../api/client'
import { EMPTY_WINDOW, windowAround, windowOf, windowRows, withNewer, withOlder } from '../lib/page-window'

type Direction = 'older' | 'newer'

/** The window on the history that the page in front shows. */
export const useRuns = defineStore('runs', () => {
  const client = useClient()
  const filter = ref<RunFilter | null>(null)
  const window = shallowRef(EMPTY_WINDOW)
  const loaded = ref(false)
  const busy = ref(false)
  const problem = ref<Problem | null>(null)
  /** New runs that match but are not in the list, since it must not move or is paused. They are all in the archive. */
  const waiting = ref(0)
  /** The run that was jumped to: it stands at the top of the list; null = the list begins at its newest run. */
  const anchor = ref<number | null>(null)
  /** Starts of the first and the last run that can be seen, microseconds; set by the table. */
  const sight = ref<{ newestUs: number; oldestUs: number } | null>(null)
  const rows = computed(() => windowRows(window.value))
  let turn = 0
  let loading: Direction | null = null
  /** Up to where runs were loaded or counted as waiting; what is newer is not known yet. */
  let tip: PageToken | null = null

  function page(direction: Direction, from: PageToken | null): ReturnType<typeof client.runs.page> {
    if (!filter.value) throw new Error('No filter was opened.')
    return client.runs.page({ filter: filter.value, direction, from, limit: PAGE_SIZE })
  }

  /** Begins anew at the newest run of a filter; the old rows stay until the new ones are there. */
  async function open(next: RunFilter): Promise<void> {
    const mine = ++turn
    filter.value = next
    busy.value = true
    loading = null
    try {
      const first = await page('older', null)
      if (mine !== turn) return
      anchor.value = null
      window.value = windowOf(first)
      tip = first.newer
      waiting.value = 0
      loaded.value = true
      problem.value = null
    } catch (thrown) {
      if (mine === turn) problem.value = toProblem(thrown)
    } finally {
      if (mine === turn) busy.value = false
    }
  }

  /**
   * Begins anew at a moment: the newest run that started before it stands first, what is newer is above it. The list is
   * whole as ever, and goes on in both directions.
   */
  async function jump(toUs: number): Promise<void> {
    if (!filter.value) return
    const mine = ++turn
    const next = { ...filter.value }
    busy.value = true
    loading = null
    try {
      const span = { ...next.span, toUs: Math.min(toUs, next.span.toUs ?? toUs) }
      const first = await client.runs.page({ filter: { ...next, span }, direction: 'older', from: null, limit: 1 })
      // Without an older neighbour, that run or none is the last of the list.
      const place = first.older ?? BEFORE_OLDEST
      const [above, below] = await Promise.all([page('newer', place), page('older', place)])
      if (mine !== turn) return
      filter.value = next
      anchor.value = first.rows[0]?.id ?? above.rows.at(-1)?.id ?? null
      window.value = windowAround(above, below)
      tip = window.value.atNewest ? above.newer : first.newer
      waiting.value = 0
      loaded.value = true
      problem.value = null
    } catch (thrown) {
      if (mine === turn) problem.value = toProblem(thrown)
    } finally {
      if (mine === turn) busy.value = false
    }
  }

  /** Loads the neighbour of the window; what is seen stays where it is. */
  function extend(direction: Direction): Promise<void> {
    return grow(direction, false)
  }

  /** Lets new runs come in at the top of a list that stands there. */
  function slideIn(): Promise<void> {
    return grow('newer', true)
  }

  async function grow(direction: Direction, slide: boolean): Promise<void> {
    const edge = direction === 'older' ? window.value.pages.at(-1)?.older : window.value.pages[0]?.newer
    if (loading !== null || busy.value || edge === null || edge === undefined) return
    const mine = turn
    loading = direction
    try {
      const next = await page(direction, edge)
      if (mine !== turn) return
      problem.value = null
      if (slide && next.rows.length === PAGE_SIZE && filter.value) {
        // More than a page came at once: the list stays at its top, and the rows between are paged for like all others.
        loading = null
        await open({ ...filter.value })
        return
      }
      window.value = direction === 'older' ? withOlder(window.value, next) : withNewer(window.value, next, slide)
      if (direction === 'newer' && window.value.atNewest) {
        tip = next.newer
        waiting.value = 0
      }
    } catch (thrown) {
      if (mine === turn) problem.value = toProblem(thrown)
    } finally {
      if (mine === turn) loading = null
    }
  }

  /** Counts what came since the last look without moving the window. */
  async function countNewer(): Promise<void> {
    for (;;) {
      const from = tip
      const mine = turn
      if (from === null || !filter.value) return
      const next = await page('newer', from).catch(() => null)
      // Meanwhile they may have been loaded.
      if (!next || mine !== turn || tip !== from) return
      tip = next.newer
      waiting.value += next.rows.length
      if (next.rows.length < PAGE_SIZE) return
    }
  }

  /** Forgets everything: another page or source is in front. */
  function clear(): void {
    turn++
    filter.value = null
    window.value = EMPTY_WINDOW
    loaded.value = false
    busy.value = false
    problem.value = null
    tip = null
    waiting.value = 0
    anchor.value = null
    sight.value = null
  }

  return {
    filter,
    window,
    rows,
    loaded,
    busy,
    problem,
    waiting,
    anchor,
    sight,
    open,
    jump,
    extend,
    slideIn,
    countNewer,
    clear,
  }
})
