import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'

/** A mounted file system that has little room. */
export interface SmallDisk {
  path: string
  /** Gives it more room, as `64m`. */
  grow: (size: string) => void
}

/**
 * Mounts a file system of `size` (as `1m`) at a new folder while `work` runs. Where nobody may mount one, the test is
 * skipped.
 */
export async function onSmallDisk(
  path: string,
  size: string,
  skip: (note: string) => never,
  work: (disk: SmallDisk) => Promise<void>,
): Promise<void> {
  mkdirSync(path)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', path], { stdio: 'ignore' })
  } catch {
    skip('no right to mount a small file system')
  }
  try {
    await work({ path, grow: (more) => void execFileSync('mount', ['-o', `remount,size=${more}`, path]) })
  } finally {
    execFileSync('umount', ['-l', path], { stdio: 'ignore' })
  }
}
