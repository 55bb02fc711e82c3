import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ArchiveState, HassetteFacts, SourceInfo } from '@shared/source'
import type { Pace, ReadApi, Remote } from './archive/api'
import type { ArchiveClient, ArchiveClientOptions } from './archive/client'
import type { Service } from './service'
import { plannedSample } from './sources/sample/planned'
import type { PlannedSource } from './sources/planned-source'
import type { SourceRegistry } from './sources/registry'
import { plannedFile } from './sources/hassette-file-source'
import { createSourceRegistry } from './sources/registry'

/** What this run shows: one archive and its sources, the user's own or the sample home. */
export interface Home extends Service {
  /** Path of the user's archive, also while the sample is shown. */
  archivePath: () => string
  isSample: () => boolean
  read: () => Remote<ReadApi>
  archiveState: () => ArchiveState
  /** Tries an archive again that was given up. */
  retryArchive: () => Promise<ArchiveState>
  /**
   * Closes the user's archive, lets `work` change what lies at its path, and opens what `work` answers. Whatever
   * `work` throws reaches the caller after the archive was opened again.
   */
  replaceArchive: (work: (path: string) => string | Promise<string>) => Promise<ArchiveState>
  sources: () => Promise<SourceInfo[]>
  retrySource: (sourceId: number) => Promise<void>
  /** Stops the reading of a source; `retrySource` goes on where it stopped. */
  cancelSource: (sourceId: number) => void
  /** Reads and watches one more Hassette file; ends the sample home. Resolves when it was read once or failed. */
  watch: (path: string) => Promise<void>
  /** Says what a Hassette file holds. Throws `source_…` with a remedy. */
  identify: (path: string) => Promise<HassetteFacts>
  /** Whether somebody sees the window: files are looked at more often then. */
  setPace: (pace: Pace) => void
}

/** What a home tells the rest of the app. */
export interface HomeListeners {
  onArchiveState: (state: ArchiveState) => void
  onSources: (sources: SourceInfo[]) => void
  onCommitted: (sourceId: number, runs: number) => void
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
  openArchive: (options: Pick<ArchiveClientOptions, 'path' | 'onState' | 'onCommitted'>) => ArchiveClient
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
  let archivePath = options.archivePath
  const sourcePaths = [...options.sourcePaths]
  let shown: ArchiveClient | null = null
  let user: ArchiveClient | null = null
  let registry: SourceRegistry | null = null
  let sample = forceSample
  let stopped = false
  let pace: Pace = 'hidden'

  function open(path: string, onReady: (client: ArchiveClient) => Promise<void>): ArchiveClient {
    let wasReady = false
    const client = openArchive({
      path,
      onState: (state) => {
        // A thread that was started again knows nothing of it.
        if (state.kind === 'ready') sendPace(client)
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

  function sendPace(client: ArchiveClient): void {
    client.write.setPace({ pace }).catch((thrown: unknown) => warn('the pace was not set', thrown))
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
          sourcePaths.map((path) => plannedFile(client, path, info)),
        )
    })
    shown = user
    options.onArchiveState(user.state())
  }

  async function startSources(client: ArchiveClient, planned: PlannedSource[]): Promise<void> {
    if (stopped || client !== shown) return
    registry = createSourceRegistry({ archive: client, planned, info, warn })
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
        sourcePaths.map((path) => plannedFile(current(), path, info)),
      )
    }
    await left?.close()
  }

  async function replaceArchive(work: (path: string) => string | Promise<string>): Promise<ArchiveState> {
    if (!sample) await stopSources()
    await user?.close()
    try {
      archivePath = await work(archivePath)
    } finally {
      if (!sample) openUser(false)
    }
    return current().retry()
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
    read: () => current().read,
    archiveState: () => shown?.state() ?? { kind: 'opening' },
    retryArchive: () => current().retry(),
    replaceArchive,
    sources: async () => (await registry?.list()) ?? [],
    retrySource: async (sourceId) => registry?.retry(sourceId),
    cancelSource: (sourceId) => registry?.cancel(sourceId),
    watch: async (path) => {
      if (!sourcePaths.includes(path)) sourcePaths.push(path)
      if (sample) await leaveSample()
      else await registry?.add(plannedFile(current(), path, info))
    },
    identify: (path) => current().write.identifyFile({ path }),
    setPace: (wanted) => {
      pace = wanted
      if (shown?.state().kind === 'ready') sendPace(shown)
    },
  }
}
