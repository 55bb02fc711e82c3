import type { Ref } from 'vue'
import { onScopeDispose, ref } from 'vue'

/** Below this the inspector covers the list and the sidebar is small. */
export const NARROW = '(max-width: 900px)'

/** Whether a media query holds. */
export function useMedia(query: string): Ref<boolean> {
  const list = window.matchMedia(query)
  const matches = ref(list.matches)
  const update = (): void => {
    matches.value = list.matches
  }
  list.addEventListener('change', update)
  onScopeDispose(() => list.removeEventListener('change', update))
  return matches
}
