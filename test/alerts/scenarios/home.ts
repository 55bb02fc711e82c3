import type { Seen, Timeline } from './play'
import { DAY, HOUR, MINUTE, numbered, run, SECOND } from './play'
import type { Random } from './random'

/** The first import holds seven days; the three days after it are judged. */
export const WARM_US = 7 * DAY
export const SCENARIO_US = 10 * DAY
/** A Sunday, midnight UTC. */
export const EPOCH_US = 1_794_700_800 * SECOND

/** What is to be found: failures of these handlers between these times, microseconds since `EPOCH_US`. */
export interface Fault {
  fromUs: number
  toUs: number
  handlers: number[]
}

/** A made-up home: what fails when. Times in microseconds since `EPOCH_US`. */
export interface Home {
  failures: [us: number, handler: number][]
  successes: [us: number, handler: number][]
  /** Starts of Hassette after the first one. */
  restarts?: number[]
  faults: Fault[]
}

/** How the handler of a fault behaves; the detector must find each. */
export const FLAVOURS = ['never a success', 'fails always', 'succeeds in between'] as const

/** The handler of the scenarios that always fails a little. */
export const CHATTY = 2
/** Healthy handlers, whose runs say that somebody is there. */
const HEALTHY = [201, 202, 203]

/**
 * Successes of handlers every 20 to 40 minutes (of the one that always fails a little, every 2 to 4) over the whole time, less those of a fault while it lasts: by flavour
 * none at all, none during the fault, or as many as there are failures.
 */
export function successes(
  random: Random,
  flavour: number,
  others: number[],
  fault?: { handler: number; failures: number[] },
): Home['successes'] {
  const steady = (handler: number): Home['successes'] => {
    // What fails now and then all day runs often.
    const every = (handler === CHATTY ? random.between(2, 4) : random.between(20, 40)) * MINUTE
    const count = Math.floor(SCENARIO_US / every) - 1
    return Array.from({ length: count }, (_, i) => [Math.round(i * every + random.between(0, MINUTE)), handler])
  }
  const all = [...others, ...HEALTHY].flatMap((handler) => steady(handler))
  if (!fault || flavour === 0) return all
  const [from = 0, to = 0] = [fault.failures[0], fault.failures.at(-1)]
  const own = steady(fault.handler).filter(([us]) => us < from || us > to)
  if (flavour === 2) {
    for (const us of fault.failures) own.push([Math.round(us + random.between(1, 20) * SECOND), fault.handler])
  }
  return [...all, ...own]
}

/** A home as it is read: each run some time after its end, sessions at once. */
export function timelineOf(home: Home, random: Random): Timeline {
  const runs: [us: number, handler: number, failed: boolean][] = [
    ...home.failures.map(([us, handler]): [number, number, boolean] => [us, handler, true]),
    ...home.successes.map(([us, handler]): [number, number, boolean] => [us, handler, false]),
  ]
  runs.sort((a, b) => a[0] - b[0] || a[1] - b[1])
  const events: Seen[] = runs.map(([us, targetId, dependencyFailure]) => {
    const endUs = EPOCH_US + us
    // Stored by Hassette within five seconds.
    const visibleUs = Math.round(endUs + random.between(0.1, 5) * SECOND)
    return { visibleUs, event: run({ runId: 0, targetId, endUs, dependencyFailure }) }
  })
  const starts = [0, ...(home.restarts ?? [])]
  for (const [index, us] of starts.entries()) {
    const atUs = EPOCH_US + us
    if (index > 0) {
      events.push({ visibleUs: atUs, event: { kind: 'sessionEnded', sourceId: 1, atUs: atUs - 10 * SECOND } })
    }
    events.push({ visibleUs: atUs, event: { kind: 'sessionStarted', sourceId: 1, atUs } })
  }
  events.push({ visibleUs: EPOCH_US, event: { kind: 'source', sourceId: 1, name: 'Hassette', mode: 'live' } })
  return { events: numbered(events), beginUs: EPOCH_US + WARM_US, endUs: EPOCH_US + SCENARIO_US + HOUR }
}
