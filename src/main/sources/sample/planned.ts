import type { ArchiveClient } from '../../archive/client'
import type { PlannedSource } from '../planned-source'
import { loadRecording } from './recording'

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
