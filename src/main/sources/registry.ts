import { Failure, toProblem } from '@shared/result'
import type { SourceInfo, SourceState } from '@shared/source'
import type { WatchState } from '../archive/api'
import type { ArchiveClient } from '../archive/client'
import { placeOf } from '../archive/file-facts'
import type { Clock } from '../util/clock'
import { createSerialQueue } from '../util/concurrency'
import type { Service } from '../util/service'
import type { PlannedSource } from './planned-source'
import { WatchedSource, withStates } from './watched-source'

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

/** Many changes in a row become one list, so long after the first, milliseconds. */
const ANNOUNCE_MS = 100
/** The archive's thread is started again; calls wait until it is. Milliseconds. */
const ARCHIVE_BACK_MS = 500
/** Silence is no event: it is looked for so often, milliseconds. */
const LOOK_MS = 5_000
const BACK_OFF_MS = [5_000, 15_000, 60_000] as const

/**
 * The sources of this run: which are read and watched, and what each is doing. `start` returns at once; the sources are
 * read one after the other.
 */
export class SourceRegistry implements Service {
  readonly name = 'sources'
  readonly #options: RegistryOptions
  readonly #backOffMs: readonly number[]
  readonly #listeners = new Set<(sources: SourceInfo[]) => void>()
  readonly #stopping = new AbortController()
  readonly #inTurn = createSerialQueue()
  readonly #watching = new Set<Promise<void>>()
  #watched: WatchedSource[] = []
  #nextId = -1
  #paused = false
  #announcing = false
  #looking: NodeJS.Timeout | undefined
  /** Which Hassettes run, as it was looked up last. */
  #running = ''

  constructor(options: RegistryOptions) {
    this.#options = options
    this.#backOffMs = options.backOffMs ?? BACK_OFF_MS
    for (const source of options.planned) this.#plan(source)
  }

