import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as v from 'valibot'
import { contract } from '@shared/contract'
import type { Condition, RunFilter } from '@shared/filter'
import { RUN_STATUSES } from '@shared/run'
import { VERBS } from '@shared/verbs'
import { matches, pageOf } from '@renderer/api/fake-archive'
import { createFake } from '@renderer/api/fake'
import { fakeOptions } from '@renderer/api/fake-options'
import { makeRuns } from '@renderer/api/fake-runs'

const END = Date.UTC(2026, 10, 23, 14, 12) * 1000
const runs = makeRuns(1, END, 900)
const filterOf = (conditions: Condition[]): RunFilter => ({
  sourceId: 1,
  tier: 'app',
  span: { fromUs: null, toUs: null },
  targetId: null,
  conditions,
})
const op = fc.constantFrom('is' as const, 'not' as const)
const condition: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({ field: fc.constant('status' as const), op, value: fc.constantFrom(...RUN_STATUSES) }),
  fc.record({ field: fc.constant('target' as const), op, value: fc.integer({ min: 1, max: 30 }) }),
  fc.record({ field: fc.constant('dependencyFailure' as const), op, value: fc.constant(true as const) }),
  fc.record({ field: fc.constant('text' as const), op, value: fc.constantFrom('light.kitchen', 'BOILER', 'x') }),
)
const conditions = fc.array(condition, { maxLength: 3 })

describe('the fake of the contract', () => {
  it('answers every verb', () => {
    const { api } = createFake(fakeOptions('?now=2026-11-23T14:12:00Z'))
    for (const verb of Object.keys(VERBS)) {
      const [group, name] = verb.split('.') as [keyof typeof api, string]
      expect((api[group] as Record<string, unknown>)[name], verb).toBeTypeOf('function')
    }
  })

  it('pages through everything once, in both directions, whatever the filter and the page size', () => {
    fc.assert(
      fc.property(conditions, fc.integer({ min: 1, max: 200 }), (chosen, limit) => {
        const filter = filterOf(chosen)
        const truth = runs.filter((run) => matches(run, filter)).map(({ id }) => id)
        const down: number[] = []
        let page = pageOf(runs, { filter, direction: 'older', from: null, limit })
        down.push(...page.rows.map(({ id }) => id))
        while (page.older !== null) {
          page = pageOf(runs, { filter, direction: 'older', from: page.older, limit })
          down.push(...page.rows.map(({ id }) => id))
        }
        expect(down).toEqual(truth.toReversed())

        const up: number[] = []
        let from = '1:0'
        for (;;) {
          const next = pageOf(runs, { filter, direction: 'newer', from, limit })
          expect(v.is(contract['runs.page'].input, { filter, direction: 'newer', from, limit })).toBe(true)
          if (next.rows.length === 0) break
          up.unshift(...next.rows.map(({ id }) => id))
          from = next.newer
        }
        expect(up).toEqual(truth.toReversed())
      }),
      { numRuns: 40 },
    )
  })

  it('holds alternatives of one field together, and takes away what is excluded', () => {
    const count = (...chosen: Condition[]): number => runs.filter((run) => matches(run, filterOf(chosen))).length
    const only = (value: number): Condition => ({ field: 'target', op: 'is', value })
    const depends: Condition = { field: 'dependencyFailure', op: 'is', value: true }
    expect(count(only(1), only(2))).toBe(count(only(1)) + count(only(2)))
    expect(count({ ...only(1), op: 'not' })).toBe(count() - count(only(1)))
    expect(count(depends)).toBeGreaterThan(0)
    expect(count({ field: 'text', op: 'is', value: 'dependencyresolution' })).toBe(count(depends))
    expect(count(depends, { ...depends, op: 'not' })).toBe(0)
  })

  it('is the same house each time', () => {
    expect(makeRuns(1, END, 50)).toEqual(makeRuns(1, END, 50))
  })
})
