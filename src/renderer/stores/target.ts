import { defineStore } from 'pinia'
import { ref } from 'vue'
import type { Problem } from '@shared/result'
import { toProblem } from '@shared/result'
import type { TargetDetail } from '@shared/target'
import { useClient } from '../api/client'
import { useView } from './view'

/** The handler or job whose page is open, counted over the range. */
export const useTarget = defineStore('target', () => {
  const client = useClient()
  const view = useView()
  const detail = ref<TargetDetail | null>(null)
  const busy = ref(false)
  const problem = ref<Problem | null>(null)
  let turn = 0

  /** Loads a target; one that was shown before stays until the answer is there. */
  async function show(targetId: number): Promise<void> {
    const mine = ++turn
    if (detail.value?.id !== targetId) detail.value = null
    busy.value = true
    try {
      const next = await client.targets.get({ targetId, span: view.spanNow() })
      if (mine !== turn) return
      detail.value = next
      problem.value = null
    } catch (thrown) {
      if (mine === turn) problem.value = toProblem(thrown)
    } finally {
      if (mine === turn) busy.value = false
    }
  }

  return { detail, busy, problem, show }
})
