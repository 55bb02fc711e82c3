import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import type { TierCounts } from '@shared/contract'
import type { Problem } from '@shared/result'
import { toProblem } from '@shared/result'
import type { TargetKind } from '@shared/run'
import { TARGET_KINDS } from '@shared/run'
import type { AppRow, TargetRow } from '@shared/target'
import { useClient } from '../api/client'
import { isFailing } from '../lib/target-list'
import { useView } from './view'

/** Handlers and jobs of the source, counted over the range; both kinds, since the sidebar counts the failing ones. */
export const useTargets = defineStore('targets', () => {
  const client = useClient()
  const view = useView()
  const rows = ref<Record<TargetKind, TargetRow[]> | null>(null)
  const apps = ref<AppRow[]>([])
  const counts = ref<TierCounts | null>(null)
  const busy = ref(false)
  const problem = ref<Problem | null>(null)
  let turn = 0

  const failing = computed<Record<TargetKind, number>>(() => ({
    handler: rows.value?.handler.filter(isFailing).length ?? 0,
    job: rows.value?.job.filter(isFailing).length ?? 0,
  }))

  /** Loads everything anew; old rows stay until the new ones are there. */
  async function load(): Promise<void> {
    const sourceId = view.sourceId
    if (sourceId === null) return
    const mine = ++turn
    const span = view.spanNow()
    busy.value = true
    try {
      const [handler, job, appRows, tierCounts] = await Promise.all([
        ...TARGET_KINDS.map((kind) => client.targets.list({ sourceId, kind, tier: view.tier, span })),
        client.apps.list({ sourceId }),
        client.runs.countByTier({ sourceId, span }),
      ] as [Promise<TargetRow[]>, Promise<TargetRow[]>, Promise<AppRow[]>, Promise<TierCounts>])
      if (mine !== turn) return
      rows.value = { handler, job }
      apps.value = appRows
      counts.value = tierCounts
      problem.value = null
    } catch (thrown) {
      if (mine === turn) problem.value = toProblem(thrown)
    } finally {
      if (mine === turn) busy.value = false
    }
  }

  /** Forgets the rows of another source. */
  function clear(): void {
    rows.value = null
    counts.value = null
    apps.value = []
  }

  return { rows, apps, counts, busy, problem, failing, load, clear }
})
