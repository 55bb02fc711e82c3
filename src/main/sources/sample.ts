import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliDecompress } from 'node:zlib'
import * as v from 'valibot'
import { Failure } from '@shared/result'
import type { ArchiveClient } from '../archive/client'
import type { PlannedSource } from './planned-source'

const factsSchema = v.object({
  /** Start of the first and finish of the last run, microseconds since 1970. */
  startUs: v.number(),
  endUs: v.number(),
  runs: v.number(),
  imageBytes: v.number(),
})

/** The recording behind the sample home: the bytes of a Hassette database, and when it ends. */
export interface Recording {
  image: Uint8Array
  startUs: number
  endUs: number
  runs: number
}

const unpack = promisify(brotliDecompress)

/** Reads the recording that comes with the app. It never becomes a file: SQLite reads it from memory. */
export async function loadRecording(folder: string): Promise<Recording> {
  try {
    const facts = v.parse(factsSchema, JSON.parse(await readFile(join(folder, 'recording.json'), 'utf8')))
    const image = await unpack(await readFile(join(folder, 'recording.db.br')))
    if (image.length !== facts.imageBytes) throw new Error('the recording has another size than recording.json says')
    return { image, startUs: facts.startUs, endUs: facts.endUs, runs: facts.runs }
  } catch (thrown) {
    throw new Failure(
      'source_corrupt',
      'The sample recording that comes with the app cannot be read.',
      'Install Hassette Monitor again, or start it with --source and a hassette.db.',
      { cause: thrown },
    )
  }
}

export const SAMPLE_NAME = 'Sample home'

/** The recording as a source of this run, moved so that its last run finished now. */
export function plannedSample(archive: Pick<ArchiveClient, 'write'>, recordingDir: string): PlannedSource {
  return {
    path: null,
    name: SAMPLE_NAME,
    prepare: async () => ({ ...(await archive.write.addRecording({ name: SAMPLE_NAME })), same: false }),
    read: async (sourceId, { signal, onProgress }) => {
      const recording = await loadRecording(recordingDir)
      await archive.write.importRecording(
        { sourceId, image: recording.image, shiftUs: Date.now() * 1000 - recording.endUs },
        { signal, onProgress: ({ done, total }) => onProgress(done, total) },
      )
    },
  }
}
