import type { CallContext } from './serve'

/** A query's share of the thread before another may overtake. */
const SLICE_MS = 8

/** Call it between two short statements: it pauses when the slice is used up. Throws `cancelled`. */
export function createSlices(context: CallContext): () => Promise<void> {
  let began = performance.now()
  return async () => {
    if (performance.now() - began < SLICE_MS) return
    await context.pause()
    began = performance.now()
  }
}
