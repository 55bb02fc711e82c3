import type { Page } from 'playwright'
import { describe, expect, it } from 'vitest'
import { inSight, ROW, rowsShown, scrollTo } from './browser'
import { useHouse } from './house'

const { open } = useHouse()

/** Waits until rows fill the list from its head to its foot (or to the last row), and the top one is another. */
function fullSight(page: Page, oldTop: number | undefined): Promise<unknown> {
  return page.waitForFunction((old) => {
    const list = document.getElementById('list') as HTMLElement
    const frame = list.getBoundingClientRect()
    const rows = [...list.querySelectorAll('.run-row')]
      .map((row) => ({ id: Number(row.id.slice(4)), box: row.getBoundingClientRect() }))
      .sort((a, b) => a.box.top - b.box.top)
    const first = rows.find(({ box }) => box.top - frame.top >= 26)
    const last = rows.at(-1)
    // Below the last row stands the line that says so.
    const atEnd = list.scrollTop + list.clientHeight >= list.scrollHeight - 60
    const filled = (rows[0]?.box.top ?? 1e9) - frame.top <= 26 && ((last?.box.bottom ?? 0) >= frame.bottom || atEnd)
    return filled && first?.id !== old
  }, oldTop)
}

/** Whether the list stands at the end of the history, not only of what is loaded. */
async function ended(page: Page, direction: 1 | -1): Promise<boolean> {
  if (direction === 1) return page.getByText('No older runs in this range.').isVisible()
  return (await page.locator('.newest.behind').count()) === 0
}

async function paged(height = 900): Promise<Page> {
  const page = await open({ house: { runs: 3000 }, path: '/history?range=30d&tier=all', height })
  await rowsShown(page)
  return page
}

describe('paging', () => {
  it('walks 3 000 runs to the oldest and back without a gap, keeping at most six pages', async () => {
    // A tall window takes fewer steps; it shows some 85 rows.
    const page = await paged(2600)
    const seen = new Set<number>()
    const walk = async (direction: 1 | -1): Promise<void> => {
      for (;;) {
        const before = await inSight(page)
        for (const id of before.ids) seen.add(id)
        const moved = await page.locator('#list').evaluate(
          (list, by) => {
            const from = list.scrollTop
            list.scrollBy(0, by)
            return list.scrollTop !== from
          },
          direction * 75 * 28,
        )
        if (!moved && (await ended(page, direction))) return
        await fullSight(page, moved ? before.ids[0] : undefined)
      }
    }
    await walk(1)
    const oldest = Math.min(...seen)
    expect(seen.size).toBe(3000)
    expect(oldest % 2 ** 40).toBe(1)
    // 1 200 rows and no more are kept.
    expect(await page.locator('.run-space').evaluate((space) => space.clientHeight)).toBeLessThanOrEqual(1226 * ROW)

    seen.clear()
    await walk(-1)
    expect(seen.size).toBe(3000)
  })

  it('does not move what is seen by a pixel when pages come and go above', async () => {
    const page = await paged()
    const place = (id: number | undefined): Promise<number | undefined> =>
      page.evaluate((run) => document.getElementById(`run-${run}`)?.getBoundingClientRect().top, id)
    for (const direction of [1, -1]) {
      for (let step = 0; step < 75; step++) {
        const { ids } = await inSight(page)
        // A row that stays in sight after the scroll.
        const kept = direction === 1 ? ids[22] : ids[3]
        const before = await place(kept)
        await page.locator('#list').evaluate((list, by) => list.scrollBy(0, by), direction * 20 * ROW)
        await fullSight(page, ids[0])
        // What was asked for by that scroll has arrived and been drawn.
        await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
        expect(await place(kept)).toBe((before ?? 0) - direction * 20 * ROW)
      }
      expect(await page.locator('.newest.behind').count()).toBe(direction === 1 ? 1 : 0)
    }
  })

  it('jumps to the newest run from far down', async () => {
    const page = await paged()
    const newest = (await inSight(page)).ids[0]
    for (let step = 0; step < 8; step++) {
      const before = (await inSight(page)).ids[0]
      await scrollTo(page, 1e6)
      await page.waitForFunction((id) => document.getElementById(`run-${id}`) === null, before)
    }
    await page.locator('.newest.behind').click()
    await page.locator(`#run-${newest}`).waitFor()
    expect((await inSight(page)).ids[0]).toBe(newest)
    expect(await page.locator('.newest.behind').count()).toBe(0)
  })
})

describe('filters', () => {
  it('are set in the pop-over, stand as chips and in the route, turn round and go', async () => {
    const page = await open({ path: '/history' })
    await rowsShown(page)
    await page.keyboard.press('/')
    await page.getByRole('button', { name: 'is failed' }).click()
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Status failed', exact: true }).waitFor()
    await page.waitForFunction(() =>
      [...document.querySelectorAll('.run-row .status')].every((cell) => /failed/.test(cell.textContent ?? '')),
    )
    expect(page.url()).toContain('status=failed')

    await page.getByRole('button', { name: 'Status failed', exact: true }).click()
    await page.getByRole('button', { name: 'not Status failed', exact: true }).waitFor()
    expect(page.url()).toContain('status=!failed')
    await page.waitForFunction(() =>
      [...document.querySelectorAll('.run-row .status')].every((cell) => !/failed/.test(cell.textContent ?? '')),
    )

    await page.getByRole('button', { name: 'not Status failed: remove' }).click()
    expect(await page.locator('.chip').count()).toBe(0)
    await page.goBack()
    await page.getByRole('button', { name: 'not Status failed', exact: true }).waitFor()
  })

  it('say what to do when nothing is left', async () => {
    const page = await open({ path: '/history?app=nobody' })
    await page.getByText('No run matches in this range (24 h).').waitFor()
    await page.getByRole('button', { name: 'Clear the filter' }).click()
    await rowsShown(page)
  })
})
