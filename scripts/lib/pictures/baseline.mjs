/** The pictures in docs/screenshots, and the runtime and fonts that they were drawn with. */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inRepository } from '../paths.mjs'

const FOLDER = inRepository('docs', 'screenshots')
const MANIFEST = join(FOLDER, 'drawn-with.json')

/**
 * @typedef {object} DrawnWith what decides how the same page looks, beside the application
 * @property {string} electron its version
 * @property {Font[]} fonts
 * @typedef {object} Font
 * @property {string} family a CSS font-family of the application, as it was when the pictures were drawn
 * @property {string} name the font that stood for it
 * @property {string} letters hash of some letters: a font of the same name may look different elsewhere
 */

/**
 * @param {string} name of a picture
 * @returns {string} the path of its file, whether or not it is there
 */
export function picturePath(name) {
  return join(FOLDER, `${name}.png`)
}

/**
 * @param {string} name of a picture
 * @returns {Buffer | null} its PNG, null if there is none
 */
export function readPicture(name) {
  return existsSync(picturePath(name)) ? readFileSync(picturePath(name)) : null
}

/** @returns {DrawnWith | null} null before the first pictures were drawn */
export function readDrawnWith() {
  return existsSync(MANIFEST) ? JSON.parse(readFileSync(MANIFEST, 'utf8')) : null
}

/** @param {DrawnWith} drawnWith */
export function writeDrawnWith(drawnWith) {
  writeFileSync(MANIFEST, `${JSON.stringify(drawnWith, null, 2)}\n`)
}

/**
 * What draws here.
 * @param {import('playwright').Page} window of the running application
 * @param {string[]} [families] those to look for; without them the application's own of today. Whoever compares names
 * those of the pictures: a change of the application's fonts is a difference, not another machine
 * @returns {Promise<DrawnWith>}
 */
export async function findDrawnWith(window, families) {
  const electron = await window.evaluate(() => /Electron\/(\S+)/.exec(navigator.userAgent)?.[1] ?? 'unknown')
  const fonts = []
  for (const family of families ?? (await familiesOf(window))) fonts.push(await findFont(window, family))
  return { electron, fonts }
}

/**
 * @param {DrawnWith | null} before
 * @param {DrawnWith} here
 * @returns {string | null} in words why pictures from there cannot be compared with those from here; null if they can
 */
export function otherDrawing(before, here) {
  if (!before) return 'docs/screenshots does not say what it was drawn with'
  if (JSON.stringify(before) === JSON.stringify(here)) return null
  return `docs/screenshots was drawn with ${inWords(before)}; here is ${inWords(here)}`
}

function inWords({ electron, fonts }) {
  return [`Electron ${electron}`, ...fonts.map(({ name, letters }) => `${name} (${letters})`)].join(', ')
}

function familiesOf(window) {
  return window.evaluate(() => {
    const style = getComputedStyle(document.documentElement)
    return ['--font-ui', '--font-mono'].map((name) => style.getPropertyValue(name).trim())
  })
}

async function findFont(window, family) {
  const drawing = await window.evaluate((wanted) => {
    const probe = document.body.appendChild(document.createElement('p'))
    probe.id = 'font-probe'
    probe.textContent = 'Hamburgefonstiv 0123456789'
    probe.style.fontFamily = wanted
    const canvas = Object.assign(document.createElement('canvas'), { width: 400, height: 100 })
    const context = canvas.getContext('2d')
    for (const [line, weight] of [400, 600].entries()) {
      context.font = `${weight} 13px ${wanted}`
      context.fillText(probe.textContent, 4, 30 + line * 40)
    }
    return canvas.toDataURL()
  }, family)
  const session = await window.context().newCDPSession(window)
  try {
    await session.send('DOM.enable')
    await session.send('CSS.enable')
    const { root } = await session.send('DOM.getDocument')
    const { nodeId } = await session.send('DOM.querySelector', { nodeId: root.nodeId, selector: '#font-probe' })
    const { fonts } = await session.send('CSS.getPlatformFontsForNode', { nodeId })
    const letters = createHash('sha256').update(drawing).digest('hex').slice(0, 12)
    return { family, name: fonts[0]?.familyName ?? 'unknown', letters }
  } finally {
    await session.detach()
    await window.evaluate(() => document.getElementById('font-probe')?.remove())
  }
}
