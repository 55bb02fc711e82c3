import type { Fault, Home } from './home'
import { CHATTY, FLAVOURS, SCENARIO_US, successes, timelineOf, WARM_US } from './home'
import type { Timeline } from './play'
import { DAY, HOUR, MINUTE, SECOND } from './play'
import type { Random } from './random'
import { createRandom } from './random'

/** A scenario of alerts.md: what happens by chance, and what of it is a fault. */
export interface Scenario {
  name: string
  /** Nothing of it is worth an alert. */
  noise: boolean
  make(random: Random, flavour: number): Home
}

const END = SCENARIO_US
const FAULT = 1

/** When a fault of this scenario begins. */
function beginning(random: Random): number {
  return Math.round(WARM_US + random.between(0.3, 2.2) * DAY)
}

function failing(handler: number, moments: number[]): Home['failures'] {
  return moments.map((us) => [us, handler])
}

/** A home with one faulty handler, others that fail by themselves, and the fault's label. */
function faulty(
  random: Random,
  flavour: number,
  of: { moments: number[]; toUs: number; background?: Home['failures']; others?: number[] },
): Home {
  const { moments, toUs, background = [], others = [] } = of
  const label: Fault = { fromUs: moments[0] ?? toUs, toUs, handlers: [FAULT] }
  return {
    failures: [...background, ...failing(FAULT, moments)],
    successes: successes(random, flavour, others, { handler: FAULT, failures: moments }),
    faults: [label],
  }
}

function noisy(random: Random, failures: Home['failures'], restarts: number[] = []): Home {
  const handlers = [...new Set(failures.map(([, handler]) => handler))]
  return { failures, successes: successes(random, 0, handlers), restarts, faults: [] }
}

