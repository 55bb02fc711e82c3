import { openWriter } from '@archive/threads'
import { startCopier } from '@main/maintenance/copier'
import type { Copier } from '@main/maintenance/copier'
import Database from 'better-sqlite3'
import { onTestFinished } from 'vitest'
import { CONTEXT, ENTRIES } from '../support/archive'

/** Runs of the recording `live-v9`. */
export const RUNS = 2949

/** A closed archive with the runs of a recording, of which some were deleted so that pages are free. */
export async function madeArchive(path: string, source: string): Promise<string> {
  const writer = openWriter(path, () => undefined)
  const { sourceId } = await writer.sources.addFile({ path: source, name: 'x', mode: 'snapshot', shiftUs: 0 })
  await writer.sources.syncFile({ sourceId, shiftUs: 0 }, CONTEXT)
  writer.close()
  const db = new Database(path)
  db.exec('CREATE TABLE filler (x); INSERT INTO filler VALUES (randomblob(2000000)); DROP TABLE filler')
  db.close()
  return path
}

/** A real copier thread; closed when the test ends. */
export function copier(entry: string | URL = ENTRIES.copier): Copier & { faults: string[] } {
  const faults: string[] = []
  const started = startCopier(entry, (message) => faults.push(message))
  onTestFinished(() => started.close())
  return { ...started, faults }
}

/** A copy that nobody cancels and nobody looks at. */
export const quiet = { signal: new AbortController().signal, expectedBytes: 1, onShare: () => undefined }
