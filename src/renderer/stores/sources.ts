import { defineStore } from 'pinia'
import { ref } from 'vue'
import type { Problem } from '@shared/result'
import { toProblem } from '@shared/result'
import type { SourceInfo } from '@shared/source'
import { useClient } from '../api/client'

/** All Hassettes of the archive. Which one is shown is the route's business (`view`). */
export const useSources = defineStore('sources', () => {
  const client = useClient()
  const list = ref<SourceInfo[]>([])
  const loaded = ref(false)
  const problem = ref<Problem | null>(null)

  /** Follows the sources from now on. */
  function start(): void {
    client.events.sourcesChanged((next) => {
      list.value = next
      loaded.value = true
      problem.value = null
    })
  }

  /** Reads them; possible once the archive is ready. */
  async function load(): Promise<void> {
    try {
      list.value = await client.sources.list()
      loaded.value = true
      problem.value = null
    } catch (thrown) {
      problem.value = toProblem(thrown)
    }
  }

  /** Reads a source again that failed, or goes on with one that was stopped. */
  async function retry(sourceId: number): Promise<void> {
    await client.sources.retry({ sourceId })
  }

  /** Stops the reading of a source; `retry` goes on where it stopped. */
  async function cancel(sourceId: number): Promise<void> {
    await client.sources.cancel({ sourceId })
  }

  return { list, loaded, problem, start, load, retry, cancel }
})
