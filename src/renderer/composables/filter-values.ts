import * as v from 'valibot'
import type { Condition } from '@shared/filter'
import { conditionSchema } from '@shared/filter'
import { FIELD_WORD } from '@shared/names'
import { RUN_STATUSES, TARGET_KINDS } from '@shared/run'
import { conditionLabel } from '../lib/condition-words'
import { useRuns } from '../stores/runs'
import { useTargets } from '../stores/targets'
import { useView } from '../stores/view'
import { useTargetNames } from './target-names'

const MAX_HITS = 60

/** The values that a filter can pick from: the fixed ones, and what the tables and the loaded rows hold. */
export function useFilterValues(conditions: () => readonly Condition[]) {
  const targets = useTargets()
  const runs = useRuns()
  const view = useView()
  const nameOf = useTargetNames()

  /**
   * Values of a field as *is* conditions; none for text, which is only typed. Once they are counted, those that the runs
   * have, most first, and what is chosen; the few fixed ones stay in their order.
   */
  function valuesOf(field: Condition['field'], counts: ReadonlyMap<string | number, number> | null): Condition[] {
    const known = knownOf(field)
    if (!counts || field === 'status' || field === 'kind') return known
    const chosen = conditions().flatMap((one) => (one.field === field ? [one.value] : []))
    const missing = chosen.filter((value) => typeof value !== 'boolean' && !counts.has(value))
    return [...counts.keys(), ...missing].flatMap((value) => {
      const parsed = v.safeParse(conditionSchema, { field, op: 'is', value })
      return parsed.success ? [parsed.output] : []
    })
  }

  /** Values of a field that are known without asking. */
  function knownOf(field: Condition['field']): Condition[] {
    switch (field) {
      case 'status':
        return RUN_STATUSES.map((value) => ({ field, op: 'is', value }))
      case 'kind':
        return TARGET_KINDS.map((value) => ({ field, op: 'is', value }))
      case 'app':
        return targets.apps
          .filter((app) => view.tier === 'all' || app.tier === view.tier)
          .map((app) => ({ field, op: 'is', value: app.appKey }))
      case 'target':
        return [...(targets.rows?.handler ?? []), ...(targets.rows?.job ?? [])].map(({ id }) => ({
          field,
          op: 'is',
          value: id,
        }))
      case 'dependencyFailure':
        return [{ field, op: 'is', value: true }]
      case 'errorType':
        return errorTypes().map((value) => ({ field, op: 'is', value }))
      case 'text':
        return []
    }
  }

  /** What the loaded rows hold, and what is chosen already: that would vanish from the rows by being excluded. */
  function errorTypes(): string[] {
    const chosen = conditions().flatMap((one) => (one.field === 'errorType' ? [one.value] : []))
    const loaded = runs.rows.flatMap(({ errorType }) => errorType ?? [])
    return [...new Set([...chosen, ...loaded])].sort()
  }

  /** Values of any field whose name or words hold the text; what is not found can still be text of the error. */
  function matching(fields: readonly Condition['field'][], query: string): Condition[] {
    const wanted = query.trim().toLowerCase()
    const hits = fields.flatMap((field) =>
      knownOf(field).filter((value) =>
        `${FIELD_WORD[field]} ${conditionLabel(value, nameOf)}`.toLowerCase().includes(wanted),
      ),
    )
    const asText: Condition[] = fields.includes('text') ? [{ field: 'text', op: 'is', value: query.trim() }] : []
    return [...hits.slice(0, MAX_HITS), ...asText]
  }

  return { valuesOf, matching }
}