/** S1 to S12, judged by the table. */
export const SCENARIOS: Scenario[] = [
  {
    name: 'S1 quiet, then 1/min for 30 min',
    noise: false,
    make: (random, flavour) => {
      const at = beginning(random)
      const toUs = at + 30 * MINUTE
      return faulty(random, flavour, { moments: [at, ...random.moments(60, at, toUs)], toUs })
    },
  },
  {
    name: 'S2 6/h, then 60/h for 20 min',
    noise: false,
    make: (random, flavour) => {
      const at = beginning(random)
      const toUs = at + 20 * MINUTE
      const background = failing(CHATTY, random.moments(6, 0, END))
      return faulty(random, flavour, {
        moments: [at, ...random.moments(54, at, toUs)],
        toUs,
        background,
        others: [CHATTY],
      })
    },
  },
  {
    name: 'S3 8 to 20 failures after each start',
    noise: true,
    make: (random) => {
      const restarts: number[] = []
      const failures: Home['failures'] = []
      for (let at = 0.4 * DAY; at < END; at += 1.1 * DAY) {
        restarts.push(at)
        for (let n = random.whole(8, 19); n > 0; n--) {
          failures.push([Math.round(at + random.between(1, 25) * SECOND), random.whole(1, 8)])
        }
      }
      return noisy(random, failures, restarts)
    },
  },
  {
    name: 'S4 a job fails 3 times each hour',
    noise: true,
    make: (random) => {
      const failures: Home['failures'] = []
      for (let hour = 0; hour < END / HOUR; hour++) {
        for (let n = 0; n < 3; n++) failures.push([Math.round(hour * HOUR + random.between(0, 8) * SECOND), 3])
      }
      return noisy(random, failures)
    },
  },
  {
    name: 'S5 0.5/h, rising to 12/h over 6 h',
    noise: false,
    make: (random, flavour) => {
      const at = beginning(random)
      const moments = [1, 2, 3, 4, 5, 6].flatMap((step) =>
        random.moments(2 * step, at + (step - 1) * HOUR, at + step * HOUR),
      )
      const background = failing(CHATTY, random.moments(0.5, 0, END))
      return faulty(random, flavour, { moments, toUs: at + 6 * HOUR, background, others: [CHATTY] })
    },
  },
  {
    name: 'S6 a storm: 5/s for 5 min',
    noise: false,
    make: (random, flavour) => {
      const at = beginning(random)
      const toUs = at + 5 * MINUTE
      const background = failing(CHATTY, random.moments(1, 0, END))
      return faulty(random, flavour, { moments: random.moments(18_000, at, toUs), toUs, background, others: [CHATTY] })
    },
  },
  {
    name: 'S7 1.5 a day, single',
    noise: true,
    make: (random) =>
      noisy(
        random,
        random.moments(1.5 / 24, 0, END).map((us) => [us, random.whole(1, 29)]),
      ),
  },
  {
    name: 'S8 4/h by day, 0.2/h by night',
    noise: true,
    make: (random) => {
      const failures = Array.from({ length: END / DAY }, (_, day) => [
        ...random.moments(4, day * DAY + 7 * HOUR, day * DAY + 22 * HOUR),
        ...random.moments(0.2, day * DAY + 22 * HOUR, day * DAY + 31 * HOUR),
      ])
      return noisy(random, failing(CHATTY, failures.flat()))
    },
  },
  {
    name: 'S9 5 min on, 10 min off, 8 times',
    noise: false,
    make: (random, flavour) => {
      const at = beginning(random)
      const phase = (n: number) => at + n * 15 * MINUTE
      const moments = Array.from({ length: 8 }, (_, n) => random.moments(120, phase(n), phase(n) + 5 * MINUTE)).flat()
      return faulty(random, flavour, { moments, toUs: phase(7) + 5 * MINUTE })
    },
  },
  {
    name: 'S10 a handler each 15 min now always fails',
    noise: false,
    make: (random) => {
      const at = beginning(random)
      const due = (n: number, from: number) => Math.round(from + n * 15 * MINUTE + random.between(0, MINUTE))
      const moments = Array.from({ length: 16 }, (_, n) => due(n, at))
      const before = Array.from({ length: Math.floor(at / (15 * MINUTE)) }, (_, n) => due(n, 0))
      const home = faulty(random, 0, { moments, toUs: at + 4 * HOUR })
      return { ...home, successes: [...home.successes, ...failing(FAULT, before)] }
    },
  },
  {
    name: 'S11 clusters of 2 to 5, six a day',
    noise: true,
    make: (random) => {
      const failures = random
        .moments(6 / 24, 0, END)
        .flatMap((at) =>
          Array.from({ length: random.whole(2, 5) }, (): [number, number] => [
            Math.round(at + random.between(0, 90) * SECOND),
            random.whole(1, 29),
          ]),
        )
      return noisy(random, failures)
    },
  },
  {
    name: 'S12 a second fault, an hour into the first',
    noise: false,
    make: (random, flavour) => {
      const at = beginning(random)
      const [second, toUs] = [at + HOUR, at + 2 * HOUR]
      const later = random.moments(60, second, toUs)
      const home = faulty(random, flavour, { moments: random.moments(30, at, toUs), toUs })
      return {
        ...home,
        failures: [...home.failures, ...failing(4, later)],
        faults: [...home.faults, { fromUs: later[0] ?? second, toUs, handlers: [4] }],
      }
    },
  },
]

/** Beyond alerts.md: what shows why the engine does more than the plain rules. */
export const FURTHER_SCENARIOS: Scenario[] = [
  {
    name: 'a handler fails half its runs, always',
    noise: true,
    make: (random) => {
      const failures = failing(3, random.moments(2, 0, END))
      return noisy(random, failures)
    },
  },
  {
    name: 'a storm, and another fault the day after',
    noise: false,
    make: (random, flavour) => {
      const at = Math.round(WARM_US + random.between(0.3, 1) * DAY)
      const [first, second] = [at + 5 * MINUTE, at + DAY + 20 * MINUTE]
      const storm = random.moments(18_000, at, first)
      const home = faulty(random, flavour, { moments: storm, toUs: first })
      const later = random.moments(60, at + DAY, second)
      return {
        ...home,
        failures: [...home.failures, ...failing(4, later)],
        faults: [...home.faults, { fromUs: later[0] ?? second, toUs: second, handlers: [4] }],
      }
    },
  },
]

/** One play of a scenario; the flavour of its fault goes round with the seed. */
export function scenarioOf(scenario: Scenario, seed: number): { timeline: Timeline; faults: Fault[] } {
  const index = [...SCENARIOS, ...FURTHER_SCENARIOS].indexOf(scenario)
  const random = createRandom(1000 * index + seed)
  const home = scenario.make(random, seed % FLAVOURS.length)
  return { timeline: timelineOf(home, random), faults: home.faults }
}
