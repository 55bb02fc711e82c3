import type { Problem } from '@shared/result'
import { Failure, toProblem } from '@shared/result'
import type { SourceInfo, SourceState } from '@shared/source'
import type { WatchState } from '../archive/api'
import type { ArchiveClient } from '../archive/client'
import type { Service } from '../service'
import type { PlannedSource } from './planned-source'
import { unknownSource } from './planned-source'

/** The sources of this run: which are read and watched, and what each is doing. */
export interface SourceRegistry extends Service {
  list: () => Promise<SourceInfo[]>
  /** Reads a source again, after a failure or to fetch what is new. */
  retry: (sourceId: number) => Promise<void>
  /**
   * Stops the reading of a source, or its wait for it: neither a retry nor watching follows, and `retry` goes on after
   * what was copied. Nothing happens to a source that was read already.
   */
  cancel: (sourceId: number) => void
  /** Reads and watches one more; resolves when it was read once or failed. */
  add: (source: PlannedSource) => Promise<void>
  onChange: (listener: (sources: SourceInfo[]) => void) => () => void
  /** Resolves when every source was read once or failed. */
  settled: () => Promise<void>
}

interface Watched {
  planned: PlannedSource
  /** Archive id; a negative one while the source could not be added (a missing file, say). */
  id: number
  state: SourceState
  /** Ends the reading of it; null while it is not read. */
  reading: AbortController | null
  /** Stopped by the user: what waits to be read is not. */
  cancelled: boolean
  /** Ends the watching of it; null while it is not watched. */
  unwatch: AbortController | null
  failures: number
  again: NodeJS.Timeout | null
}

/** What the registry is made from. */
export interface RegistryOptions {
  archive: Pick<ArchiveClient, 'read'>
  planned: PlannedSource[]
  info: (message: string) => void
  warn: (message: string, thrown?: unknown) => void
  /** Waits before a source that failed is tried again, milliseconds; the last one repeats. */
  backOffMs?: readonly number[]
}

const ANNOUNCE_MS = 100
const ARCHIVE_BACK_MS = 500
const BACK_OFF_MS = [5_000, 15_000, 60_000] as const

