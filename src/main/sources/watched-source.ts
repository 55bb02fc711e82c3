import type { SourceInfo, SourceState } from '@shared/source'
import type { KnownSource } from '../archive/api'
import type { Clock } from '../util/clock'
import { HassetteWatch } from './hassette-state'
import type { PlannedSource } from './planned-source'

/** A source of this run, and what is going on with it. */
export class WatchedSource {
  readonly planned: PlannedSource
  /** Archive id; a negative one while the source could not be added (a missing file, say). */
  id: number
  /** Other files in which the same Hassette was found. */
  readonly otherPaths: string[] = []
  readonly hassette = new HassetteWatch()
  state: SourceState = { kind: 'connecting' }
  /** Ends the reading of it; null while it is not read. */
  reading: AbortController | null = null
  /** Stopped by the user: what waits to be read is not. */
  cancelled = false
  /** Ends the watching of it; null while it is not watched. */
  unwatch: AbortController | null = null
  /** How often in a row it could not be read. */
  failures = 0
  /** Until it is read again; null while nothing waits for that. */
  again: NodeJS.Timeout | null = null

  constructor(planned: PlannedSource, id: number) {
    this.planned = planned
    this.id = id
  }

  /** The files that are read for it. */
  get paths(): string[] {
    return this.planned.path === null ? [] : [this.planned.path, ...this.otherPaths]
  }

  /** Ends reading, watching and waiting; what was copied stays. */
  interrupt(): void {
    this.reading?.abort()
    this.unwatch?.abort()
    this.unwatch = null
    this.hassette.forget()
    if (this.again) clearTimeout(this.again)
    this.again = null
  }
}

/** All sources that the archive knows, with their states, and those that it does not know yet. */
export function withStates(
  known: readonly KnownSource[],
  watched: readonly WatchedSource[],
  clock: Clock,
): SourceInfo[] {
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
  return [...infos, ...unknown.map(unknownSource)]
}

/** What the window is told of a source that is not in the archive (yet): `id` is a negative one. */
function unknownSource({ planned: { name, path }, id, state }: WatchedSource): SourceInfo {
  return {
    id,
    name,
    mode: 'live',
    path,
    state,
    hassette: null,
    clockOffsetUs: null,
    schemaVersion: null,
    sessions: 0,
    appRuns: 0,
    frameworkRuns: 0,
    oldestRunUs: null,
    newestRunUs: null,
    restartUs: null,
  }
}