  start(): void {
    this.#looking = setInterval(() => this.look(), LOOK_MS)
    for (const source of this.#watched) void this.#enqueue(source)
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    clearInterval(this.#looking)
    await this.#rest()
  }

  /** All that the archive knows and those that it does not know yet, with what each is doing. */
  async list(): Promise<SourceInfo[]> {
    const { archive, clock } = this.#options
    return withStates(await archive.read.sources(), this.#watched, clock)
  }

  /** Reads a source again, after a failure or to fetch what is new. Throws `not_found` for one that is not read. */
  retry(sourceId: number): void {
    const source = this.#find(sourceId)
    source.cancelled = false
    source.unwatch?.abort()
    source.unwatch = null
    source.hassette.forget()
    this.#setState(source, { kind: 'connecting' })
    void this.#enqueue(source)
  }

  /**
   * Stops the reading of a source, or its wait for it: neither a retry nor watching follows, and `retry` goes on after
   * what was copied. Nothing happens to a source that was read already. Throws `not_found` for one that is not read.
   */
  cancel(sourceId: number): void {
    const source = this.#find(sourceId)
    const { kind } = source.state
    if (!source.reading && kind !== 'connecting' && kind !== 'catching_up') return
    source.cancelled = true
    source.interrupt()
    this.#options.info(`reading source ${sourceId} was stopped by the user`)
    this.#setState(source, { kind: 'cancelled' })
  }

  /** Reads and watches one more; resolves when it was read once or failed. */
  add(source: PlannedSource): Promise<void> {
    return this.#enqueue(this.#plan(source))
  }

  /** Neither reads nor watches a source any more; returns its files, none when it is not read in this run. */
  remove(sourceId: number): string[] {
    const source = this.#watched.find((each) => each.id === sourceId)
    if (!source) return []
    this.#watched = this.#watched.filter((each) => each !== source)
    // What waits to be read is not, and what is being read ends at its next pause.
    source.cancelled = true
    source.interrupt()
    this.announce()
    return source.paths
  }

  /** Ends all reading and watching for a while, and waits for the end of it; nothing of the archive is written then. */
  async pause(): Promise<void> {
    this.#paused = true
    await this.#rest()
  }

  /** Goes on after a pause: each source is read again from its cursor. */
  resume(): void {
    if (!this.#paused) return
    this.#paused = false
    for (const source of this.#watched) if (!source.cancelled) void this.#enqueue(source)
  }

  /** Reads those at once that failed and wait: what kept them from it may be over. */
  wake(): void {
    for (const source of this.#watched) if (source.again) void this.#enqueue(source)
  }

  /** Reports to the listeners, since something about the sources changed. */
  announce(): void {
    if (this.#announcing) return
    this.#announcing = true
    setTimeout(() => {
      this.#announcing = false
      if (this.#stopping.signal.aborted) return
      this.list().then(
        (sources) => this.#listeners.forEach((listener) => listener(sources)),
        (thrown: unknown) => this.#options.warn('list of sources failed', thrown),
      )
    }, ANNOUNCE_MS)
  }

  /** Looks whether the Hassettes that are watched still run; reports to the listeners what changed. */
  look(): void {
    const { clock } = this.#options
    const now = JSON.stringify(
      this.#watched.map(({ id, hassette }) => [id, hassette.state(clock.nowUs(), clock.elapsedMs())]),
    )
    if (now !== this.#running) this.announce()
    this.#running = now
  }

  /** The machine slept: what is known of the Hassettes is from before. */
  startOver(): void {
    for (const { hassette } of this.#watched) hassette.startOver(this.#options.clock.elapsedMs())
  }

  /** Calls `listener` after changes; returns how to end that. */
  onChange(listener: (sources: SourceInfo[]) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Resolves when every source that waited to be read was read once or failed. */
  settled(): Promise<void> {
    return this.#inTurn(() => Promise.resolve())
  }

  #plan(source: PlannedSource): WatchedSource {
    const made = new WatchedSource(source, this.#nextId--)
    this.#watched.push(made)
    return made
  }

  #find(sourceId: number): WatchedSource {
    const source = this.#watched.find((each) => each.id === sourceId)
    if (!source) throw new Failure('not_found', 'This source is not read in this run of the app.')
    return source
  }

  #setState(source: WatchedSource, state: SourceState): void {
    source.state = state
    this.announce()
  }

  #enqueue(source: WatchedSource): Promise<void> {
    return this.#inTurn(() => this.#read(source))
  }

  async #rest(): Promise<void> {
    for (const source of this.#watched) source.interrupt()
    await this.settled()
    await Promise.all(this.#watching)
  }

  async #read(source: WatchedSource): Promise<void> {
    if (this.#stopping.signal.aborted || source.cancelled || this.#paused) return
    if (source.again) clearTimeout(source.again)
    source.again = null
    const reading = new AbortController()
    source.reading = reading
    // What is tried again by itself stays a failure until it succeeds.
    if (source.state.kind !== 'failed') this.#setState(source, { kind: 'connecting' })
    try {
      await this.#readOnce(source, reading.signal)
    } catch (thrown) {
      if (!reading.signal.aborted) this.#failed(source, thrown)
    } finally {
      source.reading = null
    }
  }

  async #readOnce(source: WatchedSource, signal: AbortSignal): Promise<void> {
    const { sourceId, same, left } = await source.planned.prepare()
    if (left !== undefined) this.#moved(source, sourceId, left)
    const other = this.#watched.find((each) => each !== source && each.id === sourceId)
    if (!other) source.id = sourceId
    await source.planned.read(sourceId, {
      signal,
      same,
      onProgress: (done, total) => {
        if (!signal.aborted) this.#setState(source, { kind: 'catching_up', done, total })
      },
    })
    if (signal.aborted) return
    this.#options.info(`source ${sourceId} is up to date`)
    source.failures = 0
    this.#setState(source, { kind: 'up_to_date', atMs: Date.now() })
    if (other) {
      this.#watched = this.#watched.filter((each) => each !== source)
      if (source.planned.path !== null) other.otherPaths.push(source.planned.path)
    } else if (!same) this.#watch(source)
  }

  /** What was read from the path that it has left is this source. */
  #moved(source: WatchedSource, sourceId: number, left: string): void {
    const isOld = (each: WatchedSource): boolean =>
      each !== source && (each.id === sourceId || (each.planned.path !== null && placeOf(each.planned.path) === left))
    for (const old of this.#watched.filter(isOld)) {
      old.cancelled = true
      old.interrupt()
    }
    this.#watched = this.#watched.filter((each) => !isOld(each))
    this.#options.info(`source ${sourceId} was moved`)
    if (source.planned.path !== null) this.#options.onMoved?.(left, source.planned.path)
  }

  #failed(source: WatchedSource, thrown: unknown): void {
    if (this.#stopping.signal.aborted) return
    const { info, warn } = this.#options
    const failure = toProblem(thrown)
    const tryAgainAfter = (milliseconds: number): void => {
      source.again = setTimeout(() => void this.#enqueue(source), milliseconds)
    }
    if (failure.code === 'busy') {
      this.#setState(source, { kind: 'connecting' })
      tryAgainAfter(ARCHIVE_BACK_MS)
      return
    }
    if (failure.code === 'internal') warn('reading a source failed', thrown)
    else if (source.failures === 0) info(`source ${source.id} was not read: ${failure.code}`)
    this.#setState(source, { kind: 'failed', problem: failure })
    tryAgainAfter(this.#backOffMs[Math.min(source.failures++, this.#backOffMs.length - 1)] ?? 0)
  }

  #watch(source: WatchedSource): void {
    if (!source.planned.watch || source.unwatch || this.#stopping.signal.aborted) return
    const unwatch = new AbortController()
    source.unwatch = unwatch
    const stop = (): void => unwatch.abort()
    this.#stopping.signal.addEventListener('abort', stop, { once: true })
    const done: Promise<void> = source.planned
      .watch(source.id, {
        signal: unwatch.signal,
        onState: (state) => {
          if (!unwatch.signal.aborted) this.#seen(source, state)
        },
      })
      .then(
        () => undefined,
        (thrown: unknown) => {
          source.unwatch = null
          // The archive's thread died, or the archive itself is in trouble.
          if (!unwatch.signal.aborted) this.#failed(source, thrown)
        },
      )
      .finally(() => {
        this.#stopping.signal.removeEventListener('abort', stop)
        this.#watching.delete(done)
      })
    this.#watching.add(done)
  }

  /** What the watching of a source says of it. */
  #seen(source: WatchedSource, state: WatchState): void {
    const { info, clock } = this.#options
    if (state.kind !== source.state.kind) {
      info(`source ${source.id} is ${state.kind}${state.kind === 'stale' ? ` (${state.problem.code})` : ''}`)
    }
    if (state.kind === 'live') {
      source.hassette.take(state.signs, clock.nowUs(), clock.elapsedMs())
      this.#setState(source, { kind: 'live', atMs: state.atMs })
    } else {
      source.hassette.forget()
      this.#setState(source, state)
    }
  }
}
