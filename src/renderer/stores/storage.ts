import { defineStore } from 'pinia'
import { ref } from 'vue'
import type { Problem } from '@shared/result'
import { toProblem } from '@shared/result'
import type { RetentionLogRow, StorageInfo } from '@shared/storage'
import { useClient } from '../api/client'

/** Entries of the log that are read at first, and at most. */
const SOME = 12
const MOST = 500

/** The figures of the archive's file and what was done to it. */
export const useStorage = defineStore('storage', () => {
  const client = useClient()
  const info = ref<StorageInfo | null>(null)
  const problem = ref<Problem | null>(null)
  /** Newest first; null until they are read. */
  const log = ref<RetentionLogRow[] | null>(null)
  const logProblem = ref<Problem | null>(null)
  /** There may be older entries than those read. */
  const more = ref(false)
  const busy = ref(false)
  let turn = 0
  let wanted = SOME

  /** Reads both; what was read before stays until the new is there. */
  async function load(): Promise<void> {
    const mine = ++turn
    busy.value = true
    const [figures, entries] = await Promise.allSettled([client.storage.info(), client.storage.log({ limit: wanted })])
    if (mine !== turn) return
    busy.value = false
    if (figures.status === 'fulfilled') info.value = figures.value
    problem.value = figures.status === 'fulfilled' ? null : toProblem(figures.reason)
    if (entries.status === 'fulfilled') {
      log.value = entries.value
      more.value = entries.value.length === wanted && wanted < MOST
    }
    logProblem.value = entries.status === 'fulfilled' ? null : toProblem(entries.reason)
  }

  /** Reads all of the log that is kept to be shown. */
  function loadAll(): Promise<void> {
    wanted = MOST
    return load()
  }

  /** Forgets everything: another archive is in front. */
  function clear(): void {
    turn++
    info.value = null
    log.value = null
    problem.value = null
    logProblem.value = null
    busy.value = false
    wanted = SOME
  }

  return { info, problem, log, logProblem, more, busy, load, loadAll, clear }
})
