import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startRealHassette } from './real-hassette/hassette.mjs'

/** A Hassette from its published package, with a few apps, on a look-alike of Home Assistant. See real-hassette/README.md. */
export type RealHassette = Exclude<Awaited<ReturnType<typeof startRealHassette>>, { skipped: string }>

/**
 * Starts a real Hassette in a folder of its own. Takes 4 s, and up to a minute the first time, when it is installed.
 * `skipped` is a sentence for `ctx.skip()`: what this machine lacks. `onEnd` is vitest's `onTestFinished` or `afterAll`:
 * both processes end with the test.
 */
export async function realHassette(
  options: { onEnd: (end: () => Promise<void>) => void } & Partial<Parameters<typeof startRealHassette>[0]>,
): Promise<RealHassette | { skipped: string }> {
  const { onEnd, ...more } = options
  const folder = more.folder ?? mkdtempSync(join(tmpdir(), 'hassette-real-'))
  const remove = () => {
    if (more.folder === undefined) rmSync(folder, { recursive: true, force: true })
  }
  const started = await startRealHassette({ ...more, folder }).catch((error: unknown) => {
    remove()
    throw error
  })
  onEnd(async () => {
    if (!('skipped' in started)) await started.end()
    remove()
  })
  return started
}
