import { describe, expect, it } from 'vitest'
import { BENCHES, goalsOf, withGoals, withPart } from '../bench/lib/document'
import { judge, quantity } from '../bench/lib/goal'
import type { Goal } from '../bench/lib/goal'
import { figure, percentile } from '../bench/lib/measure'

const GOAL: Goal = { what: 'a page', unit: 'ms', bound: 'at most', limit: 30 }

describe('a goal', () => {
  it('is met up to its limit, and names the reason of a miss', () => {
    expect(judge(GOAL, 30)).toEqual({ what: 'a page', goal: '≤ 30.0 ms', measured: '30.0 ms', verdict: 'met' })
    expect(judge({ ...GOAL, why: 'it sorts' }, 30.1).verdict).toBe('**missed**: it sorts')
    const rate: Goal = { what: 'append', unit: 'runs/s', bound: 'at least', limit: 25_000 }
    expect(judge(rate, 25_000).verdict).toBe('met')
    expect(judge(rate, 24_999)).toMatchObject({ goal: '≥ 25.0 k runs/s', verdict: '**missed**' })
  })

  it('is no goal without a measurement', () => {
    expect(() => judge(GOAL, NaN)).toThrow('nothing was measured of "a page"')
    expect(percentile([], 0.95)).toBeNaN()
  })

  it('is told in few digits', () => {
    expect([0, 0.123, 1.234, 99.94, 512.7].map(figure)).toEqual(['0', '0.12', '1.23', '99.9', '513'])
    expect([quantity(0.9764, ''), quantity(512, '×')]).toEqual(['0.98', '512 ×'])
  })
})

it('percentiles are values that were measured, by the nearest rank', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index)
  expect([0, 0.5, 0.95, 1].map((share) => percentile(hundred, share))).toEqual([1, 50, 95, 100])
  expect(percentile([3, 1, 2], 0.95)).toBe(3)
})

describe('the document', () => {
  const outcome = (what: string) => ({ what, goal: '≤ 1 ms', measured: '2 ms', verdict: '**missed**: slow' })
  const orderOf = (text: string) => [...text.matchAll(/<!-- (\w+): begin -->/g)].map(([, name]) => name)

  it('has the table of goals first and the parts in their order, whatever was measured first', () => {
    let text = '# Benchmarks\n'
    for (const name of [...BENCHES].reverse()) {
      text = withGoals(withPart(text, name, `## ${name}`), name, [outcome(`what ${name} does`)])
    }
    expect(orderOf(text)).toEqual(['summary', ...BENCHES])
    expect(goalsOf(text).map(({ bench }) => bench)).toEqual(BENCHES)
    expect(text.startsWith('# Benchmarks\n')).toBe(true)
  })

  it('replaces the part and the rows of one bench, and leaves the others alone', () => {
    let text = withGoals(withPart('# B\n', 'gate', 'old'), 'gate', [outcome('a'), outcome('b')])
    text = withGoals(withPart(text, 'week', 'a week'), 'week', [{ ...outcome('c'), verdict: 'met' }])
    expect(text).toContain('1 of 3 are met')
    const again = withGoals(withPart(text, 'gate', 'new'), 'gate', [{ ...outcome('a'), verdict: 'met' }])
    expect(goalsOf(again)).toEqual([
      { ...outcome('a'), verdict: 'met', bench: 'gate' },
      { ...outcome('c'), verdict: 'met', bench: 'week' },
    ])
    expect(again).toContain('2 of 2 are met')
    expect([again.includes('old'), again.includes('new'), again.includes('a week')]).toEqual([false, true, true])
    expect(orderOf(again)).toEqual(['summary', 'gate', 'week'])
  })

  it('reads its table again after it was laid out with spaces', () => {
    const text = withGoals('# B\n', 'gate', [outcome('a')])
    const wide = text.replace('| a |', '| a          |').replaceAll('| --- |', '| ------ |')
    expect(goalsOf(wide)).toEqual([{ ...outcome('a'), bench: 'gate' }])
  })
})
