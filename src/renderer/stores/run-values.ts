import { defineStore } from 'pinia'
import type { Input } from '@shared/contract'
import type { Condition, RunFilter } from '@shared/filter'
import { useClient } from '../api/client'
import { createAnswer } from '../lib/answer'

const COUNTED = ['status', 'app', 'kind', 'target', 'errorType'] as const satisfies Input<'runs.values'>['field'][]
type CountedField = (typeof COUNTED)[number]

/** Whether the values of a field can be counted. */
export function isCounted(field: Condition['field'] | null): field is CountedField {
  return COUNTED.some((known) => known === field)
}

/** Which values of a field the runs of the list have, and how many runs each: as its other conditions leave them. */
export const useRunValues = defineStore('run-values', () => {
  const client = useClient()
  const answer = createAnswer(async ({ filter, field }: { filter: RunFilter; field: CountedField }) => {
    const { values } = await client.runs.values({ filter, field, ticket: 'values' })
    return { field, runs: new Map(values.map(({ value, runs }) => [value, runs])) }
  })
  return { answer }
})
