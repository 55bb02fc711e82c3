import type { WatchState } from '@main/archive/api'
import { onTestFinished } from 'vitest'
import { openClient, rowsOf } from './archive'
import type { TestClient } from './archive'
import { waitFor } from './wait'

/** An archive that watches a Hassette file, and what it tells. */
export interface Watching extends TestClient {
  archive: string
  sourceId: number
  /** States of the source since it is watched. */
  told: WatchState[]
  /** Resolves when a state of this kind is told after `since` states. */
  reaches: (kind: WatchState['kind'], since?: number) => Promise<WatchState>
  /** Runs in the archive. */
  runs: () => number
  /** Waits until the archive holds so many runs, and fails if it holds more. */
  hasRuns: (count: number) => Promise<void>
  /** When the news of each run came, `Date.now()`. */
  arrivals: number[]
  /** Stops watching. */
  stop: () => Promise<void>
  /** What the call failed with. */
  ended: Promise<unknown>
}

/** Adds the file, reads it, and watches it as the app does while its window is seen. */
export async function startWatching(archive: string, path: string, shiftUs = 0): Promise<Watching> {
  const arrivals: number[] = []
  const client = openClient(archive, {
    onCommitted: ({ runs }) => {
      for (let run = 0; run < runs; run++) arrivals.push(Date.now())
    },
  })
  const { sourceId } = await client.write.addFileSource({ path, name: 'home', mode: 'auto', shiftUs })
  await client.write.syncFileSource({ sourceId, shiftUs })
  await client.write.setPace({ pace: 'visible' })
  const told: WatchState[] = []
  const stopping = new AbortController()
  const ended = client.write
    .watchFileSource({ sourceId, shiftUs }, { signal: stopping.signal, onState: (state) => told.push(state) })
    .then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
  const stop = async (): Promise<void> => {
    stopping.abort()
    await ended
  }
  onTestFinished(stop)
  const runs = (): number => rowsOf<{ n: number }>(archive, 'SELECT count(*) AS n FROM runs')[0]?.n ?? 0
  return {
    ...client,
    archive,
    sourceId,
    told,
    arrivals,
    ended,
    reaches: (kind, since = 0) =>
      waitFor(`the state ${kind}`, () => told.slice(since).findLast((state) => state.kind === kind)),
    runs,
    hasRuns: async (count) => {
      await waitFor(`${count} runs (${runs()} are there)`, () => runs() >= count)
      if (runs() > count) throw new Error(`${runs()} runs instead of ${count}`)
    },
    stop,
  }
}
