import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { RunFilter } from '@shared/filter'
import type { Problem } from '@shared/result'
import { toProblem } from '@shared/result'
import type { PageToken } from '@shared/run'
import { PAGE_SIZE } from '@shared/run'
import { useClient } from '../api/client'
import { EMPTY_WINDOW, windowOf, windowRows, withNewer, withOlder } from '../lib/page-window'

type Direction = 'older' | 'newer'

/** The window on the history that the page in front shows. */
export const useRuns = defineStore('runs', () => {
  const client = useClient()
  const filter = ref<RunFilter | null>(null)
  const window = shallowRef(EMPTY_WINDOW)
  const loaded = ref(false)
  const busy = ref(false)
  const problem = ref<Problem | null>(null)
  /** New runs that match but are not in the list, since it is not at its top. */
  const waiting = ref({ count: 0, more: false })
  const rows = computed(() => windowRows(window.value))
  let turn = 0
  let loading: Direction | null = null

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
      window.value = windowOf(first)
      waiting.value = { count: 0, more: false }
      loaded.value = true
      problem.value = null
    } catch (thrown) {
      if (mine === turn) problem.value = toProblem(thrown)
    } finally {
      if (mine === turn) busy.value = false
    }
  }

  /** Loads the neighbour of the window; `slide` for new runs that come in while the list is at its top. */
  async function extend(direction: Direction, slide = false): Promise<void> {
    const edge = direction === 'older' ? window.value.pages.at(-1)?.older : window.value.pages[0]?.newer
    if (loading !== null || busy.value || edge === null || edge === undefined) return
    const mine = turn
    loading = direction
    try {
      const next = await page(direction, edge)
      if (mine !== turn) return
      window.value = direction === 'older' ? withOlder(window.value, next) : withNewer(window.value, next, slide)
      if (direction === 'newer') waiting.value = { count: 0, more: false }
      problem.value = null
    } catch (thrown) {
      if (mine === turn) problem.value = toProblem(thrown)
    } finally {
      if (mine === turn) loading = null
    }
  }

  /** Counts what is newer than the window without moving it. */
  async function countNewer(): Promise<void> {
    const edge = window.value.pages[0]?.newer
    if (edge === undefined || !window.value.atNewest) return
    const mine = turn
    const next = await page('newer', edge).catch(() => null)
    if (next && mine === turn) waiting.value = { count: next.rows.length, more: next.rows.length === PAGE_SIZE }
  }

  /** Forgets everything: another page or source is in front. */
  function clear(): void {
    turn++
    filter.value = null
    window.value = EMPTY_WINDOW
    loaded.value = false
    busy.value = false
    problem.value = null
    waiting.value = { count: 0, more: false }
  }

  return { filter, window, rows, loaded, busy, problem, waiting, open, extend, countNewer, clear }
})
