import { basename, dirname } from 'node:path'
import type { WatchState } from '../archive/api'
import type { ArchiveClient } from '../archive/client'
import { isHassettesPlace, thisComputer } from './discovery'

/** One source to be read in this run. */
export interface PlannedSource {
  path: string | null
  name: string
  /**
   * Finds or adds it in the archive. `same`: its Hassette is read from another file already, so it is only read once.
   * `left`: the path that it was moved here from.
   */
  prepare: () => Promise<{ sourceId: number; same: boolean; left?: string }>
  /** Copies what is new. */
  read: (
    sourceId: number,
    options: { signal: AbortSignal; same: boolean; onProgress: (done: number, total: number) => void },
  ) => Promise<void>
  /** Copies what comes, until it is stopped; a source without it is read once. */
  watch?: (sourceId: number, options: { signal: AbortSignal; onState: (state: WatchState) => void }) => Promise<unknown>
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
export function plannedFile(
  archive: Pick<ArchiveClient, 'write'>,
  path: string,
  info: (message: string) => void,
): PlannedSource {
  const name = sourceName(path)
  return {
    path,
    name,
    prepare: async () => {
      const mode = (await isHassettesPlace(path, thisComputer())) ? 'live' : 'auto'
      return archive.write.addFileSource({ path, name, mode, shiftUs: 0 })
    },
    read: async (sourceId, { signal, same, onProgress }) => {
      const report = await archive.write.syncFileSource(
        { sourceId, shiftUs: 0, ...(same ? { path } : {}) },
        { signal, onProgress: ({ done, total }) => onProgress(done, total) },
      )
      if (same) info(`source ${sourceId} is also in another file: ${report.runs} runs came from there`)
      if (report.trendsOnly > 0) {
        info(`source ${sourceId}: ${report.trendsOnly} runs were past their term already, and only counted`)
      }
      if (report.copied) info(`source ${sourceId} was read from a copy: its folder may not be written to`)
    },
    watch: (sourceId, { signal, onState }) =>
      archive.write.watchFileSource({ sourceId, shiftUs: 0 }, { signal, onState }),
  }
}
