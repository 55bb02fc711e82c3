/**
 * Draws build/icon.svg in every size that desktops ask for: `node scripts/make-icons.mjs`. Run once when the icon
 * changes; its results are committed.
 */
import { mkdirSync, readFileSync } from 'node:fs'
import { chromium } from 'playwright'
import { inRepository } from './lib/paths.mjs'
import { runMain } from './lib/steps.mjs'
import { requireChromium } from './lib/test-tools.mjs'

const SIZES_PX = [16, 24, 32, 48, 64, 128, 256, 512, 1024]

runMain(async () => {
  const svg = readFileSync(inRepository('build', 'icon.svg'), 'utf8')
  const browser = await chromium.launch({ executablePath: requireChromium(), args: ['--no-sandbox'] })
  mkdirSync(inRepository('build', 'icons'), { recursive: true })
  for (const size of SIZES_PX) {
    const page = await browser.newPage({ viewport: { width: size, height: size } })
    await page.setContent(
      `<style>body { margin: 0 } svg { display: block; width: ${size}px; height: ${size}px }</style>${svg}`,
    )
    await page.screenshot({ path: inRepository('build', 'icons', `${size}x${size}.png`), omitBackground: true })
    await page.close()
  }
  await browser.close()
})
