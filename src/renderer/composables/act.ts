import { toProblem } from '@shared/result'
import { useAnnouncer } from '../stores/announcer'

/** Does something small that is seen where it was done: what worked and what did not is said. Never throws. */
export function useAct(): (work: () => Promise<unknown>, said: string) => Promise<void> {
  const announcer = useAnnouncer()
  return async (work, said) => {
    try {
      await work()
      announcer.tell(said)
    } catch (thrown) {
      const { message, hint } = toProblem(thrown)
      announcer.tell([message, hint].filter(Boolean).join(' '))
    }
  }
}
