/** Does one piece of work after the other, in the order they came; a failure is its caller's alone. */
export type Turns = <T>(work: () => Promise<T>) => Promise<T>

/** A queue of its own. */
export function createTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const mine = last.then(work)
    last = mine.catch(() => undefined)
    return mine
  }
}
