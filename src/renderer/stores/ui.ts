import { defineStore } from 'pinia'
import { ref } from 'vue'

/** Small state of the frame that is neither in the route nor remembered. */
export const useUi = defineStore('ui', () => {
  const sheetOpen = ref(false)
  /** The run that the inspector showed last, so that `]` can bring it back. */
  const lastRunId = ref<number | null>(null)
  return { sheetOpen, lastRunId }
})
