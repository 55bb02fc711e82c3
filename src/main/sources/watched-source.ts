import type { SourceInfo, SourceState } from '@shared/source'
import type { KnownSource } from '../archive/api'
import type { Clock } from '../util/clock'
import { HassetteWatch } from './hassette-state'
import { unknownSource } from './planned-source'
import type { PlannedSource } from './planned-source'

/** A source of this run, and what is going on with it. */
export interface WatchedSource {
  planned: PlannedSource
  /** Other files in which the same Hassette was found. */
  otherPaths: string[]
  /** Archive id; a negative one while the source could not be added (a missing file, say). */
  id: number
  state: SourceState
  hassette: HassetteWatch
  /** Ends the reading of it; null while it is not read. */
  reading: AbortController | null
  /** Stopped by the user: what waits to be read is not. */
  cancelled: boolean
  /** Ends the watching of it; null while it is not watched. */
  unwatch: AbortController | null
  failures: number
  again: NodeJS.Timeout | null
}

/** A source of which nothing was done yet. */
export function newWatched(planned: PlannedSource, id: number): WatchedSource {
  return {
    planned,
    otherPaths: [],
    id,
    state: { kind: 'connecting' },
    hassette: new HassetteWatch(),
    reading: null,
    cancelled: false,
    unwatch: null,
    failures: 0,
    again: null,
  }
}

/** Ends reading, watching and waiting; what was copied stays. */
export function interrupt(source: WatchedSource): void {
  source.reading?.abort()
  source.unwatch?.abort()
  source.unwatch = null
  source.hassette.forget()
  if (source.again) clearTimeout(source.again)
  source.again = null
}

/** All sources that the archive knows, with their states, and those that it does not know yet. */
export function withStates(known: readonly KnownSource[], watched: readonly WatchedSource[], clock: Clock): SourceInfo[] {
  const infos = known.map<SourceInfo>((source) => {
    const own = watched.find((each) => each.id === source.id)
    return {
      ...source,
      state: own?.state ?? { kind: 'not_read' },
      hassette: own && source.mode === 'live' ? own.hassette.state(clock.nowUs(), clock.elapsedMs()) : null,
      clockOffsetUs: own?.hassette.offsetUs() ?? null,
    }
  })
  const unknown = watched.filter((each) => each.id < 0)
  return [...infos, ...unknown.map(({ planned, id, state }) => unknownSource(planned, id, state))]
}
