import { Failure } from '@shared/result'
import type { SourceInfo } from '@shared/source'
import type { HassetteSigns, WatchState } from '@main/archive/api'
import type { ArchiveClient } from '@main/archive/client'
import type { PlannedSource } from '@main/sources/planned-source'
import { SourceRegistry } from '@main/sources/registry'
import { onTestFinished } from 'vitest'
import { waitFor } from '../support/wait'

/** Of a Hassette without a session. */
export const SIGNS: HassetteSigns = { count: 1, newestUs: 0, session: null, heartbeatUs: 0, offsetUs: 0 }

/** A source that does what the test says, and an archive that knows it by its id. */
export function setUp(plan: Partial<PlannedSource>, backOffMs: readonly number[] = [20]) {
  const watches: { signal: AbortSignal; onState: (state: WatchState) => void; fail: (thrown: unknown) => void }[] = []
  const planned: PlannedSource = {
    path: '/home/hassette.db',
    name: 'home',
    prepare: async () => ({ sourceId: 7, same: false }),
    read: async () => undefined,
    watch: (_, { signal, onState }) =>
      new Promise((_resolve, reject) => {
        watches.push({ signal, onState, fail: reject })
        signal.addEventListener('abort', () => reject(new Failure('cancelled', 'Cancelled.')))
      }),
    ...plan,
  }
  const info = { id: 7, name: 'home', mode: 'live' } as SourceInfo
  const archive = { read: { sources: async () => [info] } } as unknown as Pick<ArchiveClient, 'read'>
  const warnings: string[] = []
  const moves: [string, string][] = []
  const registry = new SourceRegistry({
    archive,
    planned: [planned],
    clock: { nowUs: () => Date.now() * 1000, elapsedMs: () => performance.now() },
    info: () => undefined,
    warn: (message) => warnings.push(message),
    onMoved: (from, to) => moves.push([from, to]),
    backOffMs,
  })
  onTestFinished(() => registry.stop())
  const stateIs = (kind: string) =>
    waitFor(`the state ${kind}`, async () => (await registry.list()).find(({ id }) => id === 7)?.state.kind === kind)
  return { registry, planned, watches, warnings, moves, stateIs }
}
