import { MINUTE_MS } from '@shared/time'
import { Failure, toProblem } from '@shared/result'
import type { Problem } from '@shared/result'
import type { ArchiveState } from '@shared/source'
import type { ArchiveFacts, CallOptions, ReadApi, Remote, WriteApi } from './api'
import { fileIdentity } from './file-facts'
import { READ_VERBS, THREAD_VERBS, WRITE_VERBS } from './protocol'
import { createRetries } from './retries'
import { startThread } from './thread'
import type { Thread } from './thread'

/** How the archive's threads are started and who hears of them. */
export interface ArchiveClientOptions {
  /** Absolute path of the archive; its folder exists. */
  path: string
  /** The built entry files of the two threads. */
  writer: string | URL
  reader: string | URL
  onState: (state: ArchiveState) => void
  /** New runs are in the archive; at most five times a second for each source. */
  onCommitted: (news: { sourceId: number; runs: number }) => void
  /** For the log file: a thread died, or something failed for which there is no code. */
  onFault?: (message: string) => void
  /** For the log file: which verb was slow; at most once a minute for each. */
  onSlow?: (message: string) => void
  /** Waits before a dead thread is started again, milliseconds; the last one repeats. */
  backOffMs?: readonly number[]
  /** Waits before an archive that was given up is tried again by itself, milliseconds; the last one repeats. */
  retryMs?: readonly number[]
  /** How often it is looked whether the file is still there, milliseconds. */
  lookMs?: number
}

/** The archive as the main thread sees it: two threads behind promises. */
export interface ArchiveClient {
  /** Verbs wait while the archive opens or a thread is started again, and fail when it is unavailable. */
  write: Remote<WriteApi>
  read: Remote<ReadApi>
  state: () => ArchiveState
  /**
   * Starts over at once when the archive is unavailable; returns the state it came to. Without it that is tried by
   * itself, and nobody hears of it before it succeeds or fails for another reason.
   */
  retry: () => Promise<ArchiveState>
  /** Asks both threads to close and waits until they have ended. */
  close: () => Promise<void>
}

type Role = 'writer' | 'reader'

const BACK_OFF_MS = [100, 500, 2000] as const
/** Number of deaths within a minute after which the archive is given up for a while. */
const DEATHS = 3

