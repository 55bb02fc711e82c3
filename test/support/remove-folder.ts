import { rmSync } from 'node:fs'

const TRIES = 50
const PAUSE_MS = 100

/**
 * Removes a folder in which processes that are ending may still write: what they add while it is being removed makes
 * `rmSync` give up, however often it tries the folder itself again.
 */
export function removeFolder(folder: string): void {
  for (let attempt = 1; ; attempt++) {
    try {
      rmSync(folder, { recursive: true, force: true })
      return
    } catch (thrown) {
      if (attempt === TRIES) throw thrown
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS)
    }
  }
}
