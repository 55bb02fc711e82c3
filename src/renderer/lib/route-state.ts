import type { LocationQuery, LocationQueryRaw, LocationQueryValue } from 'vue-router'
import * as v from 'valibot'
import type { Condition, TierChoice } from '@shared/filter'
import { conditionSchema, tierChoiceSchema } from '@shared/filter'
import { parseRange } from '@shared/range'

/** Fields in the order of their chips. */
export const CONDITION_FIELDS = [
  'status',
  'app',
  'kind',
  'target',
  'dependencyFailure',
  'errorType',
  'text',
] as const satisfies readonly Condition['field'][]

/** The filter conditions that a query holds; what does not fit the schema is left out. */
export function conditionsOf(query: LocationQuery): Condition[] {
  return CONDITION_FIELDS.flatMap((field) =>
    all(query[field]).flatMap((text) => {
      const op = text.startsWith('!') ? 'not' : 'is'
      const value = text.startsWith('!') || text.startsWith('=') ? text.slice(1) : text
      const parsed = v.safeParse(conditionSchema, { field, op, value: valueOf(field, value) })
      return parsed.success ? [parsed.output] : []
    }),
  )
}

/** The text of a query as the value of a field: a number, `true`, or the text itself. */
function valueOf(field: Condition['field'], text: string): string | number | boolean {
  if (field === 'target') return /^\d{1,16}$/.test(text) ? Number(text) : text
  return field === 'dependencyFailure' ? text === 'true' : text
}

/** The inverse: `status=failed&status=!ok`. A value that begins with a sign of ours gets a `=` before it. */
export function queryOf(conditions: readonly Condition[]): LocationQueryRaw {
  return Object.fromEntries(
    CONDITION_FIELDS.map((field) => {
      const texts = conditions
        .filter((condition) => condition.field === field)
        .map(({ op, value }) => (op === 'not' ? `!${value}` : `${value}`.replace(/^[!=]/, '=$&')))
      return [field, texts.length === 0 ? undefined : texts]
    }),
  )
}

/** Whether two conditions are one chip. */
export function sameCondition(a: Condition, b: Condition): boolean {
  return a.field === b.field && a.op === b.op && a.value === b.value
}

/** The range text of a query, when it is one. */
export function rangeOf(query: LocationQuery): string | null {
  const text = one(query['range'])
  return text !== null && text.length <= 60 && parseRange(text) !== null ? text : null
}

/** The tier of a query, when it is one. */
export function tierOf(query: LocationQuery): TierChoice | null {
  const parsed = v.safeParse(tierChoiceSchema, one(query['tier']))
  return parsed.success ? parsed.output : null
}

/** A positive whole number of a query (`run`, `source`). */
export function idOf(query: LocationQuery, name: string): number | null {
  const text = one(query[name])
  const id = text !== null && /^\d{1,16}$/.test(text) ? Number(text) : 0
  return Number.isSafeInteger(id) && id > 0 ? id : null
}

/** The first value of a name in a query. */
export function one(value: LocationQueryValue | LocationQueryValue[] | undefined): string | null {
  return all(value)[0] ?? null
}

/** The link that opens this view from outside. */
export function deepLink(fullPath: string): string {
  return `hassette-monitor://${fullPath.replace(/^\/+/, '')}`
}

function all(value: LocationQueryValue | LocationQueryValue[] | undefined): string[] {
  if (value === undefined) return []
  return (Array.isArray(value) ? value : [value]).filter((text) => text !== null)
}
