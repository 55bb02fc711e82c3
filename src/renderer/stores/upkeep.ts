import { defineStore } from 'pinia'
import { ref } from 'vue'
import type { Problem } from '@shared/result'
import { toProblem } from '@shared/result'
import type { HassetteFacts } from '@shared/source'
import { useClient } from '../api/client'

/** A look at the file of a source. */
export interface SourceLook {
  busy: boolean
  facts: HassetteFacts | null
  problem: Problem | null
}

/** What the files of sources hold now, and what can be done with a source. */
export const useUpkeep = defineStore('upkeep', () => {
  const client = useClient()
  const looks = ref(new Map<number, SourceLook>())

  /** Looks at a source's file; what was seen before stays until then. True when it can be read. */
  async function look(sourceId: number): Promise<boolean> {
    const before = looks.value.get(sourceId)
    looks.value.set(sourceId, { facts: before?.facts ?? null, problem: null, busy: true })
    try {
      const facts = await client.sources.examine({ sourceId })
      looks.value.set(sourceId, { facts, problem: null, busy: false })
      return true
    } catch (thrown) {
      looks.value.set(sourceId, { facts: null, problem: toProblem(thrown), busy: false })
      return false
    }
  }

  /** Forgets what was seen: another archive is in front. */
  function clear(): void {
    looks.value.clear()
  }

  return { looks, look, clear }
})
