import { onScopeDispose, readonly, ref } from 'vue'
import { nowUs } from '../lib/clock'

const TICK_MS = 5000
const now = ref(nowUs())
let users = 0
let timer: ReturnType<typeof setInterval> | undefined

/** The present, in microseconds, moving every few seconds; one interval for the whole window. */
export function useNow(): Readonly<typeof now> {
  now.value = nowUs()
  if (users++ === 0) {
    timer = setInterval(() => {
      now.value = nowUs()
    }, TICK_MS)
  }
  onScopeDispose(() => {
    if (--users === 0) clearInterval(timer)
  })
  return readonly(now)
}
