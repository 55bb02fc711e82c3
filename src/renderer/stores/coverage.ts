import { defineStore } from 'pinia'
import { ref } from 'vue'
import type { Span } from '@shared/filter'
import { useClient } from '../api/client'
import { createAnswer } from '../lib/answer'
import { useView } from './view'

/** What is known of the range, for the line under the top bar. */
export const useCoverage = defineStore('coverage', () => {
  const client = useClient()
  const view = useView()
  /** The span that was asked for last. */
  const span = ref<Span>({ fromUs: null, toUs: null })
  const answer = createAnswer((sourceId: number) =>
    client.coverage.get({ sourceId, tier: view.tier, span: span.value }),
  )

  /** Asks anew. */
  async function load(): Promise<void> {
    if (view.sourceId === null) return
    const { fromUs, toUs } = view.spanNow()
    span.value = { fromUs, toUs: toUs ?? view.endUs }
    await answer.load(view.sourceId)
  }

  return { span, answer, load, clear: answer.clear }
})
