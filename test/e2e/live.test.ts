import { join } from 'node:path'
import type { Page } from 'playwright'
import { afterAll, describe, expect, it } from 'vitest'
import { dataFolder, launchApp, removeFolders } from '../support/electron-app'
import { startHassetteWriter } from '../support/hassette-writer'

afterAll(removeFolders)

/** `runs.id` is stream · 2^40 + sequence; in a file of app runs the n-th row written has sequence n. */
const SEQUENCES = 2 ** 40

interface Sighting {
  sequence: number
  atMs: number
}

/** Notes, frame by frame, up to which run the open list reaches. */
async function watchTop(page: Page): Promise<() => Promise<Sighting[]>> {
  await page.evaluate((sequences) => {
    const seen: { sequence: number; atMs: number }[] = []
    Object.assign(window, { seen })
    const look = (): void => {
      const ids = [...document.querySelectorAll('[id^="run-"]')].map((row) => Number(row.id.slice(4)) % sequences)
      const newest = Math.max(0, ...ids)
      if (newest > (seen.at(-1)?.sequence ?? 0)) seen.push({ sequence: newest, atMs: Date.now() })
      requestAnimationFrame(look)
    }
    look()
  }, SEQUENCES)
  return () => page.evaluate(() => (window as unknown as { seen: Sighting[] }).seen)
}

function percentile(values: number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length * share) - 1] ?? Infinity
}

let end = (): Promise<void> => Promise.resolve()

describe('a Hassette that runs', () => {
  it('has each of its runs in the open window within 2 s, and the list stands still when it is read', async () => {
    const folder = dataFolder()
    const writer = await startHassetteWriter(join(folder, 'home.db'), { onEnd: (kill) => (end = kill) })
    await writer.run({ count: 600 })
    const { page, close } = await launchApp(['--source', writer.path])
    await page.evaluate(() => (location.hash = '#/history?range=24h'))
    await expect
      .poll(() => page.locator('[id^="run-"]').first().getAttribute('id'), { timeout: 20_000 })
      .toMatch(/^run-\d+$/)

    // At the top: every run is seen.
    const already = writer.committedIds().length
    const sightings = await watchTop(page)
    await writer.run({ count: 400, rate: 20 })
    const total = writer.committedIds().length
    await expect.poll(async () => (await sightings()).at(-1)?.sequence, { timeout: 10_000 }).toBe(total)
    const seen = await sightings()
    const delays: number[] = []
    let sequence = 0
    for (const commit of writer.commits.filter(({ table }) => table === 'executions')) {
      for (let n = 0; n < commit.ids.length; n++) {
        sequence += 1
        const mine = sequence
        if (mine <= already) continue
        const sighting = seen.find((each) => each.sequence >= mine)
        delays.push((sighting?.atMs ?? Infinity) - commit.at)
      }
    }
    expect(delays).toHaveLength(400)
    process.stdout.write(
      `  commit to window: p50 ${percentile(delays, 0.5)} ms, p95 ${percentile(delays, 0.95)} ms, max ${percentile(delays, 1)} ms\n`,
    )
    expect(percentile(delays, 0.95)).toBeLessThan(2000)

    // Away from the top: the selected row stays where it is.
    await page.evaluate(() => document.getElementById('list')?.scrollTo({ top: 2800 }))
    await page.waitForFunction(() => {
      const row = document.elementFromPoint(600, 500)?.closest('[id^="run-"]')
      return Number(row?.getAttribute('aria-rowindex')) > 100
    })
    await page.mouse.click(600, 500)
    const selected = page.locator('[id^="run-"][aria-selected="true"]')
    await selected.waitFor()
    const before = { id: await selected.getAttribute('id'), box: await selected.boundingBox() }
    await writer.run({ count: 100, rate: 50 })
    await page
      .getByText(/\b\d+ new\b/)
      .first()
      .waitFor()
    await expect.poll(() => page.getByText(/\b100 new\b/).count(), { timeout: 10_000 }).toBeGreaterThan(0)
    expect({ id: await selected.getAttribute('id'), box: await selected.boundingBox() }).toEqual(before)

    await close()
    await end()
  })
})
