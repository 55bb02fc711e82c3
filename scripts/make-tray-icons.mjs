/**
 * Draws build/tray/svg for every kind of tray: `node scripts/make-tray-icons.mjs`. Run once when a drawing changes; its
 * results are committed. A drawing is one ink (`currentColor`) on 16 × 16; the files are named as Electron and
 * src/main/tray/model.ts look for them.
 */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { chromium } from 'playwright'
import { inRepository } from './lib/paths.mjs'
import { icoOf } from './lib/ico.mjs'
import { runMain } from './lib/steps.mjs'
import { requireChromium } from './lib/test-tools.mjs'

/** Inks by shape; colour only while something is wrong. Names and values of the window's status colours. */
const PLAIN = { light: '#17191d', dark: '#f2f3f5' }
const INKS = {
  fine: PLAIN,
  attention: { light: '#cb2f29', dark: '#f0645c' },
  blind: { light: '#85560a', dark: '#dfa134' },
  stopped: PLAIN,
  paused: PLAIN,
}
const PAUSED_OPACITY = 0.6
/** Linux panels scale one picture: 48 halves to 24 and thirds to 16, the sizes that most have. */
const LINUX_PX = 48
const WINDOWS_PX = [16, 20, 24, 32]
const MAC_PX = { '': 16, '@2x': 32 }

runMain(async () => {
  const folder = inRepository('build', 'tray')
  const browser = await chromium.launch({ executablePath: requireChromium(), args: ['--no-sandbox'] })
  const page = await browser.newPage()

  async function draw(shape, color, size, opacity = 1) {
    const svg = readFileSync(inRepository('build', 'tray', 'svg', `${shape}.svg`), 'utf8')
    const style = `body { margin: 0; color: ${color}; opacity: ${opacity} } svg { display: block; width: ${size}px }`
    await page.setViewportSize({ width: size, height: size })
    await page.setContent(`<style>${style}</style>${svg}`)
    return page.screenshot({ omitBackground: true })
  }
  const save = (name, content) => writeFileSync(`${folder}/${name}`, content)

  for (const file of readdirSync(`${folder}/svg`)) {
    const shape = basename(file, '.svg')
    for (const [suffix, size] of Object.entries(MAC_PX)) {
      save(`${shape}Template${suffix}.png`, await draw(shape, '#000', size))
    }
    const opacity = shape === 'paused' ? PAUSED_OPACITY : 1
    for (const [ground, color] of Object.entries(INKS[shape])) {
      save(`${shape}-on-${ground}.png`, await draw(shape, color, LINUX_PX, opacity))
      const pictures = []
      for (const size of WINDOWS_PX) pictures.push({ size, png: await draw(shape, color, size, opacity) })
      save(`${shape}-on-${ground}.ico`, icoOf(pictures))
    }
  }
  await browser.close()
})
