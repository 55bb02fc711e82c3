import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import type { AppInfo } from '@shared/contract'
import type { ArchiveState } from '@shared/source'
import { useClient } from '../api/client'

/** State of the archive, and facts about the app that never change while it runs. */
export const useArchive = defineStore('archive', () => {
  const client = useClient()
  const state = ref<ArchiveState>({ kind: 'opening' })
  const info = ref<AppInfo | null>(null)
  const ready = computed(() => state.value.kind === 'ready')

  /** Reads both and follows the state from now on. */
  async function start(): Promise<void> {
    client.events.archiveState((next) => {
      state.value = next
    })
    const [stateNow, infoNow] = await Promise.all([client.archive.state(), client.app.info()])
    state.value = stateNow
    info.value = infoNow
  }

  /** Opens the archive again after it failed. */
  async function retry(): Promise<void> {
    state.value = await client.archive.retry()
  }

  return { state, info, ready, start, retry }
})
