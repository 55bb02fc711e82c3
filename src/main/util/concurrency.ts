import { Failure } from '@shared/result'

/** What becomes of a call that comes while others of its kind go on: it waits, is refused, or replaces them. */

/** Does one piece of work after the other, in the order they came; a failure is its caller's alone. */
export type SerialQueue = <T>(work: () => Promise<T>) => Promise<T>

/** A queue of its own. */
export function createSerialQueue(): SerialQueue {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const mine = last.then(work)
    last = mine.catch(() => undefined)
    return mine
  }
}

/**
 * Does the same work whenever it is called, one at a time. Calls that come meanwhile become one more turn, since the
 * work may have missed what they were about. `work` must not reject.
 */
export function rerunMeanwhile(work: () => Promise<void>): () => void {
  let isGoing = false
  let isWanted = false
  const goOn = async (): Promise<void> => {
    isGoing = true
    while (isWanted) {
      isWanted = false
      await work()
    }
    isGoing = false
  }
  return () => {
    isWanted = true
    if (!isGoing) void goOn()
  }
}

/** Does one piece of work at a time; a caller that comes meanwhile gets `busy` in these words. */
export function oneAtATime(message: string, hint: string): <T>(work: () => Promise<T>) => Promise<T> {
  let isGoing = false
  return async (work) => {
    if (isGoing) throw new Failure('busy', message, hint)
    isGoing = true
    try {
      return await work()
    } finally {
      isGoing = false
    }
  }
}

/**
 * Lets a caller pass once in this time, milliseconds; one that comes sooner gets `busy`. For what a page could otherwise
 * do without end outside of its window: open programs, show notifications. `nowMs`: a clock that only goes forward.
 */
export function oncePer(pauseMs: number, nowMs: () => number): () => void {
  let lastMs = -Infinity
  return () => {
    const now = nowMs()
    if (now - lastMs < pauseMs) throw new Failure('busy', 'That was asked for a moment ago.', 'Try again in a second.')
    lastMs = now
  }
}

/** Work of which only the newest of each ticket matters: what came before it is cancelled. */
export interface Tickets {
  run<T>(ticket: string, work: (signal: AbortSignal) => Promise<T>): Promise<T>
}

/** Tickets of one kind of work. */
export function createTickets(): Tickets {
  const current = new Map<string, AbortController>()
  return {
    run: async (ticket, work) => {
      current.get(ticket)?.abort()
      const own = new AbortController()
      current.set(ticket, own)
      try {
        return await work(own.signal)
      } finally {
        if (current.get(ticket) === own) current.delete(ticket)
      }
    },
  }
}
