/** Groups of the shortcut sheet, in its order. */
export const SHORTCUT_GROUPS = ['page', 'list', 'go', 'window'] as const
export type ShortcutGroup = (typeof SHORTCUT_GROUPS)[number]

/** One entry of the registry: feeds the key handler and the sheet. */
export interface Shortcut {
  /** What is pressed: `j`, `ArrowDown`, `Space`, or a sequence `g h`. Several = each does it ("or" in the sheet). */
  keys: readonly string[]
  group: ShortcutGroup
  /** What it does; entries with the same words share a line in the sheet, as a pair. Null = not listed. */
  words: string | null
  run: (event: KeyboardEvent) => void
  /** Only when this holds, e.g. only inside the list. */
  when?: (event: KeyboardEvent) => boolean
}

const SEQUENCE_MS = 1200

/** Whether letters belong to a field and not to us. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target instanceof HTMLInputElement) return !['checkbox', 'radio', 'button'].includes(target.type)
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.isContentEditable
}

/** Finds what a key press means, keeping the first half of a sequence. */
export function createMatcher(list: () => readonly Shortcut[], now: () => number) {
  let prefix: { key: string; at: number } | null = null

  return (event: KeyboardEvent): Shortcut | null => {
    if (event.ctrlKey || event.metaKey || event.altKey) return null
    if (isTyping(event.target) && event.key !== 'Escape') return null
    const pressedKey = event.key === ' ' ? 'Space' : event.key
    const pressed = prefix && now() - prefix.at < SEQUENCE_MS ? `${prefix.key} ${pressedKey}` : null
    prefix = null
    // The newest registration wins: an open part of the page stands before the page.
    const find = (keys: string): Shortcut | undefined =>
      [...list()].reverse().find((entry) => entry.keys.includes(keys) && (entry.when?.(event) ?? true))
    const sequence = pressed === null ? undefined : find(pressed)
    if (sequence) return sequence
    if (list().some((entry) => entry.keys.some((keys) => keys.startsWith(`${pressedKey} `)))) {
      prefix = { key: pressedKey, at: now() }
      return null
    }
    return find(pressedKey) ?? null
  }
}
