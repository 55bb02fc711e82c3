import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import type { AlertsStatus, BlindSource, Incident } from '@shared/alert'
import type { Problem } from '@shared/result'
import { toProblem } from '@shared/result'
import { useClient } from '../api/client'

/** What the alerts are doing now: open incidents of all sources, what is not watched, whether notifications come. */
export const useAlerts = defineStore('alerts', () => {
  const client = useClient()
  const status = ref<AlertsStatus | null>(null)
  const problem = ref<Problem | null>(null)
  const open = computed<Incident[]>(() => status.value?.open ?? [])
  const blind = computed<BlindSource[]>(() => status.value?.blind ?? [])
  let turn = 0

  /** Follows the alerts from now on. */
  function start(): void {
    client.events.alertsChanged((next) => {
      // What was asked for before is older than this.
      turn++
      status.value = next
      problem.value = null
    })
  }

  /** Reads them; possible once the archive is ready. */
  async function load(): Promise<void> {
    const mine = ++turn
    try {
      const next = await client.alerts.status()
      if (mine !== turn) return
      status.value = next
      problem.value = null
    } catch (thrown) {
      if (mine === turn) problem.value = toProblem(thrown)
    }
  }

  return { status, problem, open, blind, start, load }
})
