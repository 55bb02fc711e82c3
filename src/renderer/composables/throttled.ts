import { onScopeDispose } from 'vue'

/** Runs a task at once, then at most once in a gap, and once more when it was asked for meanwhile. */
export function useThrottled(task: () => Promise<void>, gapMs = 500): () => void {
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
    }, gapMs)
  }

  onScopeDispose(() => clearTimeout(timer))
  return () => void run()
}
