import type { Api, EventPayloads } from '@shared/contract'
import type { Problem, Result } from '@shared/result'
import { problem } from '@shared/result'
import type { ViewState } from '@shared/settings'
import { FIRST_VIEW } from '@shared/settings'
import type { ArchiveState } from '@shared/source'
import type { EventName } from '@shared/verbs'
import { EVENTS } from '@shared/verbs'
import type { FakeAlerts } from './fake-alerts'
import { fakeAlerts } from './fake-alerts'
import { appRows, detailOf, matches, pageOf, targetDetail, targetRow, valuesOf } from './fake-archive'
import { fakeDiscovery, fakeRefusal } from './fake-discovery'
import type { FakeOptions } from './fake-options'
import type { FakeRun } from './fake-runs'
import { createRunMaker, makeRuns, sourceOf } from './fake-runs'
import { BROKEN, NO_COPY, archiveState, fail, isProblem } from './fake-states'
import { fakeInfo, fakeSettings, fakeSettingsVerbs } from './fake-settings'
import { endOf, fakeSources } from './fake-sources'
import { fakeStorage } from './fake-storage'
import { FAKE_TARGETS } from './fake-targets'
import { fakeTrends } from './fake-trends'
import { fakeUpkeep } from './fake-upkeep'

/** The fake, and the strings a test can pull. */
export interface Fake {
  api: Api
  /** Adds finished runs to the first source and tells the window, as main does. */
  commit: (count: number) => void
  setArchive: (state: ArchiveState) => void
  /** Puts the archive or its answers in another state. */
  setState: (state: FakeOptions['state']) => void
  /** Puts the first source in another state. */
  setSource: (source: FakeOptions['source']) => void
  /** Puts the incidents in another state. */
  setAlerts: FakeAlerts['set']
  /** Lets work on the archive go on by a step (`work=waits`). */
  advance: () => void
  navigate: (path: string) => void
  /** What was copied last. */
  copied: () => string
}

const SLOW_MS = 1500
const DAY_US = 86_400_000_000
const BUSY = problem('busy', 'The archive was busy for longer than 5 s.', 'Try again in a moment.')

