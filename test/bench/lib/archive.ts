import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createArchiveClient } from '@main/archive/client'
import type { ArchiveClient } from '@main/archive/client'
import type { CallContext } from '@archive/core'

/** The threads as the bench was built with them; they lie beside it. */
export const THREADS = {
  writer: new URL('./writer.js', import.meta.url),
  reader: new URL('./reader.js', import.meta.url),
  copier: new URL('./copier.js', import.meta.url),
}

/** What a verb gets when it is called in this thread. */
export const CONTEXT: CallContext = {
  progress: () => undefined,
  state: () => undefined,
  pause: () => new Promise((resume) => setImmediate(resume)),
}

/**
 * The app's two threads on an archive. `nowUs` (microseconds) is what their clock says; one clock for the whole process.
 * A fault of theirs ends the bench.
 */
export function openArchive(path: string, nowUs = Date.now() * 1000): ArchiveClient {
  process.env['HASSETTE_MONITOR_BENCH_CLOCK_MS'] = String(Math.round(nowUs / 1000 - Date.now()))
  return createArchiveClient({
    path,
    ...THREADS,
    onState: () => undefined,
    onCommitted: () => undefined,
    onFault: (message) => {
      throw new Error(message)
    },
  })
}

/** Runs a bench with a temporary folder, which is gone afterwards, also when the process is told to end. */
export async function inTempFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'hassette-monitor-bench-'))
  const remove = (): void => rmSync(folder, { recursive: true, force: true })
  const end = (): never => process.exit(1)
  process.once('exit', remove).once('SIGINT', end).once('SIGTERM', end)
  try {
    return await work(folder)
  } finally {
    process.off('exit', remove).off('SIGINT', end).off('SIGTERM', end)
    remove()
  }
}
