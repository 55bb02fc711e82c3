import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { chmodSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { createArchiveClient } from '@main/archive/client'
import type { ArchiveClient, ArchiveClientOptions } from '@main/archive/client'
import type { CallContext } from '@archive/core'
import type { ArchiveState } from '@shared/source'
import Database from 'better-sqlite3'
import { onTestFinished } from 'vitest'
import { WORKERS } from './build-workers'

/** The threads as built for tests. */
export const ENTRIES = {
  writer: join(WORKERS, 'writer.js'),
  reader: join(WORKERS, 'reader.js'),
  copier: join(WORKERS, 'copier.js'),
}

const PROBE = join(WORKERS, 'probe.js')

/** A client with what it told, closed when the test ends. */
export interface TestClient extends ArchiveClient {
  states: ArchiveState[]
  committed: { sourceId: number; runs: number }[]
  faults: string[]
  /** Resolves when a state of this kind is reached; at once if it is there. */
  reached: (kind: ArchiveState['kind']) => Promise<ArchiveState>
}

/** Real threads on an archive file. */
export function openClient(path: string, options: Partial<ArchiveClientOptions> = {}): TestClient {
  const states: ArchiveState[] = []
  const committed: { sourceId: number; runs: number }[] = []
  const faults: string[] = []
  const waiting: { kind: string; resolve: (state: ArchiveState) => void }[] = []
  const client = createArchiveClient({
    path,
    ...ENTRIES,
    onState: (state) => {
      states.push(state)
      for (const each of waiting) if (each.kind === state.kind) each.resolve(state)
    },
    onCommitted: (news) => committed.push(news),
    onFault: (message) => faults.push(message),
    ...options,
  })
  onTestFinished(() => client.close())
  return {
    ...client,
    states,
    committed,
    faults,
    reached: (kind) =>
      client.state().kind === kind
        ? Promise.resolve(client.state())
        : new Promise((resolve) => waiting.push({ kind, resolve })),
  }
}

/** What a verb gets when nobody cancels and nobody looks. */
export const CONTEXT: CallContext = {
  progress: () => undefined,
  state: () => undefined,
  pause: () => new Promise((resume) => setImmediate(resume)),
}

/** A process that does one of the tasks of `probe.ts`. */
export function startProbe(...args: string[]) {
  const child = spawn(process.execPath, [PROBE, ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    child,
    ended,
    /** The next line it prints; null when there is none. */
    next: async (): Promise<Record<string, unknown> | null> => {
      const line = await lines.next()
      return line.done === true ? null : (JSON.parse(line.value) as Record<string, unknown>)
    },
  }
}

/** Runs a task of `probe.ts` to its end. Answers its first line. */
export function probe(...args: string[]): unknown {
  return JSON.parse(execFileSync(process.execPath, [PROBE, ...args], { encoding: 'utf8' }).split('\n')[0] ?? 'null')
}

/** Runs a task of `probe.ts` as a user without rights: permissions mean nothing to root. Answers its first line. */
export function probeAsNobody(...args: string[]): unknown {
  const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}
  const path = args[1] ?? ''
  const [parent, grandparent] = [resolve(path, '..'), resolve(path, '../..')]
  for (const folder of [grandparent, parent])
    if (folder.startsWith(join(tmpdir(), 'hassette-'))) chmodSync(folder, 0o755)
  const { stdout } = spawnSync(process.execPath, [PROBE, ...args], { encoding: 'utf8', ...nobody })
  return JSON.parse(stdout.split('\n')[0] ?? 'null')
}

/** SHA-256 of files, taken in a process of its own: this one may have them open in SQLite. */
export function hashFiles(...paths: string[]): string[] {
  const script = `const { createHash } = require('node:crypto'); const { readFileSync } = require('node:fs')
    for (const path of process.argv.slice(1)) console.log(createHash('sha256').update(readFileSync(path)).digest('hex'))`
  return execFileSync(process.execPath, ['-e', script, ...paths], { encoding: 'utf8' })
    .trim()
    .split('\n')
}

/** Rows of a query on a file, through a connection of its own. */
export function rowsOf<Row>(path: string, sql: string, ...params: unknown[]): Row[] {
  const db = new Database(path, { readonly: true, fileMustExist: true })
  try {
    return db.prepare(sql).all(...params) as Row[]
  } finally {
    db.close()
  }
}
