import type { Condition } from '@shared/filter'
import { passes, passesAll } from './passes'

/** What a filter wants of the errors of runs. */
export interface WantedErrors {
  /** Runs without an error are not wanted. */
  failuresOnly: boolean
  /** The messages are needed to tell. */
  texts: boolean
  /** Both are null for a run without an error: nothing can be said of it, so it is only ever taken by a `not`. */
  matches(errorType: string | null, message: string | null): boolean
}

/** Null when the conditions say nothing of errors. */
export function wantedErrors(conditions: readonly Condition[]): WantedErrors | null {
  const ofType = conditions.filter((condition) => condition.field === 'errorType')
  const ofText = conditions
    .filter((condition) => condition.field === 'text')
    .map(({ op, value }) => ({ op, value: value.toLowerCase() }))
  if (ofType.length + ofText.length === 0) return null
  return {
    failuresOnly: [...ofType, ...ofText].some((condition) => condition.op === 'is'),
    texts: ofText.length > 0,
    matches: (errorType, message) => {
      if (!passes<string | null>(ofType, errorType)) return false
      if (ofText.length === 0) return true
      const said = [errorType, message].flatMap((each) => (each === null ? [] : [each.toLowerCase()]))
      return passesAll(ofText, (text) => said.some((each) => each.includes(text)))
    },
  }
}
