import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startPictureApp } from '../../scripts/lib/pictures/app.mjs'
import { findDrawnWith, otherDrawing, readDrawnWith, readPicture } from '../../scripts/lib/pictures/baseline.mjs'
import { MOST_PIXELS, comparePictures } from '../../scripts/lib/pictures/comparison.mjs'
import { PICTURES } from '../../scripts/lib/pictures/pages.mjs'
import { REPOSITORY, electronPath } from '../support/electron-app'

/** Where a picture that differs is left, with what was expected and what is different. */
const OUTPUT = join(REPOSITORY, 'node_modules', '.cache', 'pictures')
const RENEW = 'If that is meant: `npm run screenshots`, in a commit of its own.'

let app: Awaited<ReturnType<typeof startPictureApp>>
/** Null while the pictures of docs/screenshots are compared with: they were drawn with the same runtime and fonts. */
let drawnHere: Map<string, Buffer> | null = null

const start = () => startPictureApp(electronPath(), process.env)

async function drawAll(): Promise<Map<string, Buffer>> {
  const drawings = new Map<string, Buffer>()
  for (const picture of PICTURES) drawings.set(picture.name, await app.draw(picture))
  return drawings
}

beforeAll(async () => {
  rmSync(OUTPUT, { recursive: true, force: true })
  app = await start()
  const before = readDrawnWith()
  const here = await findDrawnWith(
    app.window(),
    before?.fonts.map(({ family }) => family),
  )
  const other = otherDrawing(before, here)
  if (other === null) return
  process.stdout.write(`Each picture is drawn twice and compared with itself: ${other}.\n`)
  drawnHere = await drawAll()
  await app.close()
  app = await start()
}, 300_000)

afterAll(() => app.close())

/** Leaves the three pictures to look at; returns the path of the one to look at first. */
function leave(name: string, pictures: Record<string, Buffer | null>): string {
  mkdirSync(OUTPUT, { recursive: true })
  const paths = Object.entries(pictures).flatMap(([kind, png]) => {
    if (!png) return []
    const path = join(OUTPUT, `${name}-${kind}.png`)
    writeFileSync(path, png)
    return relative(REPOSITORY, path)
  })
  return paths[0] ?? OUTPUT
}

test.for(PICTURES.map((picture) => [picture.name, picture] as const))('%s', async ([name, picture]) => {
  const expected = drawnHere ? drawnHere.get(name) : readPicture(name)
  if (!expected) return expect.fail(`docs/screenshots/${name}.png is missing. ${RENEW}`)
  const found = await app.draw(picture, (png) => comparePictures(expected, png).pixels <= MOST_PIXELS)
  const { pixels, size, draw } = comparePictures(expected, found)
  if (pixels <= MOST_PIXELS) return
  const path = leave(name, { difference: draw(), found, expected })
  const against = drawnHere ? 'its first drawing' : `docs/screenshots/${name}.png`
  expect.fail(`${size || `${pixels} pixels`} differ from ${against} (${MOST_PIXELS} may): see ${path}. ${RENEW}`)
})
