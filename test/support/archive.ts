import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { createArchiveClient } from '@main/archive/client'
import type { ArchiveClient, ArchiveClientOptions } from '@main/archive/client'
import type { CallContext } from '@main/archive/worker/serve'
import type { ArchiveState } from '@shared/source'
import Database from 'better-sqlite3'
import { onTestFinished } from 'vitest'
import { WORKERS } from './build-workers'

/** The threads as built for tests. */
export const ENTRIES = { writer: join(WORKERS, 'writer.js'), reader: join(WORKERS, 'reader.js') }

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
  pause: () => new Promise((resume) => setImmediate(resume)),
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
