import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import type { AppInfo, Input } from '@shared/contract'
import type { Problem } from '@shared/result'
import { toProblem } from '@shared/result'
import type { ArchiveState } from '@shared/source'
import { useClient } from '../api/client'

/** State of the archive, and facts about the app. */
export const useArchive = defineStore('archive', () => {
  const client = useClient()
  const state = ref<ArchiveState>({ kind: 'opening' })
  const info = ref<AppInfo | null>(null)
  /** Why the way out that was tried last did not work: here, since the archive is opened again after each. */
  const refused = ref<{ way: Input<'archive.repair'>; problem: Problem } | null>(null)
  const ready = computed(() => state.value.kind === 'ready')

  /** Reads both and follows the state from now on. */
  async function start(): Promise<void> {
    client.events.archiveState((next) => {
      state.value = next
      if (next.kind !== 'ready') return
      refused.value = null
      // Another archive may be behind it now.
      void refresh()
    })
    client.events.trayChanged((tray) => {
      if (info.value) info.value = { ...info.value, tray }
    })
    const [stateNow, infoNow] = await Promise.all([client.archive.state(), client.app.info()])
    state.value = stateNow
    info.value = infoNow
  }

  /** Reads the facts again; they change when the sample is left or another archive is opened. */
  async function refresh(): Promise<void> {
    info.value = await client.app.info().catch(() => info.value)
  }

  /** Opens the archive again after it failed. */
  async function retry(): Promise<void> {
    refused.value = null
    state.value = await client.archive.retry()
  }

  /** Takes a way out of an archive that cannot be used; what comes of it is in `state` or `refused`. */
  async function repair(way: Input<'archive.repair'>): Promise<void> {
    refused.value = null
    try {
      state.value = await client.archive.repair(way)
      await refresh()
    } catch (thrown) {
      const problem = toProblem(thrown)
      // Whoever closes the choice of a file knows that nothing was chosen.
      if (problem.code !== 'cancelled') refused.value = { way, problem }
    }
  }

  return { state, info, refused, ready, start, refresh, retry, repair }
})
