import { defineStore } from 'pinia'
import { ref } from 'vue'
import type { RunFilter } from '@shared/filter'
import { useClient } from '../api/client'

const COUNTING_AFTER_MS = 300

/** How many runs the list in front holds; the rows never wait for it. */
export const useRunCount = defineStore('run-count', () => {
  const client = useClient()
  /** Null until it is counted. */
  const runs = ref<number | null>(null)
  /** Counting takes long enough to be worth a word. */
  const slow = ref(false)
  let turn = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  /** Counts; `anew` when the filter is another one, so that the old figure would be wrong. Never fails aloud. */
  async function count(filter: RunFilter, anew: boolean): Promise<void> {
    const mine = ++turn
    if (anew) runs.value = null
    clearTimeout(timer)
    slow.value = false
    timer = setTimeout(() => (slow.value = runs.value === null), COUNTING_AFTER_MS)
    const counted = await client.runs.count({ filter, ticket: 'history' }).catch(() => null)
    if (mine !== turn) return
    clearTimeout(timer)
    slow.value = false
    if (counted) runs.value = counted.runs
  }

  /** Forgets the figure; an answer on its way is not heard any more. */
  function clear(): void {
    turn++
    clearTimeout(timer)
    slow.value = false
    runs.value = null
  }

  return { runs, slow, count, clear }
})
