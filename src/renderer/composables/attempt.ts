import type { Ref } from 'vue'
import { ref } from 'vue'
import type { Problem } from '@shared/result'
import { toProblem } from '@shared/result'
import { useAnnouncer } from '../stores/announcer'

/** One command at a time: whether it goes on, why the last one did not work; what worked is said. */
export function useAttempt(): {
  busy: Ref<boolean>
  problem: Ref<Problem | null>
  /** Returns whether it worked. */
  attempt: (work: () => Promise<unknown>, said: string) => Promise<boolean>
} {
  const announcer = useAnnouncer()
  const busy = ref(false)
  const problem = ref<Problem | null>(null)

  async function attempt(work: () => Promise<unknown>, said: string): Promise<boolean> {
    if (busy.value) return false
    busy.value = true
    problem.value = null
    try {
      await work()
      announcer.tell(said)
      return true
    } catch (thrown) {
      problem.value = toProblem(thrown)
      return false
    } finally {
      busy.value = false
    }
  }

  return { busy, problem, attempt }
}
