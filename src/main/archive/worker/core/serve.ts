import type { MessagePort } from 'node:worker_threads'
import { Failure, toProblem } from '@shared/result'
import type { Progress, WatchState } from '../../api'
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

/**
 * Answers calls until the port is closed. `translate` turns what a library threw into a `Failure`. Calls run side by
 * side: one that pauses lets a later, short one overtake.
 */
export function serve(port: MessagePort, table: Table, translate: (thrown: unknown) => unknown): Served {
  const running = new Map<number, RunningCall>()
  const say = (message: FromThread) => port.postMessage(message)

  const answer = async (id: number, call: RunningCall, input: unknown): Promise<void> => {
    const { verb } = call
    const context: CallContext = {
      progress: (progress) => say({ type: 'progress', id, progress }),
      state: (state) => say({ type: 'state', id, state }),
      pause: async (milliseconds = 0, onSleep) => {
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