/** Starts both threads at once; they need nothing of Electron. Never throws: what goes wrong becomes the state. */
export function createArchiveClient(options: ArchiveClientOptions): ArchiveClient {
  const { path, backOffMs = BACK_OFF_MS, onFault = () => undefined } = options
  const threads: Record<Role, Thread | null> = { writer: null, reader: null }
  let state: ArchiveState = { kind: 'opening' }
  let deaths: number[] = []
  let closing = false
  /** Opening, restarting or closing: a death meanwhile is seen there. */
  let busy = true
  /** Settles when the current opening or restart has come to an end. */
  let settled: Promise<void> = Promise.resolve()

  /** Ends the watching of the file; it is watched while the archive is ready. */
  let unwatch: (() => void) | null = null

  const retries = createRetries({
    path,
    attempt: () => {
      settled = settled.then(tryAgain)
    },
    ...(options.retryMs ? { waitsMs: options.retryMs } : {}),
  })

  /** The call that met a full disk. */
  let waitsFor: { verb: string; source: unknown } | null = null

  const setState = (next: ArchiveState): void => {
    if (next.kind === 'ready') {
      unwatch ??= watchSameFile(path, () => fail(goneFrom(path)), options.lookMs)
      if (state.kind !== 'ready') retries.opened()
    } else if (next.kind !== 'restarting') {
      unwatch?.()
      unwatch = null
    }
    state = next
    options.onState(next)
  }

  const start = (role: Role): void => {
    const thread = startThread(options[role], `archive ${role}`, {
      onCommitted: (news) => {
        resumeWriting()
        options.onCommitted(news)
      },
      onFault,
      onSlow: options.onSlow,
      onEnd: () => {
        if (threads[role] === thread) threads[role] = null
        if (closing || busy || state.kind === 'unavailable') return
        onFault(`archive ${role}: ended unexpectedly`)
        settled = recover()
      },
    })
    threads[role] = thread
  }

  /** Starts what is not running; the writer opens first, since the reader needs its file. */
  const openThreads = async (): Promise<Problem | 'died' | null> => {
    retries.look()
    const fresh = (['writer', 'reader'] as const).filter((role) => !threads[role])
    for (const role of fresh) start(role)
    for (const role of fresh) {
      const thread = threads[role]
      try {
        noteLock(await thread?.call(THREAD_VERBS.open, { path }))
      } catch (thrown) {
        return threads[role] === thread ? toProblem(thrown) : 'died'
      }
    }
    return threads.writer && threads.reader ? null : 'died'
  }

  const noteLock = (opened: unknown): void => {
    const { lockAside } = (opened ?? {}) as Partial<ArchiveFacts>
    if (lockAside !== undefined) onFault(`${path}.lock was damaged; it lies at ${lockAside}, and was made anew`)
  }

  const open = async (): Promise<void> => {
    busy = true
    try {
      while (!closing) {
        const found = await openThreads()
        if (closing) return
        if (found === null) return setState({ kind: 'ready' })
        if (found !== 'died') return await giveUp(found)
        if (!mayTryAgain()) return await giveUp(DEAD)
        await pauseBeforeRestart()
      }
    } finally {
      busy = false
    }
  }

  /** One quiet try: who looks at the problem is told when it is another one, or over. */
  const tryAgain = async (): Promise<void> => {
    if (closing || state.kind !== 'unavailable') return
    busy = true
    deaths = []
    try {
      const found = await openThreads()
      // Somebody did not want to wait: what was found here counts only if it is good.
      const isAsked = (): boolean => state.kind !== 'unavailable'
      if (closing || (isAsked() && found !== null)) return
      if (found === null) setState({ kind: 'ready' })
      else await giveUp(found === 'died' ? DEAD : found)
    } finally {
      busy = false
    }
  }

  const startOver = async (): Promise<void> => {
    if (state.kind === 'ready') return
    busy = true
    await stopThreads()
    await open()
  }

  const recover = async (): Promise<void> => {
    busy = true
    if (!mayTryAgain()) {
      await giveUp(DEAD)
      busy = false
      return
    }
    await pauseBeforeRestart()
    await open()
  }

  const mayTryAgain = (): boolean => {
    const now = performance.now()
    deaths = [...deaths.filter((death) => now - death < MINUTE_MS), now]
    return deaths.length < DEATHS
  }

  const pauseBeforeRestart = async (): Promise<void> => {
    setState({ kind: 'restarting' })
    const wait = backOffMs[Math.min(deaths.length, backOffMs.length) - 1] ?? 0
    await new Promise((resume) => setTimeout(resume, wait))
  }

  /** What makes an open archive unusable; its state says what can be done. */
  const fail = (problem: Problem): void => {
    if (closing || busy || state.kind === 'unavailable') return
    // Who tries again meanwhile changes the state: what ends here is closed all the same, and did not die.
    busy = true
    settled = giveUp(problem).finally(() => (busy = false))
  }

  const resumeWriting = (): void => {
    if (state.kind === 'ready' && state.paused) setState({ kind: 'ready' })
  }

  const noteTrouble = (thrown: unknown, call: { verb: string; source: unknown }): void => {
    const problem = toProblem(thrown)
    if (problem.code === 'archive_unreadable') fail(problem)
    // What was being written is tried again by its caller; reading goes on. The alerts may have nothing to write the next time.
    if (call.verb === 'alertsStep' || problem.code !== 'disk_full' || state.kind !== 'ready') return
    // It writes what it could not, or has nothing to write any more, when it succeeds.
    waitsFor = { ...call, verb: call.verb.replace('watchFile', 'syncFile') }
    setState({ kind: 'ready', paused: problem })
  }

  const giveUp = async (problem: Problem): Promise<void> => {
    const wasReady = state.kind === 'ready'
    if (state.kind !== 'unavailable' || !isSame(state.problem, problem)) setState({ kind: 'unavailable', problem })
    await stopThreads()
    // Closing it has written what was left of its log.
    if (wasReady) retries.look()
    if (!closing && state.kind === 'unavailable') retries.plan(problem)
  }

  /** Asks; never `terminate()`, which would leave an open database behind. */
  const stopThreads = async (): Promise<void> => {
    for (const role of ['reader', 'writer'] as const) {
      const thread = threads[role]
      if (!thread) continue
      await thread.call(THREAD_VERBS.close, undefined).catch(() => undefined)
      await thread.ended
      threads[role] = null
    }
  }

  const refuseWhileUnavailable = (): void => {
    if (state.kind !== 'unavailable') return
    const { code, message, hint, lasts = false } = state.problem
    throw new Failure(code, message, hint, { lasts })
  }

  const call = async (role: Role, verb: string, input: unknown, callOptions?: CallOptions): Promise<unknown> => {
    // Not after a try that nobody asked for, which may take long.
    refuseWhileUnavailable()
    await unlessAborted(settled, callOptions?.signal)
    refuseWhileUnavailable()
    const thread = threads[role]
    if (closing || !thread) throw new Failure('busy', 'The archive is closed.')
    try {
      const value = await thread.call(verb, input, callOptions)
      if (verb === waitsFor?.verb && sourceOf(input) === waitsFor.source) resumeWriting()
      return value
    } catch (thrown) {
      noteTrouble(thrown, { verb, source: sourceOf(input) })
      throw thrown
    }
  }

  const remote = <Api>(role: Role, verbs: Record<keyof Api & string, unknown>): Remote<Api> =>
    Object.fromEntries(
      Object.keys(verbs).map((verb) => [
        verb,
        (input: unknown, callOptions?: CallOptions) => call(role, verb, input, callOptions),
      ]),
    ) as unknown as Remote<Api>

  // The next turn: the caller must have the client before it hears of a state.
  settled = Promise.resolve().then(open)

  return {
    write: remote<WriteApi>('writer', WRITE_VERBS),
    read: remote<ReadApi>('reader', READ_VERBS),
    state: () => state,
    retry: async () => {
      if (state.kind === 'unavailable' && !closing) {
        deaths = []
        retries.cancel()
        setState({ kind: 'opening' })
        settled = settled.then(startOver)
      }
      await settled
      return state
    },
    close: async () => {
      closing = true
      retries.cancel()
      unwatch?.()
      await settled
      await stopThreads()
    },
  }
}

