import { createMovableClock } from '@main/util/clock'
import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { createArchiveClient } from '@main/archive/client'
import { OpenArchive } from '@main/open-archive'
import { startCopier } from '@main/maintenance/copier'
import type { Copier } from '@main/maintenance/copier'
import { createArchiveCopies } from '@main/maintenance/archive-copies'
import { createJobRunner } from '@main/maintenance/job-runner'
import type { StorageWork } from '@shared/storage'
import { expect, onTestFinished } from 'vitest'
import { ENTRIES, rowsOf } from '../support/archive'
import { compareExecutions } from '../support/compare-executions'
import { useTempFolder } from '../support/fixtures'
import { startHassetteWriter } from '../support/hassette-writer'
import type { HassetteWriter } from '../support/hassette-writer'
import { waitFor } from '../support/wait'

/** A home with real threads, work on its archive, and the Hassette that it reads; in a folder of each test. */
export function useKeptHome() {
  const folder = useTempFolder()
  const archive = (): string => folder.path('data/hassette.db')

  /** `around` may step in between a home and its copier. */
  const start = async (
    sourcePaths: string[],
    around: (copier: Copier) => Copier = (copier) => copier,
    sample = false,
  ) => {
    mkdirSync(folder.path('data'), { recursive: true })
    const warnings: string[] = []
    const home = new OpenArchive({
      path: archive(),
      sampleDir: folder.path('data/sample'),
      recordingDir: resolve(import.meta.dirname, '../../resources/sample'),
      sourcePaths,
      forceSample: sample,
      clock: createMovableClock(),
      limits: () => ({ retentionDays: 7, frameworkRetentionDays: 7, maxSizeMb: 500 }),
      startClient: (options) => createArchiveClient({ ...options, ...ENTRIES }),
      onState: () => undefined,
      onSources: () => undefined,
      onSourceMoved: () => undefined,
      onCommitted: () => undefined,
      info: () => undefined,
      warn: (message) => warnings.push(message),
    })
    const jobs = createJobRunner((message) => warnings.push(message))
    const warn = (message: string) => warnings.push(message)
    const startOne = (): Copier => around(startCopier(ENTRIES.copier, warn))
    const copies = createArchiveCopies({ archive: home, jobs, startCopier: startOne, warn })
    const stop = async (): Promise<void> => {
      await jobs.stop()
      await home.stop()
    }
    onTestFinished(stop)
    await home.start()
    home.setPace('visible')
    const states: (StorageWork | null)[] = []
    jobs.onChange((state) => states.push(state))
    const hasRuns = (runs: number): Promise<unknown> =>
      waitFor(`${runs} runs`, async () => {
        const [source] = await home.sources().catch(() => [])
        return source !== undefined && source.appRuns + source.frameworkRuns === runs
      })
    return { home, jobs, copies, states, warnings, hasRuns, stop }
  }

  const hassette = async (runs: number): Promise<HassetteWriter> => {
    const writer = await startHassetteWriter(folder.path('hassette.db'), { onEnd: onTestFinished })
    await writer.run({ count: runs })
    return writer
  }

  /** Every run of the Hassette is in the archive once, as it was. */
  const isWhole = async (writer: HassetteWriter): Promise<void> => {
    const copy = folder.path('copy-of-hassette.db')
    await writer.vacuumInto(copy)
    const { equal, ours } = compareExecutions(archive(), copy)
    expect({ equal, total: ours.total }).toEqual({ equal: true, total: writer.committedIds().length })
  }

  return { folder, archive, start, hassette, isWhole }
}

/** What the log of an archive says was done, oldest first. */
export function logged(path: string): string[] {
  return rowsOf<{ reason: string }>(path, 'SELECT reason FROM retention_log ORDER BY id').map(({ reason }) => reason)
}

/** Damages pages of a file, in a process of its own: this one must not open a database by `fs`. */
export function overwrite(path: string, pages: { page: number }[]): void {
  const script = `const fs = require('node:fs'); const file = fs.openSync(process.argv[1], 'r+')
    for (const { page } of ${JSON.stringify(pages)}) fs.writeSync(file, Buffer.alloc(4096), 0, 4096, (page - 1) * 4096)
    fs.closeSync(file)`
  execFileSync(process.execPath, ['-e', script, path])
}
