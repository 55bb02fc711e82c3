import type { Ref } from 'vue'
import { onScopeDispose, ref, watch } from 'vue'

const SKELETON_AFTER_MS = 150

/** True once the source has been true for 150 ms: quick answers never flash a skeleton. */
export function useDelayed(source: () => boolean): Ref<boolean> {
  const late = ref(false)
  let timer: ReturnType<typeof setTimeout> | undefined
  watch(
    source,
    (now) => {
      clearTimeout(timer)
      if (!now) late.value = false
      else timer = setTimeout(() => (late.value = true), SKELETON_AFTER_MS)
    },
    { immediate: true },
  )
  onScopeDispose(() => clearTimeout(timer))
  return late
}
