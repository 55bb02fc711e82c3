import { describe, expect, it } from 'vitest'
import type { TargetRow } from '@shared/target'
import type { TargetFilter } from '@renderer/lib/target-list'
import type { SortKey } from '@renderer/lib/target-list'
import { isFailing, listTargets, parseSort } from '@renderer/lib/target-list'

const NONE: TargetFilter = { text: '', apps: [], failingOnly: false, gone: false }
const ATTENTION = { key: 'attention', descending: true } as const

function row(name: string, change: Partial<TargetRow> = {}): TargetRow {
  return {
    id: name.length,
    kind: 'handler',
    tier: 'app',
    appKey: 'hall',
    appName: null,
    instanceIndex: 0,
    instanceCount: 1,
    name,
    trigger: 'light.porch changes',
    state: 'active',
    runs: 10,
    failed: 0,
    dependencyFailures: 0,
    timedOut: 0,
    cancelled: 0,
    skipped: 0,
    p50Us: null,
    p95Us: null,
    missed: null,
    spark: { runs: [], failed: [] },
    before: null,
    strip: '',
    last: { runId: 1, startedUs: 1000, status: 'ok', dependencyFailure: false },
    ...change,
  }
}
const failedNow = { runId: 1, startedUs: 5, status: 'failed', dependencyFailure: true } as const
const names = (rows: TargetRow[]): string[] => rows.map(({ name }) => name)

describe('the order of handlers and jobs', () => {
  const rows = [
    row('fine', { last: { runId: 1, startedUs: 9000, status: 'ok', dependencyFailure: false } }),
    row('failed once', { failed: 1 }),
    row('broken', { failed: 3, last: failedNow }),
    row('fine too'),
    row('gone and broken', { state: 'retired', last: failedNow }),
    row('never ran', { last: null }),
  ]

  it('puts what fails now first, then what failed in the range, then the most recent; the gone last', () => {
    expect(names(listTargets(rows, { ...NONE, gone: true }, ATTENTION))).toEqual([
      'broken',
      'failed once',
      'fine',
      'fine too',
      'never ran',
      'gone and broken',
    ])
  })

  it('turns round, and keeps a fixed order among equals', () => {
    const up = names(listTargets(rows, NONE, { key: 'name', descending: false }))
    expect(names(listTargets(rows, NONE, { key: 'name', descending: true }))).toEqual(up.toReversed())
    const equal = [row('b'), row('a'), row('c')]
    expect(names(listTargets(equal, NONE, { key: 'failed', descending: true }))).toEqual(['a', 'b', 'c'])
    expect(names(listTargets(equal.toReversed(), NONE, { key: 'failed', descending: false }))).toEqual(['a', 'b', 'c'])
  })

  it.each([
    ['attention', { failed: 0 }, { failed: 1 }],
    ['name', { name: 'a' }, { name: 'b' }],
    ['app', { appKey: 'attic' }, { appKey: 'cellar' }],
    ['app', { instanceIndex: 0 }, { instanceIndex: 1 }],
    ['trigger', { trigger: 'every 5 min' }, { trigger: 'every 30 min' }],
    ['runs', { runs: 9 }, { runs: 10 }],
    ['failed', { failed: 9 }, { failed: 10 }],
    ['dependency', { dependencyFailures: 9 }, { dependencyFailures: 10 }],
    ['timed', { timedOut: 9 }, { timedOut: 10 }],
    ['missed', { missed: null }, { missed: 0 }],
    ['missed', { missed: 9 }, { missed: 10 }],
    ['skipped', { skipped: 9 }, { skipped: 10 }],
    ['p50', { p50Us: null }, { p50Us: 0 }],
    ['p50', { p50Us: 9 }, { p50Us: 10 }],
    ['p95', { p95Us: null }, { p95Us: 0 }],
    ['p95', { p95Us: 9 }, { p95Us: 10 }],
    ['last', { last: null }, { last: { runId: 1, startedUs: 1, status: 'ok', dependencyFailure: false } }],
    [
      'last',
      { last: { runId: 2, startedUs: 9, status: 'ok', dependencyFailure: false } },
      { last: { runId: 1, startedUs: 10, status: 'ok', dependencyFailure: false } },
    ],
  ] satisfies [SortKey, Partial<TargetRow>, Partial<TargetRow>][])('by %s: %j before %j', (key, less, more) => {
    const [low, high] = [row('same', { id: 1, ...less }), row('same', { id: 2, ...more })]
    for (const given of [
      [low, high],
      [high, low],
    ]) {
      expect(listTargets(given, NONE, { key, descending: false }).map(({ id }) => id)).toEqual([1, 2])
      expect(listTargets(given, NONE, { key, descending: true }).map(({ id }) => id)).toEqual([2, 1])
    }
  })

  it('sorts intervals by their figure', () => {
    const jobs = ['every 30 min', 'every 5 min'].map((trigger) => row(trigger, { trigger }))
    expect(names(listTargets(jobs, NONE, { key: 'trigger', descending: false }))).toEqual([
      'every 5 min',
      'every 30 min',
    ])
  })

  it('does not count what is gone as failing', () => {
    expect(rows.filter(isFailing).map(({ name }) => name)).toEqual(['broken'])
  })
})

describe('what the table leaves out', () => {
  const rows = [
    row('motion', { appKey: 'kitchen', last: failedNow }),
    row('idle', { timedOut: 1 }),
    row('door', { trigger: 'cover.garage changes' }),
    row('lux', { state: 'retired' }),
  ]

  it('finds every word in name, app or trigger', () => {
    expect(names(listTargets(rows, { ...NONE, text: 'GARAGE hall' }, ATTENTION))).toEqual(['door'])
    expect(listTargets(rows, { ...NONE, text: 'garage kitchen' }, ATTENTION)).toEqual([])
  })

  it('keeps the failing and those with failures or time-outs in the range', () => {
    expect(names(listTargets(rows, { ...NONE, failingOnly: true }, ATTENTION))).toEqual(['motion', 'idle'])
  })

  it('keeps the chosen apps, and the gone only on demand', () => {
    expect(names(listTargets(rows, { ...NONE, apps: ['kitchen'] }, ATTENTION))).toEqual(['motion'])
    expect(names(listTargets(rows, NONE, ATTENTION))).not.toContain('lux')
    expect(names(listTargets(rows, { ...NONE, gone: true }, ATTENTION))).toContain('lux')
  })
})

describe('a sort in the route', () => {
  it.each([
    ['failed', { key: 'failed', descending: false }],
    ['-runs', { key: 'runs', descending: true }],
    ['nonsense', null],
    ['', null],
    [null, null],
  ])('%j', (text, sort) => expect(parseSort(text)).toEqual(sort))
})
