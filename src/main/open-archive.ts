import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { toProblem } from '@shared/result'
import type { ArchiveState, HassetteFacts, SourceInfo } from '@shared/source'
import type { Limits } from '@shared/storage'
import type { Pace, ReadApi, Remote, WriteApi } from './archive/api'
import type { ArchiveClient, ArchiveClientOptions } from './archive/client'
import { placeOf } from './archive/file-facts'
import { plannedFile } from './sources/planned-source'
import type { PlannedSource } from './sources/planned-source'
import { SourceRegistry } from './sources/registry'
import { plannedSample } from './sources/sample'
import { createSerialQueue } from './util/concurrency'
import type { Clock } from './util/clock'
import type { Service } from './util/service'

/** What it is made from, and what it tells the rest of the app. */
export interface OpenArchiveOptions {
  /** Path of the user's archive. */
  path: string
  /** A folder of ours; emptied whenever the sample is opened. */
  sampleDir: string
  /** Where the recording lies in the app. */
  recordingDir: string
  sourcePaths: string[]
  forceSample: boolean
  clock: Clock
  /** The limits in force. */
  limits: () => Limits
  /** Starts the threads of an archive. */
  startClient: (options: Pick<ArchiveClientOptions, 'path' | 'onState' | 'onCommitted'>) => ArchiveClient
  /** How a Hassette file is read and watched; by default by the threads of the archive. */
  planFile?: (archive: ArchiveClient, path: string) => PlannedSource
  onState: (state: ArchiveState) => void
  onSources: (sources: SourceInfo[]) => void
  /** New runs are in the archive that is shown. */
  onCommitted: (sourceId: number, runs: number) => void
  /** A source's file lies elsewhere now: the old path is not to be read at the next start. */
  onSourceMoved: (from: string, to: string) => void
  info: (message: string) => void
  warn: (message: string, thrown?: unknown) => void
}

/**
 * The archive that this run shows and the sources that are read into it: the user's own, or the sample home in an
 * archive of its own.
 *
 * `start` only sets the threads off; everything else follows when the archive is ready, so that an archive that cannot
 * be opened still leaves a window that says so. The sample is shown when asked for, or when neither the settings nor the
 * archive know a source.
 */
export class OpenArchive implements Service {
  readonly name = 'archive'
  readonly #options: OpenArchiveOptions
  readonly #inTurn = createSerialQueue()
  #path: string
  #sourcePaths: string[]
  #isSample: boolean
  /** The archive that is shown; null before the start. */
  #shown: ArchiveClient | null = null
  /** The user's archive, perhaps behind the sample. */
  #own: ArchiveClient | null = null
  #registry: SourceRegistry | null = null
  #pace: Pace = 'hidden'
  #stopped = false

  constructor(options: OpenArchiveOptions) {
    this.#options = options
    this.#path = options.path
    this.#sourcePaths = [...options.sourcePaths]
    this.#isSample = options.forceSample
  }

