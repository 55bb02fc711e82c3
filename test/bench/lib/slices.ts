import type { CallContext } from '@archive/core'

/** Milliseconds that work on the writer's thread held it between two of its pauses: a transaction, or a little more. */
export interface Slices {
  context: CallContext
  /** Call it before and after the work. */
  begin(): void
  end(): void
  times: readonly number[]
}

/** A context that measures; `onPause` is called in each pause, which is as short as it can be. */
export function measuringSlices(onPause: () => void = () => undefined): Slices {
  const times: number[] = []
  let since = 0
  const end = (): void => void times.push(performance.now() - since)
  const begin = (): void => void (since = performance.now())
  return {
    begin,
    end,
    times,
    context: {
      progress: () => undefined,
      state: () => undefined,
      pause: async () => {
        end()
        onPause()
        await new Promise((resume) => setImmediate(resume))
        begin()
      },
    },
  }
}
