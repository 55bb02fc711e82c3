import {
  closeSync,
  copyFileSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import * as v from 'valibot'
import { reasonOf } from '@shared/messages-system'
import { realPath } from '../archive/file-facts'

/** What a JSON file held. */
export type JsonRead =
  /** There is none, or an empty one, as a power cut leaves it. */
  | { kind: 'missing' }
  | { kind: 'ok'; content: unknown }
  /** It holds something else; `copy` is where that was kept, null when it could not be. */
  | { kind: 'corrupt'; copy: string | null }
  /** Nobody knows what it holds; `reason` in words, the end of a sentence. */
  | { kind: 'unreadable'; reason: string }

/** Reads a JSON file, never throws. A corrupt one is copied beside itself (`….corrupt-<time>`), so that nothing is lost. */
export function readJson(path: string, now: Date = new Date()): JsonRead {
  let text: string
  try {
    const found = statSync(path)
    // A pipe would keep us waiting for ever.
    if (!found.isFile()) return { kind: 'unreadable', reason: found.isDirectory() ? 'it is a folder' : 'it is no file' }
    text = textOf(readFileSync(path))
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return { kind: 'missing' }
    return { kind: 'unreadable', reason: reasonOf(thrown) }
  }
  if (text.trim() === '') return { kind: 'missing' }
  try {
    return { kind: 'ok', content: JSON.parse(text) as unknown }
  } catch {
    return { kind: 'corrupt', copy: keepCopy(path, now) }
  }
}

/** Editors and shells of Windows write a mark of order first, and sometimes two bytes a character. */
function textOf(bytes: Buffer): string {
  const text = bytes[0] === 0xff && bytes[1] === 0xfe ? bytes.toString('utf16le') : bytes.toString('utf8')
  return text.replace(/^\uFEFF/, '')
}

/** Copies a file beside itself, once for the same content; null when that fails (full disk, no permission). */
export function keepCopy(path: string, now: Date): string | null {
  const copy = `${path}.corrupt-${now.toISOString().replace(/[:.]/g, '-')}`
  try {
    const bytes = readFileSync(path)
    const earlier = readdirSync(dirname(path))
      .filter((name) => name.startsWith(`${basename(path)}.corrupt-`))
      .map((name) => join(dirname(path), name))
      .find((each) => readFileSync(each).equals(bytes))
    if (earlier !== undefined) return earlier
    copyFileSync(path, copy)
    return copy
  } catch {
    return null
  }
}

/**
 * Writes a JSON file whole or not at all: to a neighbour first, flushed, then renamed; where a link lies, the file that
 * it leads to. Mode 0600, folder 0700. Throws what the system says, and leaves nothing behind then.
 */
export function writeJson(path: string, content: unknown): void {
  const target = realPath(path)
  mkdirSync(dirname(target), { recursive: true, mode: 0o700 })
  const temporary = `${target}.${process.pid}.tmp`
  try {
    writeFileSync(temporary, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 })
    const descriptor = openSync(temporary, 'r+')
    try {
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    renameSync(temporary, target)
  } catch (thrown) {
    rmSync(temporary, { force: true })
    throw thrown
  }
}

/**
 * The parts of a value that pass their check; `fallback` stands in for the others, which are named in `invalid` as they
 * stand in the file (`alerts.notify.blind`). Looks into objects, so that one bad part does not cost its neighbours.
 */
export function goodParts(
  schema: v.GenericSchema,
  raw: unknown,
  fallback: unknown,
  at: string,
  invalid: string[],
): unknown {
  const whole = v.safeParse(schema, raw)
  if (whole.success) return whole.output
  if (isObject(raw) && isObject(fallback) && hasEntries(schema)) {
    const parts = Object.entries(schema.entries).map(([name, part]) => {
      const given = raw[name]
      return [
        name,
        given === undefined ? fallback[name] : goodParts(part, given, fallback[name], `${at}.${name}`, invalid),
      ]
    })
    return Object.fromEntries(parts) as unknown
  }
  invalid.push(at)
  return fallback
}

/** Whether a value of a JSON file is an object, neither null nor a list. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function hasEntries(schema: v.GenericSchema): schema is v.GenericSchema & { entries: Record<string, v.GenericSchema> } {
  return 'entries' in schema && isObject(schema.entries)
}
