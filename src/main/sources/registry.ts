import type { Problem } from '@shared/result'
import { Failure, toProblem } from '@shared/result'
import type { SourceInfo, SourceState } from '@shared/source'
import type { Clock } from '../util/clock'
import type { WatchState } from '../archive/api'
import type { ArchiveClient } from '../archive/client'
import { placeOf } from '../archive/file-facts'
import type { Service } from '../util/service'
import type { PlannedSource } from './planned-source'
import { interrupt, newWatched, withStates } from './watched-source'
import type { WatchedSource } from './watched-source'

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
  /** Neither reads nor watches a source any more; answers its files, none when it is not read in this run. */
  remove: (sourceId: number) => string[]
  /** Ends all reading and watching for a while, and waits for the end of it; nothing of the archive is written then. */
  pause: () => Promise<void>
  /** Goes on after a pause: each source is read again from its cursor. */
  resume: () => void
  /** Reads those at once that failed and wait: what kept them from it may be over. */
  wake: () => void
  /** Tells the listeners, since something about the sources changed. */
  announce: () => void
  /** Looks whether the Hassettes that are watched still run; tells the listeners of what changed. */
  look: () => void
  /** The machine slept: what is known of the Hassettes is from before. */
  startOver: () => void
  onChange: (listener: (sources: SourceInfo[]) => void) => () => void
  /** Resolves when every source was read once or failed. */
  settled: () => Promise<void>
}

/** What the registry is made from. */
export interface RegistryOptions {
  archive: Pick<ArchiveClient, 'read'>
  planned: PlannedSource[]
  info: (message: string) => void
  warn: (message: string, thrown?: unknown) => void
  clock: Clock
  /** A source is read from another path from now on. */
  onMoved?: (from: string, to: string) => void
  /** Waits before a source that failed is tried again, milliseconds; the last one repeats. */
  backOffMs?: readonly number[]
}

const ANNOUNCE_MS = 100
const ARCHIVE_BACK_MS = 500
/** Silence is no event: it is looked for. */
const LOOK_MS = 5_000
const BACK_OFF_MS = [5_000, 15_000, 60_000] as const

/** Builds the registry; `start` returns at once and reads the sources one after the other. */
export function createSourceRegistry(options: RegistryOptions): SourceRegistry {
  const { archive, planned, info, warn, clock, backOffMs = BACK_OFF_MS } = options
  let watched: WatchedSource[] = []
  let nextId = -1
  const listeners = new Set<(sources: SourceInfo[]) => void>()
  const stopping = new AbortController()
  const watching = new Set<Promise<void>>()
  let work: Promise<void> = Promise.resolve()
  let paused = false

  function plan(source: PlannedSource): WatchedSource {
    const made = newWatched(source, nextId--)
    watched.push(made)
    return made
  }
  planned.forEach(plan)

  const list = async (): Promise<SourceInfo[]> => withStates(await archive.read.sources(), watched, clock)

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

  function setState(source: WatchedSource, state: SourceState): void {
    source.state = state
    announce()
  }

  function failed(source: WatchedSource, thrown: unknown): void {
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

  /** What was read from the path that it has left is this source. */
  function moved(source: WatchedSource, sourceId: number, left: string): void {
    const isOld = (each: WatchedSource): boolean =>
      each !== source && (each.id === sourceId || (each.planned.path !== null && placeOf(each.planned.path) === left))
    for (const old of watched.filter(isOld)) {
      old.cancelled = true
      interrupt(old)
    }
    watched = watched.filter((each) => !isOld(each))
    info(`source ${sourceId} was moved`)
    if (source.planned.path !== null) options.onMoved?.(left, source.planned.path)
  }

  async function read(source: WatchedSource): Promise<void> {
    if (stopping.signal.aborted || source.cancelled || paused) return
    if (source.again) clearTimeout(source.again)
    source.again = null
    const reading = new AbortController()
    const { signal } = reading
    source.reading = reading
    // What is tried again by itself stays a failure until it succeeds.
    if (source.state.kind !== 'failed') setState(source, { kind: 'connecting' })
    try {
      const { sourceId, same, left } = await source.planned.prepare()
      if (left !== undefined) moved(source, sourceId, left)
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
      if (other) {
        watched = watched.filter((each) => each !== source)
        if (source.planned.path !== null) other.otherPaths.push(source.planned.path)
      } else if (!same) watch(source)
    } catch (thrown) {
      if (!signal.aborted) failed(source, thrown)
    } finally {
      source.reading = null
    }
  }

  function watch(source: WatchedSource): void {
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
          if (state.kind === 'live') {
            source.hassette.take(state.signs, clock.nowUs(), clock.elapsedMs())
            setState(source, { kind: 'live', atMs: state.atMs })
          } else {
            source.hassette.forget()
            setState(source, state)
          }
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

  let running = ''
  function look(): void {
    const now = JSON.stringify(
      watched.map(({ id, hassette }) => [id, hassette.state(clock.nowUs(), clock.elapsedMs())]),
    )
    if (now !== running) announce()
    running = now
  }
  let looking: NodeJS.Timeout | undefined

  function enqueue(source: WatchedSource): Promise<void> {
    work = work.then(() => read(source))
    return work
  }

  async function rest(): Promise<void> {
    watched.forEach(interrupt)
    await work
    await Promise.all(watching)
  }

  function find(sourceId: number): WatchedSource {
    const source = watched.find((each) => each.id === sourceId)
    if (!source) throw new Failure('not_found', 'This source is not read in this run of the app.')
    return source
  }

  return {
    name: 'sources',
    start: () => {
      looking = setInterval(look, LOOK_MS)
      for (const source of watched) void enqueue(source)
    },
    stop: async () => {
      stopping.abort()
      clearInterval(looking)
      await rest()
    },
    list,
    retry: async (sourceId) => {
      const source = find(sourceId)
      source.cancelled = false
      source.unwatch?.abort()
      source.unwatch = null
      source.hassette.forget()
      setState(source, { kind: 'connecting' })
      void enqueue(source)
      await Promise.resolve()
    },
    cancel: (sourceId) => {
      const source = find(sourceId)
      const { kind } = source.state
      if (!source.reading && kind !== 'connecting' && kind !== 'catching_up') return
      source.cancelled = true
      interrupt(source)
      info(`reading source ${sourceId} was stopped by the user`)
      setState(source, { kind: 'cancelled' })
    },
    add: (source) => enqueue(plan(source)),
    remove: (sourceId) => {
      const source = watched.find((each) => each.id === sourceId)
      if (!source) return []
      watched = watched.filter((each) => each !== source)
      // What waits to be read is not, and what is being read ends at its next pause.
      source.cancelled = true
      interrupt(source)
      announce()
      return source.planned.path === null ? [] : [source.planned.path, ...source.otherPaths]
    },
    pause: async () => {
      paused = true
      await rest()
    },
    resume: () => {
      if (!paused) return
      paused = false
      for (const source of watched) if (!source.cancelled) void enqueue(source)
    },
    wake: () => {
      for (const source of watched) if (source.again) void enqueue(source)
    },
    announce,
    look,
    startOver: () => watched.forEach(({ hassette }) => hassette.startOver(clock.elapsedMs())),
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
