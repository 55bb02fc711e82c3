import type { HassetteState, SourceInfo } from '@shared/source'
import type { SourceSight } from '../archive/api'

/** What the alerts make of the sources' states. */
export interface Visibility {
  /** `nowUs` by our clock, which may be set; `elapsedMs` only goes forward. */
  of(sources: readonly SourceInfo[], nowUs: number, elapsedMs: number): SourceSight[]
  /** The machine slept: what is known of the sources is from before. */
  startOver(elapsedMs: number): void
}

/**
 * A source counts as blind once nothing was seen of it for so long while we looked: after a start or a sleep the first
 * look finds signs of life that are hours old.
 */
const LOOKED_MS = 60_000
/** Files are looked at every few seconds: so long after a sleep what happened meanwhile was read. */
const SETTLED_MS = 10_000
/** The alerts look oftener than this unless the machine slept or a clock was set, microseconds. */
const LEAP_US = 30_000_000

interface Dark {
  fromMs: number
  fromUs: number
}

/** What may be concluded: that it runs only when it was seen to, or a restart of ours would end what is told of it. */
function sureOf(hassette: HassetteState | null): HassetteState | null {
  return hassette?.kind === 'running' && !hassette.sure ? null : hassette
}

export function createVisibility(): Visibility {
  const dark = new Map<number, Dark>()
  let lastUs: number | null = null
  let settledMs = -Infinity

  const startOver = (elapsedMs: number): void => {
    dark.clear()
    settledMs = elapsedMs + SETTLED_MS
  }

  const sightOf = (source: SourceInfo, nowUs: number, elapsedMs: number): SourceSight['sight'] => {
    const { id, state, hassette, clockOffsetUs } = source
    if (state.kind !== 'stale' && state.kind !== 'failed') {
      dark.delete(id)
      // A copy is at its end when it was read; of a Hassette that lives more comes until it is watched.
      if (state.kind !== 'live' && state.kind !== 'up_to_date') return { kind: 'unknown' }
      return { kind: 'seen', caughtUp: elapsedMs >= settledMs, hassette: sureOf(hassette), clockOffsetUs }
    }
    const since = dark.get(id) ?? { fromMs: elapsedMs, fromUs: nowUs }
    dark.set(id, since)
    if (elapsedMs - since.fromMs < LOOKED_MS) return { kind: 'unknown' }
    const sinceUs = state.kind === 'stale' ? Math.round(state.sinceMs * 1000) : since.fromUs
    const { code, message } = state.problem
    return { kind: 'blind', sinceUs: Math.min(sinceUs, nowUs), problem: { code, message } }
  }

  return {
    startOver,
    of: (sources, nowUs, elapsedMs) => {
      if (lastUs !== null && nowUs - lastUs > LEAP_US) startOver(elapsedMs)
      lastUs = nowUs
      return sources
        .filter(({ id, removed }) => id > 0 && removed !== true)
        .map((source) => ({
          sourceId: source.id,
          name: source.name,
          mode: source.mode,
          sight: sightOf(source, nowUs, elapsedMs),
        }))
    },
  }
}
