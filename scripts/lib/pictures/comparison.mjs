/** Comparing two pictures pixel by pixel. */
import pixelmatch from 'pixelmatch'
import { PNG } from 'pngjs'

/** How far two colours may be apart and still count as one: 0 to 1, where 1 is black against white. */
const COLOUR_TOLERANCE = 0.02
/** So many pixels of a picture may differ: less than one letter. */
export const MOST_PIXELS = 20

/**
 * @typedef {object} Comparison
 * @property {number} pixels how many differ; all of them when the sizes do
 * @property {string} size of the second picture when it is another than the first's, like "820×700 instead of 820×640"
 * @property {() => Buffer | null} draw a PNG with what differs in red; null when the sizes differ
 */

/**
 * @param {Buffer} expected a PNG
 * @param {Buffer} found a PNG
 * @returns {Comparison}
 */
export function comparePictures(expected, found) {
  if (expected.equals(found)) return { pixels: 0, size: '', draw: () => expected }
  const [before, now] = [PNG.sync.read(expected), PNG.sync.read(found)]
  const { width, height } = now
  if (width !== before.width || height !== before.height) {
    const size = `${width}×${height} instead of ${before.width}×${before.height}`
    return { pixels: Math.max(width * height, before.width * before.height), size, draw: () => null }
  }
  const match = (output) =>
    // Softened edges count: a line that moves by half a pixel has no other.
    pixelmatch(before.data, now.data, output, width, height, { threshold: COLOUR_TOLERANCE, includeAA: true })
  const draw = () => {
    const difference = new PNG({ width, height })
    match(difference.data)
    return PNG.sync.write(difference)
  }
  return { pixels: match(null), size: '', draw }
}
