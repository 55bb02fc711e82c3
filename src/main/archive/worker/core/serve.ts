import type { MessagePort } from 'node:worker_threads'
import { MINUTE_MS } from '@shared/time'
import { Failure, toProblem } from '@shared/result'
import type { Progress, WatchState } from '../../api'
import { THREAD_VERBS } from '../../protocol'
import type { FromThread, ToThread } from '../../protocol'

/** What a verb may do besides answering. */
export interface CallContext {
  progress(progress: Progress): void
  /** Tells what the source that the call watches is doing. */
  state(state: WatchState): void
  /**
   * Lets messages in, and waits at least `milliseconds` unless woken. Throws `cancelled` as soon as the caller no longer
   * wants the answer: call it between batches, with no transaction open.
   */
  pause(milliseconds?: number, onSleep?: (wakeUp: () => void) => void): Promise<void>
}

type Handler<F> = F extends () => infer O
  ? (input: undefined, context: CallContext) => O | Promise<O>
  : F extends (input: infer I) => infer O
    ? (input: I, context: CallContext) => O | Promise<O>
    : never

/** An API as a thread implements it: each verb may take its time. */
export type ThreadHandlers<Api> = { [K in keyof Api]: Handler<Api[K]> }

/** The verbs by name; which of them there are is told by `Handlers`. */
type Table = Record<string, ((input: never, context: CallContext) => unknown) | undefined>

/** A thread's side of the protocol. */
export interface Served {
  /** Cancels every call but the one that asks, and waits until each has ended. */
  settle(): Promise<void>
}

/** A verb that keeps its thread longer than this, its pauses apart, is named in the log, milliseconds. */
const SLOW_MS = 40
/** Each verb is named this often at most, milliseconds; what is slow in between is counted. */
const SLOW_EVERY_MS = MINUTE_MS

/**
 * Answers calls until the port is closed. `translate` turns what a library threw into a `Failure`. Calls run side by
 * side: one that pauses lets a later, short one overtake.
 */
export function serve(
  port: MessagePort,
  table: Table,
  translate: (thrown: unknown) => unknown,
  clockMs: () => number = () => performance.now(),
): Served {
  const running = new Map<number, RunningCall>()
  const say = (message: FromThread) => port.postMessage(message)
  const slow = createSlowVerbs(say, clockMs)

  const answer = async (id: number, call: RunningCall, input: unknown): Promise<void> => {
    const { verb } = call
    let sinceMs = clockMs()
    let keptMs = 0
    /** What opens, closes, watches or tells how far it is may last. */
    let isWork = Object.hasOwn(THREAD_VERBS, verb)
    const context: CallContext = {
      progress: (progress) => {
        isWork = true
        say({ type: 'progress', id, progress })
      },
      state: (state) => {
        isWork = true
        say({ type: 'state', id, state })
      },
      pause: async (milliseconds = 0, onSleep) => {
        keptMs += clockMs() - sinceMs
        await new Promise<void>((resume) => {
          if (milliseconds === 0 || call.cancelled) return void setImmediate(resume)
          const wakeUp = (): void => {
            clearTimeout(timer)
            resume()
          }
          const timer = setTimeout(wakeUp, milliseconds)
          call.sleepers.add(wakeUp)
          onSleep?.(wakeUp)
        })
        call.sleepers.clear()
        sinceMs = clockMs()
        if (call.cancelled) throw new Failure('cancelled', 'Cancelled.')
      },
    }
    try {
      const handler = Object.hasOwn(table, verb) ? table[verb] : undefined
      if (!handler) throw new Failure('invalid_input', `The archive has no verb ${verb}.`)
      say({ type: 'value', id, value: await handler(input as never, context) })
    } catch (thrown) {
      const failure = translate(thrown)
      const problem = toProblem(failure)
      if (problem.code === 'internal') say({ type: 'fault', verb, stack: stackOf(failure) })
      say({ type: 'problem', id, problem })
    }
    if (!isWork) slow.note(verb, keptMs + clockMs() - sinceMs)
  }

  port.on('message', (message: ToThread) => {
    if (message.type === 'cancel') {
      const call = running.get(message.id)
      if (call) cancel(call)
      return
    }
    const { id, verb, input } = message
    const call: RunningCall = { cancelled: false, verb, done: Promise.resolve(), sleepers: new Set() }
    running.set(id, call)
    call.done = answer(id, call, input).finally(() => running.delete(id))
  })

  return {
    settle: async () => {
      const others = [...running.values()].filter((call) => call.verb !== 'close')
      for (const call of others) cancel(call)
      await Promise.all(others.map((call) => call.done))
    },
  }
}

/** Tells of slow verbs by their name alone. */
function createSlowVerbs(say: (message: FromThread) => void, clockMs: () => number) {
  const verbs = new Map<string, { toldMs: number; calls: number; longestMs: number }>()
  return {
    note: (verb: string, tookMs: number): void => {
      if (tookMs <= SLOW_MS) return
      const known = verbs.get(verb) ?? { toldMs: -Infinity, calls: 0, longestMs: 0 }
      verbs.set(verb, known)
      known.calls++
      known.longestMs = Math.max(known.longestMs, tookMs)
      if (clockMs() - known.toldMs < SLOW_EVERY_MS) return
      say({ type: 'slow', verb, calls: known.calls, milliseconds: Math.round(known.longestMs) })
      verbs.set(verb, { toldMs: clockMs(), calls: 0, longestMs: 0 })
    },
  }
}

interface RunningCall {
  cancelled: boolean
  verb: string
  done: Promise<void>
  /** End the pause that the call is in. */
  sleepers: Set<() => void>
}

function cancel(call: RunningCall): void {
  call.cancelled = true
  for (const wakeUp of call.sleepers) wakeUp()
}

function stackOf(thrown: unknown): string {
  return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)
}
