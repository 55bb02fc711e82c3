import type { Ref } from 'vue'
import { nextTick, ref } from 'vue'
import { words } from '@shared/messages'
import { useShortcuts } from './shortcuts'

/** What a list tells about itself so that keys can move in it. */
interface ListOptions {
  container: Readonly<Ref<HTMLElement | null>>
  length: () => number
  /** Stable key of a row; the active row is kept by it while rows come and go. */
  keyAt: (index: number) => number | null
  open: (index: number) => void
  /** Brings a row into view. */
  reveal: (index: number) => void
}

const PAGE = 15

/**
 * Keys of a list that is one tab stop: the container has the focus, the active row is named by
 * `aria-activedescendant`. `j` and `k` work from anywhere on the page, arrows only inside.
 */
export function useListKeys(options: ListOptions) {
  const active = ref<number | null>(null)

  function indexOfActive(): number {
    for (let index = 0; index < options.length(); index++) {
      if (options.keyAt(index) === active.value) return index
    }
    return -1
  }

  function moveTo(index: number): void {
    const last = options.length() - 1
    if (last < 0) return
    const to = Math.min(Math.max(index, 0), last)
    active.value = options.keyAt(to)
    void nextTick(() => options.reveal(to))
  }

  function step(by: number): void {
    const from = indexOfActive()
    options.container.value?.focus({ preventScroll: true })
    moveTo(from < 0 ? 0 : from + by)
  }

  /**
   * The list got the focus by a key: there is always an active row then. The mouse brings its own; moving to the first
   * row would pull the clicked one away from under it.
   */
  function entered(): void {
    if (options.container.value?.matches(':focus-visible') && indexOfActive() < 0) moveTo(0)
  }

  const inside = (event: KeyboardEvent): boolean => event.target === options.container.value
  const letterOrInside = (event: KeyboardEvent): boolean => event.key.length === 1 || inside(event)
  useShortcuts([
    { keys: ['j', 'ArrowDown'], group: 'list', words: words.keys.down, run: () => step(1), when: letterOrInside },
    { keys: ['k', 'ArrowUp'], group: 'list', words: words.keys.up, run: () => step(-1), when: letterOrInside },
    { keys: ['Home'], group: 'list', words: words.keys.first, run: () => moveTo(0), when: inside },
    { keys: ['End'], group: 'list', words: words.keys.first, run: () => moveTo(options.length() - 1), when: inside },
    { keys: ['PageDown'], group: 'list', words: null, run: () => step(PAGE), when: inside },
    { keys: ['PageUp'], group: 'list', words: null, run: () => step(-PAGE), when: inside },
    {
      keys: ['Enter'],
      group: 'list',
      words: words.keys.open,
      run: () => {
        if (indexOfActive() >= 0) options.open(indexOfActive())
      },
      when: inside,
    },
  ])

  return { active, moveTo, entered, step }
}
