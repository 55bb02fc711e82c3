import { spawn } from 'node:child_process'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** Columns of Hassette's tables, by name. */
export type Columns = Record<string, string | number | null>

/** One row of `executions`. What is not said is made up in the shape that Hassette 0.60 writes. */
export interface WantedRow {
  like?: 'ok' | 'error' | 'di' | 'timed_out' | 'cancelled' | 'skipped' | 'framework'
  /** Which of the three texts of a dependency failure: 0 conversion, 1 nothing returned, 2 missing value. */
  text?: 0 | 1 | 2
  /** `app/instance/name`, such as `light_keeper/0/porch`. */
  target?: string
  /** Unix seconds. */
  startedAt?: number
  finishedAt?: number
  /** Taken exactly. */
  columns?: Columns
}

/** Shares of all runs, 0–1; what is left succeeds. By default those of the week's recording. */
export type Mix = Partial<Record<'error' | 'di' | 'timed_out' | 'cancelled' | 'skipped' | 'framework', number>>

/** Rows that were committed. */
export interface Commit {
  table: 'executions' | 'log_records' | 'blocking_events'
  ids: number[]
  /** `Date.now()` right after COMMIT. */
  at: number
  /** Milliseconds of `process.hrtime()` right after COMMIT; comparable between processes of one machine. */
  monotonicMs: number
}

export interface Started {
  session: number
  created: boolean
  inode: number
  size: number
}

export interface RunOptions {
  /** Rows a second, in real time; as fast as possible without it. */
  rate?: number
  seconds?: number
  /** Instead of `seconds`. */
  count?: number
  mix?: Mix
  /** Unix seconds of the first start; then starts are laid out over `spanSeconds` instead of being now. */
  startedAt?: number
  spanSeconds?: number
}

/** A Hassette that writes a file, in a process of its own. Every call fails with the writer's own sentence. */
export interface HassetteWriter {
  readonly path: string
  readonly pid: number
  readonly started: Started
  /** Every commit so far, in order. */
  readonly commits: readonly Commit[]
  /** Ids of `executions` committed so far. */
  committedIds(): number[]
  onCommit(listener: (commit: Commit) => void): () => void
  run(options: RunOptions): Promise<{ rows: number; dropped: number; ms: number }>
  /** Ends a `run` early; it answers as usual. */
  stopRun(): Promise<void>
  append(rows: WantedRow[]): Promise<{ ids: number[] }>
  logs(options: { count?: number; lines?: Columns[] }): Promise<Commit>
  blocking(columns?: Columns): Promise<Commit>
  /** Keeps a write transaction open, and answers once it is; its rows become visible at its end. */
  hold(options: { ms: number; rows?: WantedRow[] }): Promise<{ end: Promise<Commit> }>
  /** A copy of a known handler or job with other columns. */
  register(like: string, columns: Columns): Promise<{ registered: number }>
  retire(target: string): Promise<{ retired: number }>
  heartbeat(): Promise<void>
  checkpoint(): Promise<{ busy: number; log: number; checkpointed: number }>
  /** Deletes the oldest rows as the size failsafe does; without a limit the whole budget of batches of 1000. */
  failsafe(options?: { limitMb?: number; batches?: number }): Promise<{
    deleted: Record<'executions' | 'blocking_events', number>
    freed: number
    checkpoint: { busy: number; log: number; checkpointed: number }
  }>
  /** Deletes what is older than the cut-off, unix seconds. */
  retention(cutoff: number): Promise<{ deleted: Record<string, number>; freed: number }>
  /** Deletes all executions; ids go on. */
  empty(): Promise<{ deleted: { executions: number } }>
  vacuumInto(path: string): Promise<void>
  /** A clean stop: `-wal` and `-shm` go if nobody else has the file open. The process stays. */
  sessionStop(): Promise<void>
  sessionStart(): Promise<Started>
  /** Deletes the three files and begins anew: ids restart. */
  recreate(): Promise<Started>
  /** Clean stop and end of the process. */
  exit(): Promise<void>
  /** SIGKILL, like a power cut; resolves when the process is gone. */
  kill(): Promise<void>
}

const PROGRAM = join(import.meta.dirname, 'hassette-writer-process.mjs')
const START_MS = 20_000

/** All writers of this process that live; killed when it ends first. */
const living = new Set<ChildProcessWithoutNullStreams>()
process.once('exit', () => living.forEach((child) => child.kill('SIGKILL')))

