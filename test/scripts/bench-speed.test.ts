import { describe, expect, it } from 'vitest'
import type { Outcome } from '../bench/lib/goal'
import { slownessOf, speedWords, withSpeed } from '../bench/lib/speed'

const gate = (measured: string): Outcome => ({
  what: 'the brief’s gate: raw, p95',
  goal: '≤ 50.0 ms',
  measured,
  verdict: '**missed**: why',
})
const row = (goal: string, measured: string, verdict = '**missed**'): Outcome => ({
  what: 'x',
  goal,
  measured,
  verdict,
})

describe('the speed of a machine in the table of goals', () => {
  it('is that of the gate', () => {
    expect(slownessOf([row('≤ 1 ms', '2 ms'), gate('94.0 ms')])).toBe(2)
    expect(slownessOf([row('≤ 1 ms', '2 ms')])).toBeNull()
  })

  it.each<[string, string, boolean]>([
    ['≤ 5.00 ms', '9.90 ms', true],
    ['≤ 5.00 ms', '10.1 ms', false],
    ['≤ 60.0 s', '119 s', true],
    ['≥ 80.0 k runs/s', '40.1 k runs/s', true],
    ['≥ 80.0 k runs/s', '39.9 k runs/s', false],
    // No matter of speed.
    ['≤ 5.00 %', '9.00 %', false],
    ['≤ 0 targets', '1 targets', false],
  ])('%s, measured %s on a machine half as fast, is its fault: %s', (goal, measured, isFault) => {
    const [, judged] = withSpeed([gate('94.0 ms'), row(goal, measured)])
    expect(judged?.verdict.includes('on a machine 2.0 × slower')).toBe(isFault)
    expect(judged?.verdict.startsWith('**missed**')).toBe(true)
  })

  it('excuses neither the gate itself, nor anything on a machine that is as fast, and leaves what is met', () => {
    expect(withSpeed([gate('94.0 ms'), row('≤ 5.00 ms', '4.00 ms', 'met')]).map(({ verdict }) => verdict)).toEqual([
      '**missed**: why',
      'met',
    ])
    expect(withSpeed([gate('50.0 ms'), row('≤ 5.00 ms', '5.10 ms')])[1]?.verdict).toBe('**missed**')
    expect(speedWords([gate('50.0 ms')])).toBe('')
    expect(speedWords([gate('94.0 ms')])).toContain('**2.0 × slower**')
  })
})
