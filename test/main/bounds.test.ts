import { describe, expect, it } from 'vitest'
import { openingBounds } from '@main/windows/bounds'

const screen = { x: 0, y: 0, width: 1920, height: 1040 }
const second = { x: 1920, y: 0, width: 1280, height: 984 }

describe('openingBounds', () => {
  it('opens in the middle of the first screen', () => {
    expect(openingBounds(null, [screen])).toEqual({ x: 240, y: 70, width: 1440, height: 900 })
  })

  it('never opens larger than the screen', () => {
    expect(openingBounds(null, [{ x: 0, y: 0, width: 1024, height: 700 }])).toEqual({
      x: 0,
      y: 0,
      width: 1024,
      height: 700,
    })
  })

  it('comes back where it was, on any screen', () => {
    const saved = { x: 2000, y: 50, width: 900, height: 700 }
    expect(openingBounds(saved, [screen, second])).toEqual(saved)
  })

  it.each([
    ['its screen is gone', { x: 2000, y: 50, width: 900, height: 700 }],
    ['its title bar lies above the screen', { x: 10, y: -200, width: 900, height: 700 }],
    ['it lies below the screen', { x: 10, y: 1030, width: 900, height: 700 }],
    ['only a sliver is left at the side', { x: 1900, y: 50, width: 900, height: 700 }],
  ])('opens in the middle when %s', (_why, saved) => {
    expect(openingBounds(saved, [screen])).toEqual({ x: 240, y: 70, width: 1440, height: 900 })
  })
})