/** What a command brought stands beside these. */
interface Reply {
  id: number
  ok: boolean
  error?: string
}
type Message =
  Reply | ({ event: 'committed' } & Commit) | ({ event: 'ready' } & Started) | { event: 'holding'; id: number }

/** Starts a writer on a new or an existing file; its first session began `ageS` seconds ago. `onEnd` gets what kills it: vitest's `onTestFinished`, or `afterAll`. */
export async function startHassetteWriter(
  path: string,
  { seed = 1, ageS = 0, onEnd }: { seed?: number; ageS?: number; onEnd?: (kill: () => Promise<void>) => void } = {},
): Promise<HassetteWriter> {
  const child = spawn(process.execPath, [PROGRAM, path, JSON.stringify({ seed, ageS })])
  living.add(child)
  const commits: Commit[] = []
  const listeners = new Set<(commit: Commit) => void>()
  const holding = new Map<number, () => void>()
  const waiting = new Map<number, { resolve: (reply: Reply) => void; reject: (error: Error) => void }>()
  let stderr = ''
  let lastId = 0

  const ended = new Promise<void>((resolve) => {
    child.once('close', (code, signal) => {
      living.delete(child)
      for (const { reject } of waiting.values()) reject(new Error(`the writer ended (${signal ?? code}): ${stderr}`))
      waiting.clear()
      resolve()
    })
  })
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL')
    await ended
  }
  onEnd?.(kill)

  const heard = (message: Message, onReady: (started: Started) => void): void => {
    if ('event' in message) {
      if (message.event === 'ready') onReady(message)
      if (message.event === 'holding') holding.get(message.id)?.()
      if (message.event !== 'committed') return
      const { table, ids, at, monotonicMs } = message
      const commit = { table, ids, at, monotonicMs }
      commits.push(commit)
      for (const listener of listeners) listener(commit)
      return
    }
    const caller = waiting.get(message.id)
    waiting.delete(message.id)
    if (message.ok) caller?.resolve(message)
    else caller?.reject(new Error(message.error))
  }

  child.stderr.on('data', (chunk) => (stderr += String(chunk)))
  // A write to a writer that was killed a moment ago; its callers hear of the end.
  child.stdin.on('error', () => undefined)
  const started = await new Promise<Started>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => heard(JSON.parse(line) as Message, resolve))
    void ended.then(() => reject(new Error(`the writer did not start: ${stderr}`)))
    setTimeout(() => reject(new Error(`the writer did not start in ${START_MS} ms`)), START_MS).unref()
  })

  const send = <Answer>(cmd: string, input: object = {}): Promise<Answer> => {
    if (!living.has(child)) return Promise.reject(new Error('the writer has ended'))
    const id = ++lastId
    const reply = new Promise<Reply>((resolve, reject) => waiting.set(id, { resolve, reject }))
    child.stdin.write(`${JSON.stringify({ ...input, id, cmd })}\n`)
    const answer = reply as Promise<unknown> as Promise<Answer>
    // Who kills the writer need not care for what it was doing.
    answer.catch(() => undefined)
    return answer
  }

  return {
    path,
    pid: child.pid ?? 0,
    started,
    commits,
    committedIds: () => commits.filter(({ table }) => table === 'executions').flatMap(({ ids }) => ids),
    onCommit: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    run: (options) => send('run', options),
    stopRun: () => send('stop-run'),
    append: (rows) => send('append', { rows }),
    logs: (options) => send('logs', options),
    blocking: (columns = {}) => send('blocking', { columns }),
    hold: async (options) => {
      // The number that `send` is about to give.
      const begun = new Promise<void>((resolve) => holding.set(lastId + 1, resolve))
      const end = send<Commit>('hold', options)
      await Promise.race([begun, end])
      return { end }
    },
    register: (like, columns) => send('register', { like, columns }),
    retire: (target) => send('retire', { target }),
    heartbeat: () => send('heartbeat'),
    checkpoint: () => send('checkpoint'),
    failsafe: (options) => send('failsafe', options),
    retention: (cutoff) => send('retention', { cutoff }),
    empty: () => send('empty'),
    vacuumInto: (target) => send('vacuum-into', { path: target }),
    sessionStop: () => send('session-stop'),
    sessionStart: () => send('session-start'),
    recreate: () => send('recreate'),
    exit: async () => {
      await send('exit')
      await ended
    },
    kill,
  }
}
