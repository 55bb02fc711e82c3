import { Worker } from 'node:worker_threads'
import { Failure } from '@shared/result'
import type { Problem } from '@shared/result'
import type { CallOptions, Progress, WatchState } from './api'
import type { FromThread, ToThread } from './protocol'

/** One thread of the archive as the main thread sees it. */
export interface Thread {
  /** Fails with the thread's `Failure`; with `busy` when the thread dies before it answers. */
  call(verb: string, input: unknown, options?: CallOptions): Promise<unknown>
  /** Resolves when the thread has ended, however it ended. */
  readonly ended: Promise<void>
}

/** What a thread tells without being asked. */
export interface ThreadListeners {
  onCommitted: (news: { sourceId: number; runs: number }) => void
  /** Something for the log file. */
  onFault: (message: string) => void
  /** Something for the log file that is no fault. */
  onSlow?: ((message: string) => void) | undefined
  /** The thread ended; `expected` is what `isExpected` said at that moment. */
  onEnd: () => void
}

interface Pending {
  resolve: (value: unknown) => void
  reject: (failure: Failure) => void
  onProgress: ((progress: Progress) => void) | undefined
  onState: ((state: WatchState) => void) | undefined
}

/** Starts a thread from a built entry file. */
export function startThread(entry: string | URL, name: string, listeners: ThreadListeners): Thread {
  const worker = new Worker(entry, { name })
  const pending = new Map<number, Pending>()
  let nextId = 1
  let alive = true
  const say = (message: ToThread) => worker.postMessage(message)

  worker.on('message', (message: FromThread) => {
    if (message.type === 'committed') return listeners.onCommitted({ sourceId: message.sourceId, runs: message.runs })
    if (message.type === 'fault') return listeners.onFault(`${name}: ${message.verb} failed\n${message.stack}`)
    if (message.type === 'slow') return listeners.onSlow?.(slowWords(name, message))
    const call = pending.get(message.id)
    if (message.type === 'progress') return call?.onProgress?.(message.progress)
    if (message.type === 'state') return call?.onState?.(message.state)
    pending.delete(message.id)
    if (message.type === 'value') call?.resolve(message.value)
    else call?.reject(failureOf(message.problem))
  })
  // Without a listener an error of the thread would end the whole app; 'exit' follows.
  worker.on('error', (error: unknown) => {
    listeners.onFault(`${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
  })

  const ended = new Promise<void>((resolve) => {
    worker.once('exit', () => {
      alive = false
      for (const call of pending.values()) call.reject(deadFailure())
      pending.clear()
      listeners.onEnd()
      resolve()
    })
  })

  return {
    call: (verb, input, options = {}) =>
      new Promise((resolve, reject) => {
        const { signal, onProgress, onState } = options
        if (signal?.aborted) return reject(new Failure('cancelled', 'Cancelled.'))
        if (!alive) return reject(deadFailure())
        const id = nextId++
        const cancel = () => say({ type: 'cancel', id })
        const settle = () => signal?.removeEventListener('abort', cancel)
        pending.set(id, {
          resolve: (value) => {
            settle()
            resolve(value)
          },
          reject: (failure) => {
            settle()
            reject(failure)
          },
          onProgress,
          onState,
        })
        signal?.addEventListener('abort', cancel, { once: true })
        say({ type: 'call', id, verb, input })
      }),
    ended,
  }
}

/** By name and never with what was asked: nothing of a run reaches the log. */
function slowWords(name: string, { verb, calls, milliseconds }: Extract<FromThread, { type: 'slow' }>): string {
  const before = calls > 1 ? `, the longest of ${calls} slow calls` : ''
  return `${name}: ${verb} took ${milliseconds} ms${before}`
}

function failureOf({ code, message, hint, lasts = false }: Problem): Failure {
  return new Failure(code, message, hint, { lasts })
}

function deadFailure(): Failure {
  return new Failure('busy', 'The archive is being started again.', 'Try again in a moment.')
}
