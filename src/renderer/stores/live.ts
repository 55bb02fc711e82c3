import { defineStore } from 'pinia'
import { ref } from 'vue'
import { nowUs } from '../lib/clock'

/** Whether new runs come in by themselves. Paused, the window stands still and new runs are counted. */
export const useLive = defineStore('live', () => {
  /** Microseconds since 1970; null = live. */
  const pausedUs = ref<number | null>(null)

  /** Live → paused → live. */
  function toggle(): void {
    pausedUs.value = pausedUs.value === null ? nowUs() : null
  }

  return { pausedUs, toggle }
})
