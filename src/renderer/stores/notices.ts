import { defineStore } from 'pinia'
import { computed } from 'vue'
import type { AlertNotification } from '@shared/alert-notification'
import { useClient } from '../api/client'
import { createAnswer } from '../lib/answer'

/** As many as the archive hands out: whether an open incident was told is found among them. */
const MOST = 200

/** The newest notifications, also those that were not shown. */
export const useNotices = defineStore('notices', () => {
  const client = useClient()
  const answer = createAnswer((limit: number) => client.alerts.notifications({ limit }))
  const rows = computed<readonly AlertNotification[]>(() => answer.data ?? [])

  /** Asks anew. */
  function load(): Promise<void> {
    return answer.load(MOST)
  }

  return { answer, rows, load, clear: answer.clear }
})