const DEAD: Problem = {
  code: 'internal',
  message: 'The archive stopped three times within a minute.',
  hint: 'It is started again every minute. If it goes on, the log file says why: Settings, Logs.',
}

function isSame(a: Problem, b: Problem): boolean {
  return a.code === b.code && a.message === b.message && a.hint === b.hint
}

function sourceOf(input: unknown): unknown {
  return typeof input === 'object' && input !== null && 'sourceId' in input ? input.sourceId : null
}

function unlessAborted(work: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (!signal) return work
  const cancelled = () => new Failure('cancelled', 'Cancelled.')
  if (signal.aborted) return Promise.reject(cancelled())
  return new Promise((resolve, reject) => {
    const abort = () => reject(cancelled())
    signal.addEventListener('abort', abort, { once: true })
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

const EVERY_MS = 2000

/**
 * Watches whether the file at a path stays the one it is now; calls `onGone` once when it was deleted, moved or
 * replaced: SQLite would go on with a file that nobody finds again. Returns how to end it.
 */
function watchSameFile(path: string, onGone: () => void, everyMs = EVERY_MS): () => void {
  let first: string | undefined
  let timer: NodeJS.Timeout | null = null
  let ended = false

  const look = async (): Promise<void> => {
    const identity = await fileIdentity(path)
    if (ended) return
    // Missing at the first look already: it went between its opening and that look.
    if (identity === null) return onGone()
    first ??= identity
    if (identity !== undefined && identity !== first) return onGone()
    timer = setTimeout(() => void look(), everyMs)
    timer.unref()
  }

  void look()
  return () => {
    ended = true
    if (timer) clearTimeout(timer)
  }
}

/** What people are told then. */
function goneFrom(path: string): Problem {
  return {
    code: 'archive_unreadable',
    message: `${path} was deleted, moved or replaced while it was open.`,
    hint: 'Put it back: it is opened again by itself. Or start fresh: what Hassette still has is read again.',
  }
}
