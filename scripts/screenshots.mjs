/**
 * `npm run screenshots`: draws docs/screenshots anew, from the real app on the sample home. A picture that shows the same
 * as before is left alone. `npm test -- pictures` compares.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { startInvisibleDisplay } from './lib/display.mjs'
import { setUp } from './lib/setup.mjs'
import { runMain } from './lib/steps.mjs'

runMain(async () => {
  const runtime = await setUp({ tests: true, build: true })
  // They need the packages that the set-up may have brought only now.
  const { startPictureApp } = await import('./lib/pictures/app.mjs')
  const { findDrawnWith, otherDrawing, picturePath, readDrawnWith, readPicture, writeDrawnWith } =
    await import('./lib/pictures/baseline.mjs')
  const { MOST_PIXELS, comparePictures } = await import('./lib/pictures/comparison.mjs')
  const { PICTURES } = await import('./lib/pictures/pages.mjs')

  const display = process.platform === 'linux' ? await startInvisibleDisplay() : null
  const app = await startPictureApp(runtime.executable, { ...process.env, ...(display && { DISPLAY: display.name }) })
  try {
    const drawnWith = await findDrawnWith(app.window())
    const startOver = otherDrawing(readDrawnWith(), drawnWith) !== null
    mkdirSync(dirname(picturePath('')), { recursive: true })
    let renewed = 0
    for (const picture of PICTURES) {
      const [before, png] = [readPicture(picture.name), await app.draw(picture)]
      if (before && !startOver && comparePictures(before, png).pixels <= MOST_PIXELS) continue
      writeFileSync(picturePath(picture.name), png)
      process.stdout.write(`  docs/screenshots/${picture.name}.png\n`)
      renewed++
    }
    writeDrawnWith(drawnWith)
    process.stdout.write(`${renewed} of ${PICTURES.length} pictures are new.\n`)
  } finally {
    await app.close()
    display?.stop()
  }
  return 0
})
