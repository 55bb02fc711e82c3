import {
  mkdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
  openSync,
  fsyncSync,
  closeSync,
  copyFileSync,
} from 'node:fs'
import { dirname } from 'node:path'

/** What a JSON file held. */
export type JsonRead = { kind: 'missing' } | { kind: 'ok'; content: unknown } | { kind: 'corrupt'; copy: string | null }

/** Reads a JSON file; a corrupt one is copied beside itself (`….corrupt-<time>`), so that nothing is lost. */
export function readJson(path: string, now: Date = new Date()): JsonRead {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return { kind: 'missing' }
    throw thrown
  }
  try {
    return { kind: 'ok', content: JSON.parse(text) as unknown }
  } catch {
    return { kind: 'corrupt', copy: keepCopy(path, now) }
  }
}

/** Copies a file beside itself under a name of its own; null when that fails (full disk, no permission). */
export function keepCopy(path: string, now: Date): string | null {
  const copy = `${path}.corrupt-${now.toISOString().replace(/[:.]/g, '-')}`
  try {
    copyFileSync(path, copy)
    return copy
  } catch {
    return null
  }
}

/** Writes a JSON file whole or not at all: to a neighbour first, flushed, then renamed. Mode 0600, folder 0700. */
export function writeJson(path: string, content: unknown): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const temporary = `${path}.${process.pid}.tmp`
  writeFileSync(temporary, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 })
  const descriptor = openSync(temporary, 'r+')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
  renameSync(temporary, path)
}
