import { onBeforeUnmount, onMounted, shallowReactive } from 'vue'
import type { Shortcut } from '../lib/shortcuts'
import { createMatcher } from '../lib/shortcuts'

/** Every shortcut that works now. One list feeds the handler and the sheet. */
export const registry = shallowReactive<Shortcut[]>([])

/** Registers shortcuts while the component is mounted. */
export function useShortcuts(shortcuts: readonly Shortcut[]): void {
  onMounted(() => registry.push(...shortcuts))
  onBeforeUnmount(() => {
    for (const shortcut of shortcuts) registry.splice(registry.indexOf(shortcut), 1)
  })
}

/** The one key handler; for the root component. `blocked` = a dialog is open and has the keys. */
export function useKeyHandler(blocked: () => boolean): void {
  const match = createMatcher(
    () => registry,
    () => performance.now(),
  )
  const listen = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || blocked()) return
    const shortcut = match(event)
    if (!shortcut) return
    event.preventDefault()
    shortcut.run(event)
  }
  onMounted(() => document.addEventListener('keydown', listen))
  onBeforeUnmount(() => document.removeEventListener('keydown', listen))
}
