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
import type { SerialQueue } from './util/concurrency'
import type { Clock } from './util/clock'
import type { Service } from './util/service'

/** What this run shows: one archive and its sources, the user's own or the sample home. */
export interface Home extends Service {
  /** Path of the user's archive, also while the sample is shown. */
  archivePath: () => string
  isSample: () => boolean
  /** The user's archive is in use, perhaps behind the sample; not with `--sample`. */
  hasOwnArchive: () => boolean
  read: () => Remote<ReadApi>
  write: () => Remote<WriteApi>
  archiveState: () => ArchiveState
  /** Tries an archive again that was given up. */
  retryArchive: () => Promise<ArchiveState>
  /**
   * Does what changes the archive beside the reading of sources: one after the other, so that a change waits for the
   * end of work that puts another file in the archive's place.
   */
  change: SerialQueue
  /** A change while no source is read. */
  changeAtRest: SerialQueue
  /**
   * Closes the user's archive, lets `work` change what lies at its path, and opens what `work` answers. Whatever
   * `work` throws reaches the caller after the archive was opened again. The sample home gives way to what it knows.
   */
  replaceArchive: (work: (path: string) => string | Promise<string>) => Promise<ArchiveState>
  sources: () => Promise<SourceInfo[]>
  /** The files of Hassettes that this run or the archive knows, also those that are not there now. */
  sourceFiles: () => Promise<string[]>
  retrySource: (sourceId: number) => Promise<void>
  /** Stops the reading of a source; `retrySource` goes on where it stopped. */
  cancelSource: (sourceId: number) => void
  /** Reads and watches a source no more, in this run; answers its files. */
  stopReading: (sourceId: number) => string[]
  /** Deletes behind the scenes what belongs to removed sources. */
  finishRemovals: () => void
  /** Tells the listeners of the sources, since one was changed. */
  announceSources: () => void
  /** Reads and watches one more Hassette file; ends the sample home. Resolves when it was read once or failed. */
  watch: (path: string) => Promise<void>
  /** Says what a Hassette file holds. Throws `source_…` with a remedy. */
  identify: (path: string) => Promise<HassetteFacts>
  /** Whether somebody sees the window: files are looked at more often then. */
  setPace: (pace: Pace) => void
  /** Looks whether the Hassettes that are watched still run. */
  lookAtHassettes: () => void
  /** The machine woke up. */
  awoke: () => void
  /** The limits of the archive are others now. */
  limitsChanged: () => void
}

/** What a home tells the rest of the app. */
export interface HomeListeners {
  onArchiveState: (state: ArchiveState) => void
  onSources: (sources: SourceInfo[]) => void
  onCommitted: (sourceId: number, runs: number) => void
  /** A source's file lies elsewhere now: the old path is not to be read at the next start. */
  onSourceMoved: (from: string, to: string) => void
}

/** What a home is made from. */
export interface HomeOptions extends HomeListeners {
  archivePath: string
  /** A folder of ours; emptied whenever the sample is opened. */
  sampleDir: string
  /** Where the recording lies in the app. */
  recordingDir: string
  sourcePaths: string[]
  forceSample: boolean
  clock: Clock
  /** The limits in force. */
  limits: () => Limits
  openArchive: (options: Pick<ArchiveClientOptions, 'path' | 'onState' | 'onCommitted'>) => ArchiveClient
  /** How a Hassette file is read and watched; by default by the threads of the archive. */
  planFile?: (archive: ArchiveClient, path: string) => PlannedSource
  info: (message: string) => void
  warn: (message: string, thrown?: unknown) => void
}

/**
 * Builds the home. `start` only sets the threads off; everything else follows when the archive is ready, so that an
 * archive that cannot be opened still leaves a window that says so. The sample is shown when asked for, or when
 * neither the settings nor the archive know a source.
 */
