import type { Api } from '@shared/contract'
import type { Problem, Result } from '@shared/result'
import { problem } from '@shared/result'
import type { HassetteFacts, SourceInfo, SourceMode } from '@shared/source'
import { fakeRefusal } from './fake-discovery'
import type { FakeOptions } from './fake-options'

type Answer = <T>(work: () => T | Problem, reads?: boolean) => Promise<Result<T>>

const HOUR_US = 3_600_000_000

/** What somebody changed about the sources of the invented house. */
export interface FakeUpkeep {
  verbs: Pick<Api['sources'], 'examine' | 'rename' | 'setMode' | 'remove'>
  /** The sources with those changes. */
  applied: (sources: SourceInfo[]) => SourceInfo[]
}

/** Renaming, switching and removing sources, and looks at what Hassette itself holds. */
export function fakeUpkeep(
  answer: Answer,
  options: FakeOptions,
  house: { sources: () => SourceInfo[]; keep: (sourceId: number, runs: never[]) => void; changed: () => void },
): FakeUpkeep {
  const names = new Map<number, string>()
  const modes = new Map<number, SourceMode>()
  const removed = new Map<number, 'keep' | 'delete'>()
  const gone = problem('not_found', 'This source is not in the archive.')

  function change(sourceId: number, how: () => void): null | Problem {
    if (!house.sources().some(({ id }) => id === sourceId)) return gone
    how()
    house.changed()
    return null
  }

  return {
    verbs: {
      examine: (input) =>
        answer<HassetteFacts>(() => {
          if ('path' in input) return fakeRefusal(input.path) ?? factsOf(options, 'live')
          const source = house.sources().find(({ id }) => id === input.sourceId)
          if (!source) return gone
          return source.state.kind === 'failed' ? source.state.problem : factsOf(options, source.mode)
        }),
      rename: ({ sourceId, name }) => answer<null>(() => change(sourceId, () => names.set(sourceId, name))),
      setMode: ({ sourceId, mode }) => answer<null>(() => change(sourceId, () => modes.set(sourceId, mode))),
      remove: ({ sourceId, runs }) =>
        answer<null>(() =>
          change(sourceId, () => {
            removed.set(sourceId, runs)
            if (runs === 'delete') house.keep(sourceId, [])
          }),
        ),
    },
    applied: (sources) =>
      sources
        .filter(({ id }) => removed.get(id) !== 'delete')
        .map((source) => ({
          ...source,
          name: names.get(source.id) ?? source.name,
          mode: modes.get(source.id) ?? source.mode,
          ...(removed.has(source.id) && { removed: true, state: { kind: 'not_read' as const } }),
        })),
  }
}

/** What the Hassette of the house holds: its days bound, or its size long before them. */
function factsOf(options: FakeOptions, mode: SourceMode): HassetteFacts {
  const nowUs = options.nowMs * 1000
  const full = options.hassette === 'full'
  const reach = mode === 'live' ? (full ? 4.1 : 30 * 24) : 31 * 24
  return {
    schemaVersion: full ? 12 : 15,
    hassetteVersions: full ? '0.51–0.55' : '0.60',
    sessions: 41,
    appRuns: full ? 8400 : 12_322,
    frameworkRuns: full ? 589_712 : 1204,
    oldestRunUs: nowUs - reach * HOUR_US,
    newestRunUs: nowUs - (mode === 'live' ? HOUR_US / 900 : 49 * HOUR_US),
    bytes: full ? 497_000_000 : 46_200_000,
    mode: mode === 'live' ? 'live' : 'snapshot',
  }
}
