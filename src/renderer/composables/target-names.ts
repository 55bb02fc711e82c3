import { computed } from 'vue'
import { targetLabel } from '../lib/condition-words'
import { useRunDetail } from '../stores/run-detail'
import { useRuns } from '../stores/runs'
import { useTargets } from '../stores/targets'

/** Names of handlers and jobs by id, from whatever is loaded: the tables, the rows, the run in the inspector. */
export function useTargetNames(): (targetId: number) => string | null {
  const targets = useTargets()
  const runs = useRuns()
  const detail = useRunDetail()
  const known = computed(() => {
    const rows = [...(targets.rows?.handler ?? []), ...(targets.rows?.job ?? [])]
    return new Map(rows.map((row) => [row.id, targetLabel(row)]))
  })
  return (targetId) => {
    const name = known.value.get(targetId)
    if (name !== undefined) return name
    const run = [detail.run, ...runs.rows].find((one) => one?.targetId === targetId)
    return run ? targetLabel({ ...run, name: run.targetName }) : null
  }
}
