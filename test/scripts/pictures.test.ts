import { PNG } from 'pngjs'
import { describe, expect, test } from 'vitest'
import { otherDrawing } from '../../scripts/lib/pictures/baseline.mjs'
import { comparePictures } from '../../scripts/lib/pictures/comparison.mjs'

const GREY = 120

/** A grey picture; `paint` gives some pixels, by their index, another grey. */
function picture(width: number, height: number, paint: Record<number, number> = {}): Buffer {
  const png = new PNG({ width, height })
  for (let index = 0; index < width * height; index++) {
    const value = paint[index] ?? GREY
    png.data.set([value, value, value, 255], index * 4)
  }
  return PNG.sync.write(png)
}

function redPixels(png: Buffer | null): number[] {
  const { data } = PNG.sync.read(png ?? expect.fail('no difference was drawn'))
  return Array.from({ length: data.length / 4 }, (_, index) => index).filter(
    (index) => data[index * 4] === 255 && data[index * 4 + 1] === 0,
  )
}

describe('comparing pictures', () => {
  test('counts the pixels that differ and marks them', () => {
    const { pixels, draw } = comparePictures(picture(8, 5), picture(8, 5, { 3: 0, 17: 255, 18: GREY + 12 }))
    expect(pixels).toBe(3)
    expect(redPixels(draw())).toEqual([3, 17, 18])
  })

  test('sees no difference in what no eye sees', () => {
    const { pixels, draw } = comparePictures(picture(8, 5), picture(8, 5, { 3: GREY + 1, 17: GREY - 2 }))
    expect(pixels).toBe(0)
    expect(redPixels(draw())).toEqual([])
  })

  test('the same bytes are the same picture', () => {
    expect(comparePictures(picture(8, 5, { 9: 0 }), picture(8, 5, { 9: 0 })).pixels).toBe(0)
  })

  test('another size is all different, and said', () => {
    const { pixels, size, draw } = comparePictures(picture(8, 5), picture(8, 7))
    expect({ pixels, size, drawing: draw() }).toEqual({ pixels: 56, size: '8×7 instead of 8×5', drawing: null })
  })
})

describe('whether pictures may be compared', () => {
  const font = { family: 'system-ui', name: 'DejaVu Sans', letters: '2ee11dfeb362' }
  const before = { electron: '33.2.1', fonts: [font] }

  test('with the same runtime and fonts', () => {
    expect(otherDrawing(before, { electron: '33.2.1', fonts: [{ ...font }] })).toBeNull()
  })

  test.each([
    ['another runtime', { ...before, electron: '45.4.1' }, 'Electron 45.4.1, DejaVu Sans (2ee11dfeb362)'],
    ['another font', { ...before, fonts: [{ ...font, name: 'Cantarell' }] }, 'Electron 33.2.1, Cantarell (2ee'],
    ['a font of the same name', { ...before, fonts: [{ ...font, letters: '0a1b2c' }] }, 'DejaVu Sans (0a1b2c)'],
  ])('not with %s, and it is said what differs', (_what, here, words) => {
    expect(otherDrawing(before, here)).toContain('drawn with Electron 33.2.1, DejaVu Sans (2ee11dfeb362); here is')
    expect(otherDrawing(before, here)).toContain(words)
  })

  test('not before it is known what they were drawn with', () => {
    expect(otherDrawing(null, before)).toContain('does not say')
  })
})