  async start(): Promise<void> {
    if (this.#options.forceSample) await this.#openSample()
    else this.#openOwn(true)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await this.#stopSources()
    await this.#shown?.close()
    if (this.#own !== this.#shown) await this.#own?.close()
  }

  /** Path of the user's archive, also while the sample is shown. */
  path(): string {
    return this.#path
  }

  isSample(): boolean {
    return this.#isSample
  }

  /** The user's archive is in use, perhaps behind the sample; not with `--sample`. */
  hasOwn(): boolean {
    return this.#own !== null
  }

  read(): Remote<ReadApi> {
    return this.#current().read
  }

  write(): Remote<WriteApi> {
    return this.#current().write
  }

  state(): ArchiveState {
    return this.#shown?.state() ?? { kind: 'opening' }
  }

  /** Tries an archive again that was given up. */
  retry(): Promise<ArchiveState> {
    return this.#current().retry()
  }

  /**
   * Does what changes the archive beside the reading of sources: one after the other, so that a change waits for the
   * end of work that puts another file in the archive's place.
   */
  change<T>(work: () => Promise<T>): Promise<T> {
    return this.#inTurn(work)
  }

  /** A change while no source is read. */
  changeAtRest<T>(work: () => Promise<T>): Promise<T> {
    return this.change(async () => {
      await this.#registry?.pause()
      try {
        return await work()
      } finally {
        this.#registry?.resume()
      }
    })
  }

  /**
   * Closes the user's archive, lets `work` change what lies at its path, and opens what `work` returns. Whatever `work`
   * throws reaches the caller after the archive was opened again. The sample home gives way to what it knows.
   */
  async replace(work: (path: string) => string | Promise<string>): Promise<ArchiveState> {
    const left = this.#isSample ? this.#shown : null
    this.#isSample = false
    await this.#stopSources()
    await this.#own?.close()
    await left?.close()
    try {
      this.#path = await work(this.#path)
    } finally {
      if (!this.#stopped) this.#openOwn(left !== null)
    }
    return this.retry()
  }

  async sources(): Promise<SourceInfo[]> {
    return (await this.#registry?.list()) ?? []
  }

  /** The files of Hassettes that this run or the archive knows, also those that are not there now. */
  async sourceFiles(): Promise<string[]> {
    const known = await this.sources()
    return [...new Set([...this.#sourcePaths, ...known.flatMap(({ path }) => path ?? [])])]
  }

  /** Throws `not_found` for a source that is not read in this run. */
  retrySource(sourceId: number): void {
    this.#registry?.retry(sourceId)
  }

  /** Stops the reading of a source; `retrySource` goes on where it stopped. Throws as that does. */
  cancelSource(sourceId: number): void {
    this.#registry?.cancel(sourceId)
  }

  /** Reads and watches a source no more, in this run; returns its files. */
  stopReading(sourceId: number): string[] {
    const paths = this.#registry?.remove(sourceId) ?? []
    this.#sourcePaths = this.#sourcePaths.filter((path) => !paths.includes(path))
    return paths
  }

  /** Deletes behind the scenes what belongs to removed sources. */
  finishRemovals(): void {
    if (this.#own) this.#finishRemovals(this.#own)
  }

  /** Reports the sources, since one was changed. */
  announceSources(): void {
    this.#registry?.announce()
  }

  /** Reads and watches one more Hassette file; ends the sample home. Resolves when it was read once or failed. */
  async watch(path: string): Promise<void> {
    if (!this.#sourcePaths.includes(path)) this.#sourcePaths.push(path)
    let hasLeft = false
    await this.change(async () => {
      hasLeft = this.#isSample
      if (hasLeft) await this.#leaveSample()
    })
    if (!hasLeft) await this.#registry?.add(this.#planFile(this.#current(), path))
  }

  /** Says what a Hassette file holds. Throws `source_…` with a remedy. */
  identify(path: string): Promise<HassetteFacts> {
    return this.write().identifyFile({ path })
  }

  /** Whether somebody sees the window: files are looked at more often then. */
  setPace(pace: Pace): void {
    this.#pace = pace
    this.#instruct(this.#shown)
  }

  /** Looks whether the Hassettes that are watched still run. */
  lookAtHassettes(): void {
    this.#registry?.look()
  }

  /** The machine woke up. */
  awoke(): void {
    this.#registry?.startOver()
  }

  /** The limits of the archive are others now. */
  limitsChanged(): void {
    this.#instruct(this.#own)
  }

  #current(): ArchiveClient {
    if (this.#shown === null) throw new Error('the archive was not started')
    return this.#shown
  }

  #open(path: string, onReady: (client: ArchiveClient) => Promise<void>): ArchiveClient {
    const { startClient, onState, onCommitted, warn } = this.#options
    let wasReady = false
    let wasUnavailable = false
    const client = startClient({
      path,
      onState: (state) => {
        // A thread that was started again knows nothing of it.
        this.#instruct(client)
        if (state.kind === 'ready' && wasReady && wasUnavailable && client === this.#shown) this.#registry?.wake()
        wasUnavailable = state.kind === 'unavailable' || (wasUnavailable && state.kind !== 'ready')
        if (state.kind === 'ready' && !wasReady) {
          wasReady = true
          onReady(client).catch((thrown: unknown) => warn('sources could not be started', thrown))
        }
        if (state.kind === 'unavailable') warn(`archive unavailable (${state.problem.code})`)
        if (client === this.#shown) onState(state)
      },
      onCommitted: ({ sourceId, runs }) => {
        if (client === this.#shown) onCommitted(sourceId, runs)
      },
    })
    return client
  }

  /** Tells an archive that is ready the pace and the limits; another one is told when it becomes ready. */
  #instruct(client: ArchiveClient | null): void {
    if (client?.state().kind !== 'ready') return
    const { limits, warn } = this.#options
    const failed = (thrown: unknown): void => warn('the archive was not told of pace and limits', thrown)
    client.write.setLimits({ limits: limits() }).catch(failed)
    client.write.setPace({ pace: this.#pace }).catch(failed)
  }

  #show(client: ArchiveClient): void {
    this.#shown = client
    this.#options.onState(client.state())
  }

  async #openSample(): Promise<void> {
    const { sampleDir, recordingDir } = this.#options
    this.#isSample = true
    await rm(sampleDir, { recursive: true, force: true })
    await mkdir(sampleDir, { recursive: true, mode: 0o700 })
    if (this.#stopped) return
    const start = (client: ArchiveClient) => this.#startSources(client, [plannedSample(client, recordingDir)])
    this.#show(this.#open(join(sampleDir, 'hassette.db'), start))
  }

  /** `mayShowSample`: when nothing is known to show, the sample takes the archive's place. */
  #openOwn(mayShowSample: boolean): void {
    this.#own = this.#open(this.#path, async (client) => {
      const isKnown = this.#sourcePaths.length > 0 || (await client.read.sources()).length > 0
      if (!isKnown && mayShowSample) await this.#openSample()
      else await this.#startSources(client, this.#planFiles(client))
      this.#finishRemovals(client)
    })
    this.#show(this.#own)
  }

  #finishRemovals({ write }: ArchiveClient): void {
    write.finishRemovals().catch((thrown: unknown) => {
      // Whenever an archive is closed; it goes on when it is opened next.
      if (toProblem(thrown).code !== 'cancelled') {
        this.#options.warn('removed sources were not deleted to the end', thrown)
      }
    })
  }

  /** From the sample to the user's own archive, which reads `#sourcePaths`. */
  async #leaveSample(): Promise<void> {
    const left = this.#shown
    this.#isSample = false
    await this.#stopSources()
    if (this.#own === null) this.#openOwn(false)
    else {
      this.#show(this.#own)
      await this.#startSources(this.#own, this.#planFiles(this.#own))
    }
    await left?.close()
  }

  #planFiles(client: ArchiveClient): PlannedSource[] {
    return this.#sourcePaths.map((path) => this.#planFile(client, path))
  }

  #planFile(client: ArchiveClient, path: string): PlannedSource {
    const { planFile, info } = this.#options
    return planFile ? planFile(client, path) : plannedFile(client, path, info)
  }

  async #startSources(client: ArchiveClient, planned: PlannedSource[]): Promise<void> {
    if (this.#stopped || client !== this.#shown) return
    const { clock, onSources, onSourceMoved, info, warn } = this.#options
    const onMoved = (from: string, to: string): void => {
      this.#sourcePaths = this.#sourcePaths.filter((path) => placeOf(path) !== from)
      onSourceMoved(from, to)
    }
    const registry = new SourceRegistry({ archive: client, planned, clock, info, warn, onMoved })
    this.#registry = registry
    registry.onChange(onSources)
    registry.start()
    onSources(await registry.list())
  }

  async #stopSources(): Promise<void> {
    const stopping = this.#registry
    this.#registry = null
    await stopping?.stop()
  }
}
