import { defineStore } from 'pinia'
import { ref } from 'vue'
import type { Problem } from '@shared/result'
import { toProblem } from '@shared/result'
import type { StorageWork, WorkDone, WorkKind } from '@shared/storage'
import { useClient } from '../api/client'

/** How a piece of work ended: as its answer says, or refused before it began. */
export type WorkEnd = { kind: WorkKind; done: WorkDone } | { kind: WorkKind; problem: Problem }

/** Long work on the archive, begun here or by the app itself; shown wherever one is. */
export const useStorageWork = defineStore('storage-work', () => {
  const client = useClient()
  const work = ref<StorageWork | null>(null)
  /** How the work that was begun here last ended; null when that was not yet, or was seen. */
  const end = ref<WorkEnd | null>(null)

  /** Follows the work from now on. */
  function start(): void {
    client.events.storageWork((next) => {
      work.value = next
    })
    // Without an archive there is no work.
    client.storage.work().then(
      (now) => (work.value = now),
      () => undefined,
    )
  }

  /** Begins work and waits for its end. */
  async function run(kind: WorkKind, begin: () => Promise<WorkDone>): Promise<void> {
    end.value = null
    try {
      end.value = { kind, done: await begin() }
    } catch (thrown) {
      const problem = toProblem(thrown)
      // Whoever closes the choice of a file knows that nothing was chosen.
      if (problem.code !== 'cancelled') end.value = { kind, problem }
    }
  }

  /** Asks for the end of what goes on. */
  async function cancel(): Promise<void> {
    await client.storage.cancel().catch(() => undefined)
  }

  return { work, end, start, run, cancel }
})
