import type { RunInput } from '@main/archive/batch'
import { describe, expect, it } from 'vitest'
import { createDayTruth } from '../bench/lib/day-truth'
import { madeHome, MIXES } from '../bench/lib/mix'
import { BEGIN_US, madeRun } from '../support/synthetic'

const DAY_US = 86_400_000_000
const RUNS = 40_000
const DAYS = 4

function runsOf(mix: keyof typeof MIXES, sessions = [BEGIN_US]): RunInput[] {
  const home = madeHome(MIXES[mix], sessions)
  return Array.from({ length: RUNS }, (_, index) =>
    home.next(BEGIN_US + Math.round(((index + 1) * DAYS * DAY_US) / RUNS)),
  )
}

const share = (runs: RunInput[], which: (run: RunInput) => boolean) => runs.filter(which).length / runs.length

describe('a home that benches make up', () => {
  it('has few targets that run often, one that runs once a day, and 2.5 % failures with their texts', () => {
    const runs = runsOf('home')
    const counts = new Map<number, number>()
    for (const { foreignTargetId: id } of runs) counts.set(id, (counts.get(id) ?? 0) + 1)
    const sorted = [...counts.values()].sort((a, b) => b - a)
    expect(sorted).toHaveLength(70)
    // Zipf: the first runs twice as often as the second, and ten times as often as the tenth.
    expect(sorted[0]! / sorted[1]!).toBeCloseTo(2, 0)
    expect(sorted[0]! / sorted[9]!).toBeGreaterThan(8)
    expect(counts.get(MIXES.home.handlers)).toBe(DAYS)
    const failed = share(runs, ({ failure }) => failure !== null)
    expect(failed).toBeGreaterThan(0.022)
    expect(failed).toBeLessThan(0.028)
    expect(new Set(runs.flatMap(({ failure }) => failure?.message ?? [])).size).toBe(failed * RUNS)
    expect(share(runs, ({ kind }) => kind === 'job')).toBeGreaterThan(0.05)
  })

  it('tells runs in order of their ends, each in the session that went on then, with ids of their own', () => {
    const runs = runsOf('home', [BEGIN_US, BEGIN_US + DAY_US])
    const ends = runs.map(({ startedUs, durationUs }) => startedUs + durationUs)
    expect(ends).toEqual(ends.toSorted((a, b) => a - b))
    expect(runs.map(({ foreignSessionId }) => foreignSessionId)).toEqual(
      ends.map((endUs) => (endUs < BEGIN_US + DAY_US ? 1 : 2)),
    )
    expect(new Set(runs.map(({ executionId }) => executionId)).size).toBe(RUNS)
    expect(runs[0]!.executionId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(parseInt(runs[0]!.executionId!.replace('-', '').slice(0, 12), 16)).toBe(Math.floor(ends[0]! / 1000))
  })

  it('is a firehose of the framework, where asked for', () => {
    expect(share(runsOf('firehose'), ({ tier }) => tier === 'framework')).toBeCloseTo(0.95, 2)
    expect(share(runsOf('home'), ({ tier }) => tier === 'framework')).toBe(0)
  })
})

it('the truth of a day counts what started on it, and durations of ok and failed runs', () => {
  const truth = createDayTruth(BEGIN_US)
  const at = (startedUs: number, status: number, durationUs: number) =>
    truth.add(madeRun(1, { foreignTargetId: 7, startedUs, status, durationUs }))
  at(BEGIN_US - 1, 0, 1)
  at(BEGIN_US, 0, 5)
  at(BEGIN_US + 1, 1, 3)
  at(BEGIN_US + 2, 2, 1000)
  at(BEGIN_US + 3, 3, 1000)
  at(BEGIN_US + DAY_US - 1, 4, 0)
  at(BEGIN_US + DAY_US, 1, 1)
  expect(truth.rows()).toEqual([
    { target: 7, n: 5, failed: 1, timedOut: 1, cancelled: 1, skipped: 1, minUs: 3, maxUs: 5 },
  ])
})
