import type { ArchiveClient } from '@main/archive/client'
import { startCopier } from '@main/maintenance/copier'
import { createArchiveCopies } from '@main/maintenance/archive-copies'
import { createJobRunner } from '@main/maintenance/job-runner'
import { openArchive, THREADS } from './archive'

/** The archive that is open, which a compaction closes and opens again. */
export interface Opened {
  client: ArchiveClient
  path: string
  nowUs: number
}

/** "Compact now" as the app does it, on this archive. Throws unless it is done. */
export async function compact(opened: Opened): Promise<{ bytesBefore: number; bytesAfter: number }> {
  const fail = (message: string, thrown?: unknown): never => {
    throw new Error(message, { cause: thrown })
  }
  const copies = createArchiveCopies({
    archive: {
      path: () => opened.path,
      isSample: () => false,
      hasOwn: () => true,
      sourceFiles: () => Promise.resolve([]),
      write: () => opened.client.write,
      change: (work) => work(),
      changeAtRest: (work) => work(),
      replace: async (work) => {
        await opened.client.close()
        opened.path = await work(opened.path)
        opened.client = openArchive(opened.path, opened.nowUs)
        await opened.client.read.sources()
        return opened.client.state()
      },
    },
    jobs: createJobRunner(fail),
    startCopier: () => startCopier(THREADS.copier, fail),
    warn: fail,
  })
  const { outcome, problem, bytesBefore, bytesAfter } = await copies.compact()
  if (outcome !== 'done') throw new Error(`the compaction is ${outcome}: ${problem?.message ?? ''}`)
  return { bytesBefore, bytesAfter }
}
