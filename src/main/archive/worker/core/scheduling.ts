import type { CallContext } from './serve'

/** Who goes first on a thread: what the window paints, before what it counts or searches. */
export interface Turns {
  /** A call that others wait for. */
  first<T>(work: () => T | Promise<T>): Promise<T>
  /** The context of a call that waits: its pauses last until no other goes first. */
  waiting(context: CallContext): CallContext
}

export function createTurns(): Turns {
  let going = 0
  return {
    first: async (work) => {
      going++
      try {
        return await work()
      } finally {
        going--
      }
    },
    waiting: (context) => ({
      ...context,
      pause: async (...wanted) => {
        await context.pause(...wanted)
        // Each of these lets the others have the thread; a cancelled call ends here too.
        while (going > 0) await context.pause()
      },
    }),
  }
}
