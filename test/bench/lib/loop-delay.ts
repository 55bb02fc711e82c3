import { monitorEventLoopDelay } from 'node:perf_hooks'

/** How late the timers of this thread were, milliseconds: how long the loop was kept from its work. */
export interface LoopDelay {
  p99: number
  longest: number
}

/** So often the loop is looked at, milliseconds; a delay is what comes on top. */
const EVERY_MS = 1

/** Watches this thread's event loop; the answer ends it. */
export function watchLoop(): () => LoopDelay {
  const histogram = monitorEventLoopDelay({ resolution: EVERY_MS })
  histogram.enable()
  const late = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - EVERY_MS)
  return () => {
    histogram.disable()
    return { p99: late(histogram.percentile(99)), longest: late(histogram.max) }
  }
}