export function createHome(options: HomeOptions): Home {
  const { sampleDir, recordingDir, forceSample, openArchive, info, warn } = options
  const { planFile = (archive, path) => plannedFile(archive, path, info) } = options
  const change = createSerialQueue()
  const briefing = createBriefing(options)
  let archivePath = options.archivePath
  let sourcePaths = [...options.sourcePaths]
  let shown: ArchiveClient | null = null
  let user: ArchiveClient | null = null
  let registry: SourceRegistry | null = null
  let sample = forceSample
  let stopped = false

  function open(path: string, onReady: (client: ArchiveClient) => Promise<void>): ArchiveClient {
    let wasReady = false
    let wasUnavailable = false
    const client = openArchive({
      path,
      onState: (state) => {
        // A thread that was started again knows nothing of it.
        briefing.tell(client)
        if (state.kind === 'ready' && wasReady && wasUnavailable && client === shown) registry?.wake()
        wasUnavailable = state.kind === 'unavailable' || (wasUnavailable && state.kind !== 'ready')
        if (state.kind === 'ready' && !wasReady) {
          wasReady = true
          onReady(client).catch((thrown: unknown) => warn('sources could not be started', thrown))
        }
        if (state.kind === 'unavailable') warn(`archive unavailable (${state.problem.code})`)
        if (client === shown) options.onArchiveState(state)
      },
      onCommitted: ({ sourceId, runs }) => {
        if (client === shown) options.onCommitted(sourceId, runs)
      },
    })
    return client
  }

  async function openSample(): Promise<void> {
    sample = true
    await rm(sampleDir, { recursive: true, force: true })
    await mkdir(sampleDir, { recursive: true, mode: 0o700 })
    if (stopped) return
    shown = open(join(sampleDir, 'hassette.db'), (client) =>
      startSources(client, [plannedSample(client, recordingDir)]),
    )
    options.onArchiveState(shown.state())
  }

  /** `mayShowSample`: when nothing is known to show, the sample takes the archive's place. */
  function openUser(mayShowSample: boolean): void {
    user = open(archivePath, async (client) => {
      const known = sourcePaths.length > 0 || (await client.read.sources()).length > 0
      if (!known && mayShowSample) await openSample()
      else
        await startSources(
          client,
          sourcePaths.map((path) => planFile(client, path)),
        )
      finishRemovals(client)
    })
    shown = user
    options.onArchiveState(user.state())
  }

  async function startSources(client: ArchiveClient, planned: PlannedSource[]): Promise<void> {
    if (stopped || client !== shown) return
    const onMoved = (from: string, to: string): void => {
      sourcePaths = sourcePaths.filter((path) => placeOf(path) !== from)
      options.onSourceMoved(from, to)
    }
    registry = new SourceRegistry({ archive: client, planned, clock: options.clock, info, warn, onMoved })
    registry.onChange(options.onSources)
    await registry.start()
    options.onSources(await registry.list())
  }

  async function stopSources(): Promise<void> {
    const stopping = registry
    registry = null
    await stopping?.stop()
  }

  /** From the sample to the user's own archive, which reads `sourcePaths`. */
  async function leaveSample(): Promise<void> {
    const left = shown
    sample = false
    await stopSources()
    if (user === null) openUser(false)
    else {
      shown = user
      options.onArchiveState(user.state())
      await startSources(
        user,
        sourcePaths.map((path) => planFile(current(), path)),
      )
    }
    await left?.close()
  }

  async function replaceArchive(work: (path: string) => string | Promise<string>): Promise<ArchiveState> {
    const left = sample ? shown : null
    sample = false
    await stopSources()
    await user?.close()
    await left?.close()
    try {
      archivePath = await work(archivePath)
    } finally {
      if (!stopped) openUser(left !== null)
    }
    return current().retry()
  }

  function finishRemovals(client: ArchiveClient): void {
    client.write.finishRemovals().catch((thrown: unknown) => {
      // Whenever an archive is closed; it goes on when it is opened next.
      if (toProblem(thrown).code !== 'cancelled') warn('removed sources were not deleted to the end', thrown)
    })
  }

  function current(): ArchiveClient {
    if (shown === null) throw new Error('the home was not started')
    return shown
  }

  return {
    name: 'archive',
    archivePath: () => archivePath,
    start: () => (forceSample ? openSample() : openUser(true)),
    stop: async () => {
      stopped = true
      await stopSources()
      await shown?.close()
      if (user !== shown) await user?.close()
    },
    isSample: () => sample,
    hasOwnArchive: () => user !== null,
    read: () => current().read,
    write: () => current().write,
    archiveState: () => shown?.state() ?? { kind: 'opening' },
    retryArchive: () => current().retry(),
    change,
    changeAtRest: (work) =>
      change(async () => {
        await registry?.pause()
        try {
          return await work()
        } finally {
          registry?.resume()
        }
      }),
    replaceArchive,
    sources: async () => (await registry?.list()) ?? [],
    sourceFiles: async () => {
      const known = (await registry?.list()) ?? []
      return [...new Set([...sourcePaths, ...known.flatMap(({ path }) => path ?? [])])]
    },
    retrySource: async (sourceId) => registry?.retry(sourceId),
    cancelSource: (sourceId) => registry?.cancel(sourceId),
    stopReading: (sourceId) => {
      const paths = registry?.remove(sourceId) ?? []
      sourcePaths = sourcePaths.filter((path) => !paths.includes(path))
      return paths
    },
    finishRemovals: () => {
      if (user) finishRemovals(user)
    },
    announceSources: () => registry?.announce(),
    watch: async (path) => {
      if (!sourcePaths.includes(path)) sourcePaths.push(path)
      let left = false
      await change(async () => {
        left = sample
        if (left) await leaveSample()
      })
      if (!left) await registry?.add(planFile(current(), path))
    },
    identify: (path) => current().write.identifyFile({ path }),
    setPace: (wanted) => {
      briefing.setPace(wanted)
      briefing.tell(shown)
    },
    lookAtHassettes: () => registry?.look(),
    awoke: () => registry?.startOver(),
    limitsChanged: () => briefing.tell(user),
  }
}

/** What an archive's threads have to be told, again whenever they were started again. */
export interface Briefing {
  setPace: (pace: Pace) => void
  /** Tells the archives that are ready; the others are told when they become ready. */
  tell: (...clients: (ArchiveClient | null)[]) => void
}

export function createBriefing({ limits, warn }: BriefingOptions): Briefing {
  let pace: Pace = 'hidden'

  function tellOne({ write }: ArchiveClient): void {
    const failed = (thrown: unknown): void => warn('the archive was not told of pace and limits', thrown)
    write.setLimits({ limits: limits() }).catch(failed)
    write.setPace({ pace }).catch(failed)
  }

  return {
    setPace: (wanted) => {
      pace = wanted
    },
    tell: (...clients) => {
      for (const client of clients) if (client?.state().kind === 'ready') tellOne(client)
    },
  }
}

interface BriefingOptions {
  limits: () => Limits
  warn: (message: string, thrown?: unknown) => void
}
