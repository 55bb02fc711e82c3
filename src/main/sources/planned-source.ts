import type { SourceInfo, SourceState } from '@shared/source'
import type { WatchState } from '../archive/api'

/** One source to be read in this run. */
export interface PlannedSource {
  path: string | null
  name: string
  /**
   * Finds or adds it in the archive. `same`: its Hassette is read from another file already, so it is only read once.
   * `left`: the path that it was moved here from.
   */
  prepare: () => Promise<{ sourceId: number; same: boolean; left?: string }>
  /** Copies what is new. */
  read: (
    sourceId: number,
    options: { signal: AbortSignal; same: boolean; onProgress: (done: number, total: number) => void },
  ) => Promise<void>
  /** Copies what comes, until it is stopped; a source without it is read once. */
  watch?: (sourceId: number, options: { signal: AbortSignal; onState: (state: WatchState) => void }) => Promise<unknown>
}

/** What the window is told of a source that is not in the archive (yet): `id` is a negative one. */
export function unknownSource({ name, path }: PlannedSource, id: number, state: SourceState): SourceInfo {
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
