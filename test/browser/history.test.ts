import type { Page } from 'playwright'
import { describe, expect, it } from 'vitest'
import { activeRow, focused, rowsShown, useBrowser } from './browser'

const { open } = useBrowser()

const ROW = 28
const scrollTo = (page: Page, top: number): Promise<void> =>
  page.locator('#list').evaluate((list, to) => {
    list.scrollTop = to
  }, top)

/** Ids of the rows in sight, top first, and where the first one stands. */
function inSight(page: Page): Promise<{ ids: number[]; firstTop: number }> {
  return page.locator('#list').evaluate((list) => {
    const frame = list.getBoundingClientRect()
    const rows = [...list.querySelectorAll('.run-row')]
      .map((row) => ({ id: Number(row.id.slice(4)), top: row.getBoundingClientRect().top - frame.top }))
      .filter(({ top }) => top >= 26 && top < frame.height)
      .sort((a, b) => a.top - b.top)
    return { ids: rows.map(({ id }) => id), firstTop: rows[0]?.top ?? 0 }
  })
}

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

async function paged(query = 'runs=7000', path = '/history?range=30d&tier=all'): Promise<Page> {
  const page = await open({ query, path })
  await rowsShown(page)
  return page
}

describe('paging', () => {
  it('walks 7 000 runs to the oldest and back without a gap, keeping at most six pages', async () => {
    const page = await paged()
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
          direction * 25 * 28,
        )
        if (!moved && (await ended(page, direction))) return
        await fullSight(page, moved ? before.ids[0] : undefined)
      }
    }
    await walk(1)
    const oldest = Math.min(...seen)
    expect(seen.size).toBe(7000)
    expect(oldest % 2 ** 40).toBe(1)
    // 1 200 rows and no more are kept.
    expect(await page.locator('.run-space').evaluate((space) => space.clientHeight)).toBeLessThanOrEqual(1226 * ROW)

    seen.clear()
    await walk(-1)
    expect(seen.size).toBe(7000)
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

describe('new runs', () => {
  const commit = (page: Page, count: number): Promise<void> => page.evaluate((runs) => window.fake.commit(runs), count)

  it('slide in while the list is at its top', async () => {
    const page = await open({ path: '/history?tier=all' })
    await rowsShown(page)
    const first = (await inSight(page)).ids[0] ?? 0
    await commit(page, 5)
    await page.locator(`#run-${first + 5}`).waitFor()
    expect((await inSight(page)).ids.slice(0, 6)).toEqual([5, 4, 3, 2, 1, 0].map((more) => first + more))
  })

  it('are counted and move nothing while it is not, and come at a click', async () => {
    const page = await open({ path: '/history?tier=all' })
    await rowsShown(page)
    const first = (await inSight(page)).ids[0] ?? 0
    await scrollTo(page, 40 * ROW)
    await page.locator(`#run-${first - 42}`).waitFor()
    const before = await inSight(page)
    await commit(page, 12)
    await page.getByRole('button', { name: '12 new runs' }).waitFor()
    expect((await inSight(page)).ids[3]).toBe(before.ids[3])
    await commit(page, 300)
    await page.getByRole('button', { name: '200 or more new runs' }).click()
    await page.locator(`#run-${first + 312}`).waitFor()
    expect((await inSight(page)).ids[0]).toBe(first + 312)
  })

  it('count only what the filter lets through', async () => {
    const page = await open({ path: '/history?status=!ok&tier=all&range=30d' })
    await rowsShown(page)
    await scrollTo(page, 10 * ROW)
    await page.waitForFunction(() => (document.getElementById('list')?.scrollTop ?? 0) === 280)
    await commit(page, 400)
    const expected = await page.evaluate(async () => {
      const span = { fromUs: null, toUs: null }
      const conditions = [{ field: 'status' as const, op: 'not' as const, value: 'ok' as const }]
      const filter = { sourceId: 1, tier: 'all' as const, span, targetId: null, conditions }
      const answer = await window.fake.api.runs.page({ filter, direction: 'newer', from: '1:7000', limit: 200 })
      return answer.ok ? answer.value.rows.length : 0
    })
    expect(expected).toBeGreaterThan(1)
    expect(expected).toBeLessThan(100)
    await page.getByRole('button', { name: `${expected} new runs` }).waitFor()
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

/** Opens the newest run that failed with an error, wherever it is in the list. */
async function show(page: Page, errorType: string): Promise<void> {
  const found = await page.evaluate(async (type) => {
    const span = { fromUs: null, toUs: null }
    const filter = { sourceId: 1, tier: 'all' as const, span, targetId: null, conditions: [] }
    for (let from: string | null = null; ;) {
      const answer = await window.fake.api.runs.page({ filter, direction: 'older', from, limit: 200 })
      if (!answer.ok) throw new Error(answer.error.message)
      const run = answer.value.rows.find((row) => row.errorType === type)
      if (run) return run.id
      from = answer.value.older
    }
  }, errorType)
  await page.evaluate((id) => window.fake.navigate(`/history?run=${id}`), found)
}

describe('the inspector', () => {
  it('follows keys: open, next of the target, close; the list keeps its place and the focus', async () => {
    const page = await open({ path: '/history?app=boiler_controller' })
    await rowsShown(page)
    for (const key of ['j', 'j', 'Enter']) await page.keyboard.press(key)
    await page.locator('.inspector-title').waitFor()
    const opened = await activeRow(page)
    const url = page.url()
    await page.keyboard.press('h')
    await page.waitForFunction((old) => location.href !== old, url)
    await page.getByRole('complementary', { name: 'Run' }).getByRole('button', { name: 'Next run of it' }).click()
    await page.waitForFunction((old) => location.href === old, url)
    await page.keyboard.press('Escape')
    await page.locator('.inspector').waitFor({ state: 'detached' })
    expect(await focused(page)).toBe('Runs, newest finished first')
    expect(await activeRow(page)).toBe(opened)
    await page.keyboard.press(']')
    await page.locator('.inspector-title').waitFor()
  })

  it('covers the list when narrow, takes the focus, and Esc gives it back', async () => {
    const page = await open({ path: '/history', width: 820, height: 700 })
    await rowsShown(page)
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'List Esc' }).waitFor()
    await page.waitForFunction(() => document.activeElement?.textContent?.includes('List'))
    expect(await page.locator('main').getAttribute('inert')).not.toBeNull()
    const [inspector, body] = await Promise.all([
      page.locator('.inspector').boundingBox(),
      page.locator('.body').boundingBox(),
    ])
    expect(inspector).toEqual(body)
    await page.keyboard.press('Escape')
    await page.locator('.inspector').waitFor({ state: 'detached' })
    expect(await focused(page)).toBe('Runs, newest finished first')
  })

  it('is made wider by keys and mouse within its bounds, and remembers it', async () => {
    const page = await open({ path: '/history' })
    await rowsShown(page)
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    const grip = page.getByRole('separator', { name: 'Width of the inspector' })
    await grip.focus()
    await page.keyboard.press('ArrowLeft')
    expect(await grip.getAttribute('aria-valuenow')).toBe('432')
    await page.keyboard.press('End')
    expect(await grip.getAttribute('aria-valuenow')).toBe('480')
    const box = await grip.boundingBox()
    await page.mouse.move((box?.x ?? 0) + 3, 400)
    await page.mouse.down()
    await page.mouse.move((box?.x ?? 0) + 400, 400)
    await page.mouse.up()
    expect(await grip.getAttribute('aria-valuenow')).toBe('360')
    await page.keyboard.press('Escape')
    await page.keyboard.press(']')
    expect(await grip.getAttribute('aria-valuenow')).toBe('360')
  })

  it('takes a dependency failure apart and says that there is no traceback', async () => {
    const page = await open({ path: '/history?app=kitchen_lights&status=failed' })
    await rowsShown(page)
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    const inspector = page.getByRole('complementary', { name: 'Run' })
    await inspector.getByRole('heading', { name: 'Failed: an attribute has the wrong type' }).waitFor()
    const pairs = await inspector.locator('.pairs > div').allInnerTexts()
    expect(pairs.map((pair) => pair.replace(/\s*\n\s*/, ': '))).toEqual([
      'Parameter: new',
      'Entity: light.kitchen',
      'From: dict[str, dict[str, None | str] | dict[str, int | str] | str]',
      'To: LightState',
      'Converter: AnnotationConverter.convert',
      'Inner error: UnableToConvertAnnotatedStateError',
    ])
    await inspector.getByText('Hassette records none for dependency failures.').waitFor()
  })

  it('says what the short form of a dependency failure leaves out, and what stands in for it', async () => {
    const page = await open({ path: '/history' })
    await rowsShown(page)
    const id = await page.evaluate(async () => {
      const span = { fromUs: null, toUs: null }
      const conditions = [{ field: 'app' as const, op: 'is' as const, value: 'presence_tracker' }]
      const filter = { sourceId: 1, tier: 'app' as const, span, targetId: null, conditions }
      for (let from: string | null = null; ;) {
        const answer = await window.fake.api.runs.page({ filter, direction: 'older', from, limit: 200 })
        if (!answer.ok) throw new Error(answer.error.message)
        const run = answer.value.rows.find(({ errorLine }) => errorLine?.startsWith('Required dependency'))
        if (run) return run.id
        from = answer.value.older
      }
    })
    await page.evaluate((run) => window.fake.navigate(`/history?run=${run}`), id)
    const inspector = page.getByRole('complementary', { name: 'Run' })
    await inspector.getByRole('heading', { name: 'Failed: a required value was not there' }).waitFor()
    const pairs = await inspector.locator('.pairs > div').allInnerTexts()
    expect(pairs.map((pair) => pair.replace(/\s*\n\s*/, ': '))).toEqual([
      'Parameter: not named by Hassette',
      'Runs when: binary_sensor.hall_motion changes',
      'Error: NoneType, expected a value',
    ])
  })

  it('folds library frames, shows hidden characters, clips huge text and never renders markup', async () => {
    const page = await open({ path: '/history?status=failed&range=30d' })
    await rowsShown(page)
    await show(page, 'ValueError')
    const inspector = page.getByRole('complementary', { name: 'Run' })
    await inspector.getByRole('heading', { name: 'Failed: ValueError' }).waitFor()
    expect(await inspector.innerText()).toContain('⟨U+202E⟩')
    expect(await inspector.innerText()).toContain('<img src=x onerror=alert(1)>')
    expect(await page.locator('img').count()).toBe(0)
    expect(await inspector.getByText('track_execution').count()).toBe(0)
    await inspector.getByRole('button', { name: '3 library frames' }).click()
    await inspector.getByText('track_execution').waitFor()

    await show(page, 'RuntimeError')
    await inspector.getByRole('heading', { name: 'Failed: RuntimeError' }).waitFor()
    const message = inspector.locator('.section').first()
    expect((await message.innerText()).length).toBeLessThan(2200)
    await message.getByRole('button', { name: /Show all 12.808 characters/ }).click()
    expect((await message.innerText()).length).toBeGreaterThan(12_000)
  })

  it('copies Markdown, a link and the id', async () => {
    const page = await open({ path: '/history?app=energy_monitor&status=failed' })
    await rowsShown(page)
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    const copied = (): Promise<string> => page.evaluate(() => window.fake.copied())
    await page.getByRole('button', { name: 'Copy as Markdown' }).click()
    expect(await copied()).toMatch(/^\*\*energy\\_monitor\.poll\\_meter\*\*, job: failed/)
    await page.getByRole('button', { name: 'Copy id' }).click()
    expect(await copied()).toMatch(/^01934f0a-/)
    await page.keyboard.press('c')
    await page.locator('.notice', { hasText: 'Link copied' }).waitFor()
    const link = await copied()
    expect(link).toMatch(/^hassette-monitor:\/\/history\?.*run=\d+/)
    await page.goto('about:blank')
    const other = await open({ path: '/settings' })
    await other.evaluate((path) => window.fake.navigate(path), `/${link.slice('hassette-monitor://'.length)}`)
    await other.locator('.inspector-title').waitFor()
    expect(await other.locator('.chip').count()).toBe(2)
  })
})
