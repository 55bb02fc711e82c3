import type { CallContext } from './serve'

/** Who goes first on a thread: what the window paints, before what it counts or searches. */
interface Scheduler {
  /** A call that others wait for. */
  foreground<T>(work: () => T | Promise<T>): Promise<T>
  /** The context of a call that waits: its pauses last until no other goes first. */
  background(context: CallContext): CallContext
}

export function createScheduler(): Scheduler {
  let going = 0
  return {
    foreground: async (work) => {
      going++
      try {
        return await work()
      } finally {
        going--
      }
    },
    background: (context) => ({
      ...context,
      pause: async (...wanted) => {
        await context.pause(...wanted)
        // Each of these lets the others have the thread; a cancelled call ends here too.
        while (going > 0) await context.pause()
      },
    }),
  }
}

/** A query's share of the thread before another may overtake. */
const SLICE_MS = 8

/** Call it between two short statements: it pauses when the slice is used up. Throws `cancelled`. */
export function createYieldThread(context: CallContext): () => Promise<void> {
  let began = performance.now()
  return async () => {
    if (performance.now() - began < SLICE_MS) return
    await context.pause()
    began = performance.now()
  }
}