/** The whole contract over an invented house; the same options give the same answers. */
export function createFake(given: FakeOptions): Fake {
  // Watching a Hassette changes it.
  const options = { ...given }
  const listeners = new Map<EventName, Set<(payload: never) => void>>(EVENTS.map((name) => [name, new Set()]))
  const emit = <E extends EventName>(name: E, payload: EventPayloads[E]): void =>
    listeners.get(name)?.forEach((listener) => listener(payload as never))

  let state = options.state
  let copied = ''
  let archive = archiveState(state)
  let viewState: ViewState = { ...FIRST_VIEW, notificationsTold: options.told }
  const settings = fakeSettings(options)
  const stores = new Map<number, FakeRun[]>()
  const runsOf = (sourceId: number): FakeRun[] => {
    const known =
      stores.get(sourceId) ??
      (state === 'empty'
        ? []
        : makeRuns(sourceId, endOf(sourceId, options), options.runs, options.source === 'sample' ? 3 : sourceId))
    stores.set(sourceId, known)
    return known
  }
  const sources = (): ReturnType<typeof fakeSources> => upkeep.applied(fakeSources(options, runsOf))
  const targetsOf = (): typeof FAKE_TARGETS => (state === 'empty' ? [] : FAKE_TARGETS)
  const modeOf = (sourceId: number): string => sources().find(({ id }) => id === sourceId)?.mode ?? 'live'
  const home = (): number => sources()[0]?.id ?? 1

  async function answer<T>(work: () => T | Problem | Promise<T | Problem>, reads = true): Promise<Result<T>> {
    if (reads && state === 'slow') await new Promise((done) => setTimeout(done, SLOW_MS))
    if (reads && state === 'error') return fail(BUSY)
    const value = await work()
    return isProblem(value) ? fail(value) : { ok: true, value: structuredClone(value) }
  }
  const gone = (what: string): Problem =>
    problem('not_found', `This ${what} is not in the archive.`, 'It may have been removed when a limit bound.')

  const tellSources = (): void => emit('sourcesChanged', sources())
  const keep = (sourceId: number, runs: FakeRun[]): void => void stores.set(sourceId, runs)
  const upkeep = fakeUpkeep(answer, options, { sources, keep, changed: tellSources })
  const storage = fakeStorage(answer, {
    options,
    settings: () => settings.values,
    sources: () => sources().filter(({ mode }) => mode !== 'sample'),
    runsOf,
    keep,
    say: (work) => emit('storageWork', work),
    changed: tellSources,
  })

  const alerts = fakeAlerts(answer, {
    options,
    settings: () => settings.values.alerts,
    sources,
    runsOf,
    changed: (status) => emit('alertsChanged', status),
  })

  const api: Api = {
    app: {
      info: () => answer(() => fakeInfo(options), false),
      showArchive: () => answer(() => null, false),
      openLogs: () => answer(() => null, false),
      copyText: ({ text }) =>
        answer(() => {
          copied = text
          return null
        }, false),
    },
    archive: {
      state: () => answer(() => archive, false),
      retry: () => answer(() => setArchive(state === 'unavailable' ? BROKEN : { kind: 'ready' }), false),
      repair: (way) =>
        answer(() => {
          if (way === 'restoreCopy' && state === 'unavailable') return NO_COPY
          state = 'ready'
          return setArchive({ kind: 'ready' })
        }, false),
    },
    settings: fakeSettingsVerbs(answer, settings, (name) => {
      emit('settingsChanged', structuredClone(settings))
      if (name.startsWith('db_')) storage.limitsChanged()
      if (name === 'alerts') alerts.settingsChanged()
    }),
    view: {
      get: () => answer(() => viewState, false),
      remember: (change) =>
        answer(() => {
          viewState = { ...viewState, ...change } as ViewState
          return null
        }, false),
    },
    sources: {
      list: () =>
        answer<ReturnType<typeof sources>>(() => {
          if (state === 'sources-error') return BUSY
          return state === 'no-source' ? [] : sources()
        }, state === 'slow'),
      retry: () => answer(() => moveSource('cancelled', 'reading')),
      cancel: () => answer(() => moveSource('reading', 'cancelled')),
      discover: () => answer(() => fakeDiscovery(options)),
      ...upkeep.verbs,
      watch: ({ path }) =>
        answer<null>(() => {
          const refusal = fakeRefusal(path)
          if (refusal) return refusal
          if (options.source === 'sample') stores.clear()
          options.source = 'live'
          options.path = path
          tellSources()
          return null
        }),
    },
    runs: {
      page: (input) => answer(() => pageOf(runsOf(input.filter.sourceId), input)),
      get: ({ runId }) => answer(() => detailOf(runsOf(sourceOf(runId)), runId) ?? gone('run')),
      find: ({ sourceId, executionId, scan }) =>
        answer(() => {
          const run = runsOf(sourceId).find((one) => one.executionId === executionId)
          // Ids of the fake say nothing about time: those of the newest day count as found where they say.
          return run && (scan || run.finishedUs > endOf(sourceId, options) - DAY_US) ? { runId: run.id } : null
        }),
      count: ({ filter }) =>
        answer(() => ({ runs: runsOf(filter.sourceId).filter((run) => matches(run, filter)).length })),
      countByTier: ({ sourceId, span }) =>
        answer(() => {
          const runs = runsOf(sourceId).filter(
            (run) => run.startedUs >= (span.fromUs ?? 0) && run.startedUs < (span.toUs ?? Infinity),
          )
          const app = runs.filter((run) => run.tier === 'app').length
          return { app, framework: runs.length - app }
        }),
      values: ({ filter, field }) => answer(() => ({ values: valuesOf(runsOf(filter.sourceId), filter, field) })),
    },
    targets: {
      list: ({ sourceId, kind, tier, span }) =>
        answer(() =>
          targetsOf()
            .filter((target) => target.kind === kind && (tier === 'all' || target.tier === tier))
            .map((target) => targetRow(target, runsOf(sourceId), span)),
        ),
      get: ({ targetId, span }) =>
        answer(() => {
          const target = targetsOf().find(({ id }) => id === targetId)
          return target ? targetDetail(target, runsOf(home()), span, home()) : gone('handler or job')
        }),
    },
    apps: { list: () => answer(() => (state === 'empty' ? [] : appRows())) },
    ...fakeTrends(answer, {
      runsOf,
      targets: targetsOf,
      endUs: (sourceId) => endOf(sourceId, options),
      mode: modeOf,
      olderSessions: options.older,
    }),
    alerts: alerts.verbs,
    storage: storage.verbs,
    events: Object.fromEntries(
      EVENTS.map((name) => [
        name,
        (listener: (payload: never) => void) => {
          listeners.get(name)?.add(listener)
          return () => listeners.get(name)?.delete(listener)
        },
      ]),
    ) as unknown as Api['events'],
  }

  function setArchive(next: ArchiveState): ArchiveState {
    archive = next
    emit('archiveState', next)
    return next
  }

  function moveSource(from: FakeOptions['source'], to: FakeOptions['source']): null {
    if (options.source === from) options.source = to
    tellSources()
    return null
  }

  function commit(count: number): void {
    const sourceId = home()
    const runs = runsOf(sourceId)
    const make = createRunMaker(sourceId, endOf(sourceId, options), runs.length)
    const { id: last, finishedUs: from } = runs.at(-1) ?? { id: 0, finishedUs: endOf(sourceId, options) }
    const known = last - sourceId * 2 ** 40
    for (let nth = 1; nth <= count; nth++) runs.push(make(Math.max(0, known) + nth, from + nth * 1000))
    emit('runsCommitted', { sourceId, runs: count })
    tellSources()
  }

  return {
    api,
    commit,
    setArchive,
    setState: (next) => (state = next),
    setSource: (source) => {
      options.source = source
      tellSources()
    },
    setAlerts: alerts.set,
    advance: storage.advance,
    navigate: (path) => emit('navigate', { path }),
    copied: () => copied,
  }
}
