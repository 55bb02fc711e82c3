import type { RunDetail, RunLogLine, RunSession } from '@shared/run'
import { DEPENDENCY_ERRORS, PLAIN_ERRORS } from './errors'
import type { HouseError } from './errors'
import type { HouseTarget } from './targets'
import { HOUSE_TARGETS } from './targets'

/** A run of the invented house, without what depends on its neighbours. */
export type HouseRun = Omit<RunDetail, 'previousRunId' | 'nextRunId' | 'strip'> & { finishedUs: number }

const STREAM = 2 ** 40
const SECOND = 1_000_000
const DAY = 86_400 * SECOND

/** A number for the nth run of a source that no other run of the house has. */
export function runId(sourceId: number, sequence: number): number {
  return STREAM * sourceId + sequence
}

/**
 * The lives of the invented Hassette, oldest first: one crashed, one was killed, one runs. Before them as many short ones
 * as are wanted, of which no run is kept.
 */
export function houseSessions(endUs: number, older = 0): RunSession[] {
  const first = endUs - 8 * DAY
  const before = Array.from({ length: older }, (_, place) => {
    const startedUs = first - (older - place) * 10_800 * SECOND
    return { id: 1000 + place, startedUs, endedUs: startedUs + 10_700 * SECOND, ending: 'clean' as const }
  })
  return [
    ...before,
    { id: 39, startedUs: first, endedUs: endUs - 6 * DAY, ending: 'crashed' },
    { id: 40, startedUs: endUs - 6 * DAY + 120 * SECOND, endedUs: endUs - 3 * DAY, ending: 'killed' },
    { id: 41, startedUs: endUs - 3 * DAY + 60 * SECOND, endedUs: null, ending: 'running' },
  ]
}

/** Makes runs one after another, oldest first, always the same for one seed. */
export function createRunMaker(sourceId: number, endUs: number, seed = sourceId) {
  const random = seededRandom(20_261_123 + seed)
  const sessions = houseSessions(endUs)
  const total = HOUSE_TARGETS.reduce((sum, target) => sum + target.weight, 0)

  function pick(): HouseTarget {
    let left = random() * total
    const found = HOUSE_TARGETS.find((target) => (left -= target.weight) < 0)
    return found ?? (HOUSE_TARGETS[0] as HouseTarget)
  }

  function outcome(
    target: HouseTarget,
    finishedUs: number,
  ): { status: HouseRun['status']; error: HouseError | null; dependency: boolean } {
    const dice = random()
    const one = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
    if (target.app === 'kitchen_lights' && target.name === 'motion' && finishedUs > endUs - 70 * 60 * SECOND) {
      return {
        status: 'failed',
        error: (DEPENDENCY_ERRORS[0] as (typeof DEPENDENCY_ERRORS)[0])(target),
        dependency: true,
      }
    }
    if (target.name === 'hall_motion' && target.index === 0 && dice < 0.03) {
      return { status: 'failed', error: one(DEPENDENCY_ERRORS)(target), dependency: true }
    }
    if (target.name === 'room_temp' && dice < 0.01) {
      return {
        status: 'timed_out',
        error: { type: 'TimeoutError', message: 'execution timed out', traceback: null },
        dependency: false,
      }
    }
    if (target.name === 'remind' && dice < 0.7) return { status: 'skipped', error: null, dependency: false }
    if (target.app === 'hall_lights' && dice < 0.06) return { status: 'cancelled', error: null, dependency: false }
    if (dice < 0.008) return { status: 'failed', error: one(PLAIN_ERRORS)(target), dependency: false }
    return { status: 'ok', error: null, dependency: false }
  }

  /** The run that finishes then. */
  return (sequence: number, finishedUs: number): HouseRun => {
    const target = pick()
    const { status, error, dependency } = outcome(target, finishedUs)
    const usual = Math.max(0.1, target.usualMs * Math.exp((random() - 0.45) * 1.5))
    const ms = status === 'timed_out' ? 30_000 : status === 'skipped' ? 0 : dependency ? 0.4 + random() * 0.4 : usual
    // Lately the boiler answers slowly.
    const slower = target.name === 'room_temp' && status === 'ok' && finishedUs > endUs - 0.8 * DAY ? 3 : 1
    const durationUs = Math.round(ms * 1000 * slower)
    const hex = sequence.toString(16).padStart(12, '0')
    const manual = random() < 0.003
    return {
      id: runId(sourceId, sequence),
      sourceId,
      targetId: target.id,
      kind: target.kind,
      tier: target.tier,
      appKey: target.app,
      instanceIndex: target.index,
      instanceCount: target.instances,
      targetName: target.name,
      startedUs: finishedUs - durationUs,
      finishedUs,
      durationUs,
      status,
      dependencyFailure: dependency,
      manual,
      threadLeaked: status === 'timed_out' && random() < 0.2,
      errorType: error?.type ?? null,
      errorLine: error?.message.split('\n')[0]?.slice(0, 200) ?? null,
      message: error?.message ?? null,
      traceback: error?.traceback ?? null,
      executionId: target.tier === 'app' ? `01934f0a-7c41-7e09-a000-${hex}` : null,
      contextId: target.kind === 'handler' ? `01KARC4M8Z${hex.toUpperCase()}9T2X` : null,
      origin: target.kind === 'handler' ? 'LOCAL' : null,
      logs: logsOf(target, status, error, finishedUs),
      session: sessions.find((session) => finishedUs < (session.endedUs ?? Infinity)) ?? null,
    }
  }
}

/** What Hassette logged during a run; kept for failed runs of apps. */
function logsOf(target: HouseTarget, status: HouseRun['status'], error: HouseError | null, atUs: number): RunLogLine[] {
  if (status !== 'failed' || !error || target.tier !== 'app') return []
  const logger = `apps.${target.app}`
  const lines: RunLogLine[] = [
    { atUs: atUs - 2000, level: 'DEBUG', logger, message: `on_${target.name} called`, error: null },
    {
      atUs,
      level: 'ERROR',
      logger: 'hassette.core.command_executor',
      message: `Handler error (topic=hass.event.state_changed.${target.entity ?? '*'}): ${error.message}`,
      error: error.traceback,
    },
  ]
  return target.name === 'poll_meter' ? [] : lines
}

/** Runs of eight days, denser towards the end, oldest first. */
export function makeRuns(sourceId: number, endUs: number, count: number, seed = sourceId): HouseRun[] {
  const make = createRunMaker(sourceId, endUs, seed)
  return Array.from({ length: count }, (_, place) => {
    const age = (1 - (place + 1) / count) ** 2
    return make(place + 1, Math.round(endUs - 4 * SECOND - age * 8 * DAY))
  })
}

/** A seeded generator of numbers in [0, 1): the same seed gives the same house. */
function seededRandom(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
