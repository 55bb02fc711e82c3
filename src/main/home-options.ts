import type { ArchiveState, SourceInfo } from '@shared/source'
import type { Limits } from '@shared/storage'
import type { Clock } from './util/clock'
import type { ArchiveClient, ArchiveClientOptions } from './archive/client'
import type { PlannedSource } from './sources/planned-source'

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
