import { basename, dirname } from 'node:path'
import type { Problem } from '@shared/result'
import { Failure, toProblem } from '@shared/result'
import type { SourceInfo, SourceState } from '@shared/source'
import type { ArchiveClient } from '../archive/client'
import type { Service } from '../service'

/** The sources of this run: which are read, and what each is doing. */
export interface SourceRegistry extends Service {
  list: () => Promise<SourceInfo[]>
  /** Reads a source again, after a failure or to fetch what is new. */
  retry: (sourceId: number) => Promise<void>
  onChange: (listener: (sources: SourceInfo[]) => void) => () => void
  /** Resolves when every source was read once or failed. */
  settled: () => Promise<void>
}

/** One source to be read in this run. `prepare` finds or adds it in the archive, `read` copies what is new. */
export interface PlannedSource {
  path: string | null
  name: string
  prepare: () => Promise<number>
  read: (
    sourceId: number,
    options: { signal: AbortSignal; onProgress: (done: number, total: number) => void },
  ) => Promise<void>
}

interface Watched {
  planned: PlannedSource
  /** Archive id; a negative one while the source could not be added (a missing file, say). */
  id: number
  state: SourceState
}

/** What the registry is made from. */
export interface RegistryOptions {
  archive: Pick<ArchiveClient, 'read'>
  planned: PlannedSource[]
  info: (message: string) => void
  warn: (message: string, thrown?: unknown) => void
}

/** Builds the registry; `start` returns at once and reads the sources one after the other. */
export function createSourceRegistry({ archive, planned, info, warn }: RegistryOptions): SourceRegistry {
  const watched: Watched[] = planned.map((source, index) => ({
    planned: source,
    id: -1 - index,
    state: { kind: 'connecting' },
  }))
  const listeners = new Set<(sources: SourceInfo[]) => void>()
  const stopping = new AbortController()
  let work: Promise<void> = Promise.resolve()

  async function list(): Promise<SourceInfo[]> {
    const known = await archive.read.sources()
    const infos = known.map<SourceInfo>((source) => ({
      ...source,
      state: watched.find((each) => each.id === source.id)?.state ?? { kind: 'not_read' },
    }))
    return [...infos, ...watched.filter((each) => each.id < 0).map(unknownSource)]
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

  async function read(source: Watched): Promise<void> {
    if (stopping.signal.aborted) return
    setState(source, { kind: 'connecting' })
    try {
      source.id = await source.planned.prepare()
      await source.planned.read(source.id, {
        signal: stopping.signal,
        onProgress: (done, total) => setState(source, { kind: 'catching_up', done, total }),
      })
      setState(source, { kind: 'up_to_date', atMs: Date.now() })
      info(`source ${source.id} is up to date`)
    } catch (thrown) {
      const failure: Problem = toProblem(thrown)
      if (failure.code === 'internal') warn('reading a source failed', thrown)
      else info(`source ${source.id} was not read: ${failure.code}`)
      setState(source, { kind: 'failed', problem: failure })
    }
  }

  function enqueue(source: Watched): Promise<void> {
    work = work.then(() => read(source))
    return work
  }

  return {
    name: 'sources',
    start: () => {
      for (const source of watched) void enqueue(source)
    },
    stop: async () => {
      stopping.abort()
      await work
    },
    list,
    retry: async (sourceId) => {
      const source = watched.find((each) => each.id === sourceId)
      if (!source) throw new Failure('not_found', 'This source is not read in this run of the app.')
      void enqueue(source)
      await Promise.resolve()
    },
    onChange: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    settled: () => work,
  }
}

const ANNOUNCE_MS = 100

function unknownSource(source: Watched): SourceInfo {
  return {
    id: source.id,
    name: source.planned.name,
    mode: 'live',
    path: source.planned.path,
    state: source.state,
    schemaVersion: null,
    sessions: 0,
    appRuns: 0,
    frameworkRuns: 0,
    oldestRunUs: null,
    newestRunUs: null,
    restartUs: null,
  }
}

/** A name for a file: its own, or its folder's where the file has the usual name (`v0` is Hassette's, not the user's). */
export function sourceName(path: string): string {
  const file = basename(path)
  if (file !== 'hassette.db') return file.replace(/\.db$/, '')
  const folder = basename(dirname(path))
  if (!/^v\d+$/.test(folder)) return folder || 'Hassette'
  return basename(dirname(dirname(path))) || 'Hassette'
}

/** A Hassette file as a source of this run. */
export function plannedFile(archive: Pick<ArchiveClient, 'write'>, path: string): PlannedSource {
  const name = sourceName(path)
  return {
    path,
    name,
    prepare: async () => (await archive.write.addFileSource({ path, name, mode: 'auto', shiftUs: 0 })).sourceId,
    read: async (sourceId, { signal, onProgress }) => {
      await archive.write.syncFileSource(
        { sourceId, shiftUs: 0 },
        { signal, onProgress: ({ done, total }) => onProgress(done, total) },
      )
    },
  }
}
