import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import type { Condition } from '@shared/filter'
import { RUN_STATUSES, TARGET_KINDS } from '@shared/run'
import { CONDITION_FIELDS, conditionsOf, deepLink, idOf, queryOf, rangeOf, tierOf } from '@renderer/lib/route-state'

const router = createRouter({
  history: createMemoryHistory(),
  routes: [{ path: '/:all(.*)*', component: { render: () => null } }],
})
/** A query after it went through an address. */
const travel = (query: ReturnType<typeof queryOf>) =>
  router.resolve(router.resolve({ path: '/history', query }).fullPath).query

const op = fc.constantFrom('is' as const, 'not' as const)
const condition: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({ field: fc.constant('status' as const), op, value: fc.constantFrom(...RUN_STATUSES) }),
  fc.record({ field: fc.constant('kind' as const), op, value: fc.constantFrom(...TARGET_KINDS) }),
  ...(['app', 'errorType', 'text'] as const).map((field) =>
    fc.record({ field: fc.constant(field), op, value: fc.string({ minLength: 1, maxLength: 200 }) }),
  ),
  fc.record({ field: fc.constant('target' as const), op, value: fc.integer({ min: 1 }) }),
  fc.record({ field: fc.constant('dependencyFailure' as const), op, value: fc.constant(true as const) }),
)
const byField = (list: readonly Condition[]): Condition[] =>
  CONDITION_FIELDS.flatMap((field) => list.filter((one) => one.field === field))

describe('the route and the filter', () => {
  it('says the same after a journey through an address', () => {
    fc.assert(
      fc.property(fc.array(condition, { maxLength: 12 }), (conditions) => {
        expect(conditionsOf(travel(queryOf(conditions)))).toEqual(byField(conditions))
      }),
    )
  })

  it('tells an app that begins with a sign of ours from an exclusion', () => {
    const odd: Condition[] = [
      { field: 'app', op: 'is', value: '!home' },
      { field: 'app', op: 'not', value: '=home' },
    ]
    expect(conditionsOf(travel(queryOf(odd)))).toEqual(odd)
  })

  it('leaves out what the contract does not know', () => {
    const nonsense = { kind: 'robot', app: '', target: ['0', 'x', '1e3'], dependencyFailure: 'false', text: '' }
    expect(conditionsOf({ status: ['failed', 'exploded', '!ok'], ...nonsense })).toEqual([
      { field: 'status', op: 'is', value: 'failed' },
      { field: 'status', op: 'not', value: 'ok' },
    ])
  })

  it('takes only a range, a tier and an id that are ones', () => {
    expect(rangeOf({ range: '6h' })).toBe('6h')
    expect(rangeOf({ range: 'soon' })).toBeNull()
    expect(rangeOf({})).toBeNull()
    expect(tierOf({ tier: 'all' })).toBe('all')
    expect(tierOf({ tier: ['framework', 'x'] })).toBe('framework')
    expect(tierOf({ tier: 'root' })).toBeNull()
    expect(idOf({ run: '1099511627777' }, 'run')).toBe(1_099_511_627_777)
    for (const bad of ['0', '-1', '1.5', '9999999999999999', 'x']) expect(idOf({ run: bad }, 'run')).toBeNull()
  })

  it('makes the link that opens it from outside', () => {
    expect(deepLink('/history?range=24h&run=7')).toBe('hassette-monitor://history?range=24h&run=7')
  })
})
