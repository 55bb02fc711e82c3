import { RUN_STATUSES } from '@shared/run'
import type { Condition, RunFilter } from '@shared/filter'
import * as fc from 'fast-check'
import { BEGIN_US } from '../support/synthetic'
import type { PlainRun } from './brute-force'

const op = fc.constantFrom('is', 'not')
const of = (field: Condition['field'], ...values: unknown[]) =>
  fc.record({ field: fc.constant(field), op, value: fc.constantFrom(...values) })

/** Every kind of condition, some of them about nothing that is there. */
const condition = fc.oneof(
  of('status', ...RUN_STATUSES),
  of('app', 'app_0', 'app_1', 'app_jobs', 'nobody'),
  of('kind', 'handler', 'job'),
  of('target', 1, 2, 3, 4, 99),
  of('errorType', 'ValueError', 'KeyError', 'ÜberlaufError', 'valueerror'),
  of('dependencyFailure', true),
  of('text', 'WRONG', 'tür_1', 'valueERROR', 'überlauf', '%', 'value 1', 'light.kitchen_2', 'happened'),
) as fc.Arbitrary<Condition>

const bound = fc.option(fc.integer({ min: -3_700_000_000, max: 200_000_000 }), { freq: 1 })

export const anyFilter: fc.Arbitrary<Omit<RunFilter, 'sourceId'>> = fc.record({
  tier: fc.constantFrom('app', 'framework', 'all'),
  span: fc.record({ fromUs: bound, toUs: bound }).map(({ fromUs, toUs }) => ({
    fromUs: fromUs === null ? null : BEGIN_US + fromUs,
    toUs: toUs === null ? null : BEGIN_US + toUs,
  })),
  targetId: fc.option(fc.integer({ min: 1, max: 6 }), { freq: 2 }),
  conditions: fc.array(condition, { maxLength: 3 }),
})

/** What a filter means, run by run. */
export function isWanted(run: PlainRun, { tier, span, targetId, conditions }: Omit<RunFilter, 'sourceId'>): boolean {
  if (tier !== 'all' && run.tier !== tier) return false
  if (span.fromUs !== null && run.startedUs < span.fromUs) return false
  if (span.toUs !== null && run.startedUs >= span.toUs) return false
  if (targetId !== null && run.targetId !== targetId) return false
  return FIELDS.every((field) => {
    const own = conditions.filter((each) => each.field === field)
    const alternatives = own.filter((each) => each.op === 'is')
    return (
      (alternatives.length === 0 || alternatives.some((each) => holds(run, each))) &&
      !own.some((each) => each.op === 'not' && holds(run, each))
    )
  })
}

const FIELDS = ['status', 'app', 'kind', 'target', 'errorType', 'dependencyFailure', 'text'] as const

function holds(run: PlainRun, { field, value }: Condition): boolean {
  if (field === 'text') {
    const text = value.toLowerCase()
    return [run.errorType, run.message].some((said) => said?.toLowerCase().includes(text))
  }
  const own = {
    status: RUN_STATUSES[run.status],
    app: run.appKey,
    kind: run.kind,
    target: run.targetId,
    errorType: run.errorType,
    dependencyFailure: (run.flags & 1) === 1,
  }
  return own[field] === value
}
