import type { Ref } from 'vue'
import { words } from '@shared/messages'
import { useShortcuts } from './shortcuts'

/**
 * Keys among the incidents of a page: `j` and `k` from anywhere, arrows where the focus is on one; left and right go
 * through the links of its row.
 */
export function useIncidentKeys(container: Readonly<Ref<HTMLElement | null>>): void {
  const incidents = (): HTMLElement[] => [...(container.value?.querySelectorAll<HTMLElement>('[data-incident]') ?? [])]
  const rowOf = (element: Element | null): Element | null => element?.closest('tr, .open-incident') ?? null
  const inside = (event: KeyboardEvent): boolean =>
    event.target instanceof HTMLAnchorElement &&
    container.value?.contains(event.target) === true &&
    rowOf(event.target) !== null
  const letterOrInside = (event: KeyboardEvent): boolean => event.key.length === 1 || inside(event)

  function step(by: number): void {
    const all = incidents()
    const row = rowOf(document.activeElement)
    const at = all.findIndex((one) => rowOf(one) === row)
    const to = at < 0 ? 0 : Math.min(Math.max(at + by, 0), all.length - 1)
    all[to]?.focus()
  }

  function along(event: KeyboardEvent, by: number): void {
    const links = [...(rowOf(event.target as Element)?.querySelectorAll('a') ?? [])]
    links[links.indexOf(event.target as HTMLAnchorElement) + by]?.focus()
  }

  useShortcuts([
    { keys: ['j', 'ArrowDown'], group: 'list', words: words.keys.down, run: () => step(1), when: letterOrInside },
    { keys: ['k', 'ArrowUp'], group: 'list', words: words.keys.up, run: () => step(-1), when: letterOrInside },
    { keys: ['ArrowRight'], group: 'list', words: null, run: (event) => along(event, 1), when: inside },
    { keys: ['ArrowLeft'], group: 'list', words: null, run: (event) => along(event, -1), when: inside },
  ])
}
