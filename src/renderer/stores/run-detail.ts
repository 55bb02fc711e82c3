import { defineStore } from 'pinia'
import { ref } from 'vue'
import type { Problem } from '@shared/result'
import { toProblem } from '@shared/result'
import type { RunDetail } from '@shared/run'
import { useClient } from '../api/client'

/** The run in the inspector. */
export const useRunDetail = defineStore('run-detail', () => {
  const client = useClient()
  const run = ref<RunDetail | null>(null)
  const busy = ref(false)
  const problem = ref<Problem | null>(null)
  let turn = 0
  let asked: number | null = null

  /** Loads a run; the one before stays until it is there. Null empties the inspector. */
  async function show(runId: number | null): Promise<void> {
    const mine = ++turn
    asked = runId
    problem.value = null
    busy.value = runId !== null
    if (runId === null) {
      run.value = null
      return
    }
    try {
      const detail = await client.runs.get({ runId })
      if (mine === turn) run.value = detail
    } catch (thrown) {
      if (mine !== turn) return
      run.value = null
      problem.value = toProblem(thrown)
    } finally {
      if (mine === turn) busy.value = false
    }
  }

  /** Asks again for the run that could not be read. */
  function retry(): Promise<void> {
    return show(asked)
  }

  return { run, busy, problem, show, retry }
})
