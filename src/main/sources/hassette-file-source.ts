import { basename, dirname } from 'node:path'
import type { ArchiveClient } from '../archive/client'
import { isHassettesPlace, thisComputer } from './discovery'
import type { PlannedSource } from './planned-source'

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
