import type { FailureInput, ParentsInput, RunInput, TargetInput } from '@main/archive/batch'
import { createRandom } from '../../alerts/scenarios/random'
import { madeParents, madeRun, madeSession, madeTarget } from '../../support/synthetic'

/** Who runs in a made-up home. */
export interface Mix {
  handlers: number
  jobs: number
  /** Handlers of the framework, and their share of all runs. */
  framework: number
  frameworkShare: number
}

export const MIXES = {
  /** App runs, and one handler that runs once a day. */
  home: { handlers: 50, jobs: 20, framework: 0, frameworkShare: 0 },
  /** Nearly all are rows of the framework. */
  firehose: { handlers: 50, jobs: 20, framework: 20, frameworkShare: 0.95 },
  /** What the size rule has to choose from. */
  both: { handlers: 50, jobs: 20, framework: 20, frameworkShare: 0.5 },
  /** A long Handlers table. */
  handlers: { handlers: 120, jobs: 0, framework: 0, frameworkShare: 0 },
} as const satisfies Record<string, Mix>

/** Runs of a home in order of their ends. */
export interface MadeHome {
  parents: ParentsInput
  /** The next run; it ends then, microseconds. */
  next(endUs: number): RunInput
}

const DAY_US = 86_400_000_000
/** Of all: failed 2.2 %, timed out 0.3 %, cancelled 0.2 %, skipped 0.3 %. */
const OUTCOMES: readonly [status: number, below: number][] = [
  [1, 0.022],
  [2, 0.025],
  [3, 0.027],
  [4, 0.03],
]
const CAUSES = 12

/** `sessions`: starts in microseconds; each ends where the next one begins. */
export function madeHome(mix: Mix, sessions: readonly number[], seed = 1): MadeHome {
  const random = createRandom(seed)
  const chance = (): number => random.between(0, 1)
  const app = [
    ...numbers(1, mix.handlers).map((id) => madeTarget(id, { appKey: `app_${id % 10}` })),
    ...numbers(mix.handlers + 1, mix.jobs).map((id) => madeTarget(id, { ...JOB, appKey: `app_${id % 10}` })),
  ]
  const framework = numbers(mix.handlers + mix.jobs + 1, mix.framework).map((id) =>
    madeTarget(id, { tier: 'framework', appKey: '__hassette__' }),
  )
  // The last handler is not chosen by chance: it runs once a day.
  const daily = app[mix.handlers - 1]
  const often = chooser(app.filter((target) => target !== daily))
  const choose = { app: often, framework: framework.length > 0 ? chooser(framework) : often }
  let nth = 0
  let day = Math.floor((sessions[0] ?? 0) / DAY_US)

  const targetAt = (endUs: number): TargetInput => {
    const today = Math.floor(endUs / DAY_US)
    if (daily && today > day) {
      day = today
      return daily
    }
    return choose[chance() < mix.frameworkShare ? 'framework' : 'app'](chance())
  }

  return {
    parents: madeParents(
      [...app, ...framework],
      sessions.map((startedUs, index) => {
        const stoppedUs = sessions[index + 1] ?? null
        const ending = stoppedUs === null ? 'running' : 'clean'
        return madeSession(index + 1, { startedUs, stoppedUs, ending, heartbeatUs: stoppedUs ?? startedUs })
      }),
    ),
    next: (endUs) => {
      nth++
      const { foreignId, kind, tier } = targetAt(endUs)
      const drawn = chance()
      const status = OUTCOMES.find(([, below]) => drawn < below)?.[0] ?? 0
      // Many short ones, some of seconds.
      const durationUs = status === 4 ? 0 : Math.round(200 * (1 + (foreignId % 7)) * Math.exp(5 * chance() ** 2))
      const ids = `${timeDigits(endUs)}-7${(nth % 4096).toString(16).padStart(3, '0')}-a000-`
      const serial = nth.toString(16).padStart(12, '0')
      return madeRun(nth, {
        kind,
        tier,
        foreignTargetId: foreignId,
        foreignSessionId: sessions.findLastIndex((startedUs) => startedUs <= endUs) + 1,
        startedUs: endUs - durationUs,
        durationUs,
        status,
        executionId: ids + serial,
        contextId: kind === 'handler' ? `${ids}f${serial.slice(1)}` : null,
        failure: status === 1 || status === 2 ? failureOf(foreignId, nth) : null,
      })
    },
  }
}

const JOB = {
  kind: 'job',
  topic: null,
  scheduleType: 'interval',
  scheduleLabel: 'every',
  scheduleDetail: '300s',
} as const

/** Chooses by a number in [0, 1): the nth most frequent runs 1/n as often as the first (Zipf). */
function chooser(targets: readonly TargetInput[]): (chance: number) => TargetInput {
  const [first] = targets
  if (!first) throw new Error('nobody to choose from')
  const whole = targets.reduce((sum, _, index) => sum + 1 / (index + 1), 0)
  let sum = 0
  const upTo = targets.map((_, index) => (sum += 1 / (index + 1) / whole))
  return (chance) => targets[upTo.findIndex((end) => chance < end)] ?? first
}

/** No two messages are the same, as entity ids and values make them in homes; every target has two causes. */
function failureOf(target: number, nth: number): FailureInput {
  const cause = (target + (nth % 2)) % CAUSES
  const frame = (file: string, line: number, name: string): string =>
    `  File "/app/apps/${file}", line ${line}, in ${name}\n    await self.step()\n`
  return {
    errorType: ['TimeoutError', 'ValueError', 'KeyError', 'OSError'][cause % 4] ?? null,
    message: `step ${'abcdefghijkl'[cause] ?? ''} of light.kitchen_${nth % 50} with ${nth} gave no answer`,
    traceback: `Traceback (most recent call last):\n${frame(`app_${target}.py`, cause, 'on_change')}${frame('lib.py', 12, 'step')}OSError: no answer\n`,
  }
}

/** The first two groups of a UUIDv7: its time. */
function timeDigits(us: number): string {
  const digits = Math.floor(us / 1000)
    .toString(16)
    .padStart(12, '0')
  return `${digits.slice(0, 8)}-${digits.slice(8)}`
}

function numbers(from: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => from + index)
}
