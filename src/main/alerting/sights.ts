import { alertWords } from '@shared/messages-alerts'
import type { SourceInfo, SourceState } from '@shared/source'
import type { SourceSight } from '../archive/alerts-api'

/** What the alerts make of the sources' states. */
export interface Sights {
  /** `nowUs` by our clock; `elapsedMs` only goes forward. */
  of(sources: readonly SourceInfo[], nowUs: number, elapsedMs: number): SourceSight[]
  /** The machine slept: what looks blind may only need a moment. */
  startOver(): void
}

/**
 * A source counts as blind once nothing was seen of it for so long while we looked: after a start or a sleep the first
 * look finds signs of life that are hours old.
 */
const LOOKED_MS = 60_000

interface Dark {
  fromMs: number
  fromUs: number
}

export function createSights(): Sights {
  const dark = new Map<number, Dark>()

  const sightOf = (id: number, state: SourceState, nowUs: number, elapsedMs: number): SourceSight['sight'] => {
    if (state.kind !== 'stale' && state.kind !== 'failed') {
      dark.delete(id)
      return seenOf(state)
    }
    const since = dark.get(id) ?? { fromMs: elapsedMs, fromUs: nowUs }
    dark.set(id, since)
    if (elapsedMs - since.fromMs < LOOKED_MS) return { kind: 'unknown' }
    const sinceUs = state.kind === 'stale' ? state.sinceMs * 1000 : since.fromUs
    return { kind: 'blind', sinceUs: Math.min(sinceUs, nowUs), reason: alertWords.blindReason(state.problem.message) }
  }

  return {
    of: (sources, nowUs, elapsedMs) =>
      sources
        .filter(({ id, removed }) => id > 0 && removed !== true)
        .map(({ id, name, mode, state }) => ({
          sourceId: id,
          name,
          mode,
          sight: sightOf(id, state, nowUs, elapsedMs),
        })),
    startOver: () => dark.clear(),
  }
}

/** A copy is at its end when it was read; of a Hassette that lives more comes until it is watched. */
function seenOf(state: SourceState): SourceSight['sight'] {
  if (state.kind === 'live' || state.kind === 'up_to_date') return { kind: 'seen', caughtUp: true }
  return { kind: 'unknown' }
}
