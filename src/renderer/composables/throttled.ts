import { onScopeDispose } from 'vue'

const GAP_MS = 500

/** Runs a task at once, then at most every half second, and once more when it was asked for meanwhile. */
export function useThrottled(task: () => Promise<void>): () => void {
  let running = false
  let again = false
  let timer: ReturnType<typeof setTimeout> | undefined

  async function run(): Promise<void> {
    if (running) {
      again = true
      return
    }
    running = true
    again = false
    await task().catch(() => undefined)
    timer = setTimeout(() => {
      running = false
      if (again) void run()
    }, GAP_MS)
  }

  onScopeDispose(() => clearTimeout(timer))
  return () => void run()
}