/** Builds the registry; `start` returns at once and reads the sources one after the other. */
export function createSourceRegistry(options: RegistryOptions): SourceRegistry {
  const { archive, planned, info, warn, backOffMs = BACK_OFF_MS } = options
  let watched: Watched[] = []
  let nextId = -1
  const listeners = new Set<(sources: SourceInfo[]) => void>()
  const stopping = new AbortController()
  const watching = new Set<Promise<void>>()
  let work: Promise<void> = Promise.resolve()

  function plan(source: PlannedSource): Watched {
    const made: Watched = {
      planned: source,
      id: nextId--,
      state: { kind: 'connecting' },
      reading: null,
      cancelled: false,
      unwatch: null,
      failures: 0,
      again: null,
    }
    watched.push(made)
    return made
  }
  planned.forEach(plan)

  async function list(): Promise<SourceInfo[]> {
    const known = await archive.read.sources()
    const infos = known.map<SourceInfo>((source) => ({
      ...source,
      state: watched.find((each) => each.id === source.id)?.state ?? { kind: 'not_read' },
    }))
    return [
      ...infos,
      ...watched
        .filter((each) => each.id < 0)
        .map(({ planned: source, id, state }) => unknownSource(source, id, state)),
    ]
  }

  let announcing = false
  /** Many changes in a row become one list. */
  function announce(): void {
    if (announcing) return
    announcing = true
    setTimeout(() => {
      announcing = false
      if (stopping.signal.aborted) return
      list().then(
        (sources) => listeners.forEach((listener) => listener(sources)),
        (thrown: unknown) => warn('list of sources failed', thrown),
      )
    }, ANNOUNCE_MS)
  }

  function setState(source: Watched, state: SourceState): void {
    source.state = state
    announce()
  }

  function failed(source: Watched, thrown: unknown): void {
    if (stopping.signal.aborted) return
    const failure: Problem = toProblem(thrown)
    if (failure.code === 'busy') {
      // The archive's thread is started again; calls wait until it is.
      setState(source, { kind: 'connecting' })
      source.again = setTimeout(() => void enqueue(source), ARCHIVE_BACK_MS)
      return
    }
    if (failure.code === 'internal') warn('reading a source failed', thrown)
    else if (source.failures === 0) info(`source ${source.id} was not read: ${failure.code}`)
    setState(source, { kind: 'failed', problem: failure })
    const wait = backOffMs[Math.min(source.failures++, backOffMs.length - 1)] ?? 0
    source.again = setTimeout(() => void enqueue(source), wait)
  }

  async function read(source: Watched): Promise<void> {
    if (stopping.signal.aborted || source.cancelled) return
    if (source.again) clearTimeout(source.again)
    source.again = null
    const reading = new AbortController()
    const { signal } = reading
    source.reading = reading
    // What is tried again by itself stays a failure until it succeeds.
    if (source.state.kind !== 'failed') setState(source, { kind: 'connecting' })
    try {
      const { sourceId, same } = await source.planned.prepare()
      const other = watched.find((each) => each !== source && each.id === sourceId)
      if (!other) source.id = sourceId
      await source.planned.read(sourceId, {
        signal,
        same,
        onProgress: (done, total) => {
          if (!signal.aborted) setState(source, { kind: 'catching_up', done, total })
        },
      })
      if (signal.aborted) return
      info(`source ${sourceId} is up to date`)
      source.failures = 0
      setState(source, { kind: 'up_to_date', atMs: Date.now() })
      if (other) watched = watched.filter((each) => each !== source)
      else if (!same) watch(source)
    } catch (thrown) {
      if (!signal.aborted) failed(source, thrown)
    } finally {
      source.reading = null
    }
  }

  function watch(source: Watched): void {
    if (!source.planned.watch || source.unwatch || stopping.signal.aborted) return
    const unwatch = new AbortController()
    source.unwatch = unwatch
    const stop = (): void => unwatch.abort()
    stopping.signal.addEventListener('abort', stop, { once: true })
    const done: Promise<void> = source.planned
      .watch(source.id, {
        signal: unwatch.signal,
        onState: (state) => {
          if (unwatch.signal.aborted) return
          if (state.kind !== source.state.kind) info(`source ${source.id} is ${state.kind}${codeOf(state)}`)
          setState(source, state)
        },
      })
      .then(
        () => undefined,
        (thrown: unknown) => {
          source.unwatch = null
          // The archive's thread died, or the archive itself is in trouble.
          if (!unwatch.signal.aborted) failed(source, thrown)
        },
      )
      .finally(() => {
        stopping.signal.removeEventListener('abort', stop)
        watching.delete(done)
      })
    watching.add(done)
  }

  function enqueue(source: Watched): Promise<void> {
    work = work.then(() => read(source))
    return work
  }

  function find(sourceId: number): Watched {
    const source = watched.find((each) => each.id === sourceId)
    if (!source) throw new Failure('not_found', 'This source is not read in this run of the app.')
    return source
  }

  return {
    name: 'sources',
    start: () => {
      for (const source of watched) void enqueue(source)
    },
    stop: async () => {
      stopping.abort()
      for (const { again, reading } of watched) {
        if (again) clearTimeout(again)
        reading?.abort()
      }
      await work
      await Promise.all(watching)
    },
    list,
    retry: async (sourceId) => {
      const source = find(sourceId)
      source.cancelled = false
      source.unwatch?.abort()
      source.unwatch = null
      setState(source, { kind: 'connecting' })
      void enqueue(source)
      await Promise.resolve()
    },
    cancel: (sourceId) => {
      const source = find(sourceId)
      const { kind } = source.state
      if (!source.reading && kind !== 'connecting' && kind !== 'catching_up') return
      source.cancelled = true
      source.reading?.abort()
      source.unwatch?.abort()
      source.unwatch = null
      if (source.again) clearTimeout(source.again)
      source.again = null
      info(`reading source ${sourceId} was stopped by the user`)
      setState(source, { kind: 'cancelled' })
    },
    add: (source) => enqueue(plan(source)),
    onChange: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    settled: () => work,
  }
}

function codeOf(state: WatchState): string {
  return state.kind === 'stale' ? ` (${state.problem.code})` : ''
}
