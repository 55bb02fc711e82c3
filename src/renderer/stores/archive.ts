import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import type { AppInfo, Input } from '@shared/contract'
import type { ArchiveState } from '@shared/source'
import { useClient } from '../api/client'

/** State of the archive, and facts about the app. */
export const useArchive = defineStore('archive', () => {
  const client = useClient()
  const state = ref<ArchiveState>({ kind: 'opening' })
  const info = ref<AppInfo | null>(null)
  const ready = computed(() => state.value.kind === 'ready')

  /** Reads both and follows the state from now on. */
  async function start(): Promise<void> {
    client.events.archiveState((next) => {
      state.value = next
      // Another archive may be behind it now.
      if (next.kind === 'ready') void refresh()
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
    state.value = await client.archive.retry()
  }

  /** Takes a way out of an archive that cannot be used. */
  async function repair(way: Input<'archive.repair'>): Promise<void> {
    state.value = await client.archive.repair(way)
    await refresh()
  }

  return { state, info, ready, start, refresh, retry, repair }
})
