import { defineStore } from 'pinia'
import { ref } from 'vue'

const QUIET_MS = 600
const VISIBLE_MS = 2500

/** What the polite live region says. Only the last of several quick messages is spoken. */
export const useAnnouncer = defineStore('announcer', () => {
  const text = ref('')
  /** A message that is also seen, until it fades. */
  const notice = ref('')
  let timer: ReturnType<typeof setTimeout> | undefined
  let hide: ReturnType<typeof setTimeout> | undefined

  /** Says something once things are calm. */
  function say(message: string): void {
    clearTimeout(timer)
    timer = setTimeout(() => {
      text.value = message
    }, QUIET_MS)
  }

  /** Says it and shows it for a moment. */
  function tell(message: string): void {
    say(message)
    notice.value = message
    clearTimeout(hide)
    hide = setTimeout(() => {
      notice.value = ''
    }, VISIBLE_MS)
  }

  return { text, notice, say, tell }
})
