import { describe, expect, it } from 'vitest'
import { judge, precision, recall, together } from './scenarios/judge'
import { MINUTE, play, SECOND } from './scenarios/play'
import type { Scenario } from './scenarios/scenarios'
import { SCENARIOS, scenarioOf } from './scenarios/scenarios'

/** Six of each: every flavour twice. */
const SEEDS = [0, 1, 2, 3, 4, 5]

function verdictOf(scenario: Scenario) {
  return together(
    SEEDS.map((seed) => {
      const { timeline, faults } = scenarioOf(scenario, seed)
      return judge(play(timeline).told, faults)
    }),
  )
}

const verdicts = new Map(SCENARIOS.map((scenario) => [scenario, verdictOf(scenario)]))

describe.each(SCENARIOS)('$name', (scenario) => {
  const verdict = verdicts.get(scenario)!

  it(scenario.noise ? 'tells nothing' : 'tells every fault', () => {
    expect(verdict.faults > 0).toBe(!scenario.noise)
    expect(recall(verdict)).toBe(1)
    if (scenario.noise) expect(verdict.falseAlarms).toBe(0)
  })

  it('tells at most twice of an incident', () => {
    for (const notices of verdict.noticesPerIncident) expect(notices).toBeLessThanOrEqual(2)
  })
})

describe('all of them', () => {
  const delaysOf = (name: string) => {
    const scenario = SCENARIOS.find((each) => each.name.startsWith(`${name} `))!
    return [...verdicts.get(scenario)!.delays].sort((a, b) => a - b)
  }

  it('tell little that is wrong', () => {
    expect(precision(together([...verdicts.values()]))).toBeGreaterThanOrEqual(0.95)
  })

  it('tell a storm within 15 s, and one failure a minute within 5 min by the median', () => {
    expect(delaysOf('S6').at(-1)).toBeLessThanOrEqual(15 * SECOND)
    const quiet = delaysOf('S1')
    expect(quiet[Math.floor(quiet.length / 2)]).toBeLessThanOrEqual(5 * MINUTE)
  })
})
