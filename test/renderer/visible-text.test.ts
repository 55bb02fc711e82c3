import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { visiblePieces, visibleText } from '@renderer/lib/visible-text'

describe('text from Hassette', () => {
  it.each([
    ['name\u202egnp.exe', 'name⟨U+202E⟩gnp.exe'],
    ['a\u200bb', 'a⟨U+200B⟩b'],
    ['bell \u0007', 'bell ⟨U+0007⟩'],
    ['esc \u001b[31m', 'esc ⟨U+001B⟩[31m'],
    ['\ud800', '⟨U+D800⟩'],
    ['tag \u{e0041}', 'tag ⟨U+E0041⟩'],
  ])('shows what hides in %j', (text, shown) => expect(visibleText(text)).toBe(shown))

  it.each(['plain', '', 'two\nlines\tand a tab', 'Küche · Ø 21.5 °C', '日本語', '😀'])('leaves %j alone', (text) => {
    expect(visibleText(text)).toBe(text)
    expect(visiblePieces(text)).toEqual([{ text, hidden: false }])
  })

  it('never lets a character through that turns the direction, and loses no visible one', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const shown = visibleText(text)
        expect(shown).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]/)
        const kept = visiblePieces(text).filter(({ hidden }) => !hidden)
        expect(text.length).toBeGreaterThanOrEqual(kept.reduce((sum, piece) => sum + piece.text.length, 0))
        for (const piece of kept) expect(text).toContain(piece.text)
      }),
    )
  })
})
