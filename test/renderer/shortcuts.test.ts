import { afterEach, describe, expect, it } from 'vitest'
import type { Shortcut } from '@renderer/lib/shortcuts'
import { createMatcher } from '@renderer/lib/shortcuts'

let time = 0
const entry = (keys: string[], change: Partial<Shortcut> = {}): Shortcut => ({
  keys,
  group: 'page',
  words: keys.join(),
  run: () => undefined,
  ...change,
})
const press = (key: string, target: EventTarget = document.body, change: KeyboardEventInit = {}): KeyboardEvent => {
  const event = new KeyboardEvent('keydown', { key, ...change })
  Object.defineProperty(event, 'target', { value: target })
  return event
}
const list = [entry(['h']), entry(['g h']), entry(['g r']), entry(['Escape']), entry(['/'])]
const matcher = (shortcuts = list) => {
  const match = createMatcher(
    () => shortcuts,
    () => time,
  )
  return (...input: Parameters<typeof press>): string | null => match(press(...input))?.words ?? null
}

afterEach(() => (time = 0))

describe('keys', () => {
  it('tells a letter from the second half of a sequence', () => {
    const match = matcher()
    expect(match('h')).toBe('h')
    expect(match('g')).toBeNull()
    expect(match('h')).toBe('g h')
    expect(match('h')).toBe('h')
  })

  it('forgets the first half after a while', () => {
    const match = matcher()
    match('g')
    time = 5000
    expect(match('h')).toBe('h')
  })

  it('leaves letters to fields, but not Escape', () => {
    const match = matcher()
    const field = document.createElement('input')
    expect(match('/', field)).toBeNull()
    expect(match('Escape', field)).toBe('Escape')
    const box = Object.assign(document.createElement('input'), { type: 'checkbox' })
    expect(match('/', box)).toBe('/')
  })

  it('leaves combinations to the system', () => {
    const match = matcher()
    for (const held of [{ ctrlKey: true }, { metaKey: true }, { altKey: true }]) {
      expect(match('h', document.body, held)).toBeNull()
    }
  })

  it('prefers the newest registration that applies', () => {
    const inner = entry(['Escape'], { words: 'inner', when: () => time === 0 })
    const match = matcher([...list, inner])
    expect(match('Escape')).toBe('inner')
    time = 1
    expect(match('Escape')).toBe('Escape')
  })
})
