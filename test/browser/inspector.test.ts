import type { Page } from 'playwright'
import { describe, expect, it } from 'vitest'
import { activeRow, focused, rowsShown } from './browser'
import { useHouse } from './house'

const { open, houseOf } = useHouse()

/** Opens the newest run that failed with an error, wherever it is in the list. */
async function show(page: Page, errorType: string): Promise<void> {
  const found = await page.evaluate(async (type) => {
    const span = { fromUs: null, toUs: null }
    const filter = { sourceId: 1, tier: 'all' as const, span, targetId: null, conditions: [] }
    for (let from: string | null = null; ;) {
      const answer = await window.hassetteMonitor.runs.page({ filter, direction: 'older', from, limit: 200 })
      if (!answer.ok) throw new Error(answer.error.message)
      const run = answer.value.rows.find((row) => row.errorType === type)
      if (run) return run.id
      from = answer.value.older
    }
  }, errorType)
  houseOf(page).emit('navigate', { path: `/history?run=${found}` })
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
    const logs = inspector.locator('.section', { hasText: 'Logs of the run' })
    await logs.getByText('2 lines').waitFor()
    expect(await logs.locator('.log-head').last().innerText()).toMatch(/ERROR\s+hassette\.core\.command_executor$/)
  })

  it('says what the short form of a dependency failure leaves out, and what stands in for it', async () => {
    const page = await open({ path: '/history' })
    await rowsShown(page)
    const id = await page.evaluate(async () => {
      const span = { fromUs: null, toUs: null }
      const conditions = [{ field: 'app' as const, op: 'is' as const, value: 'presence_tracker' }]
      const filter = { sourceId: 1, tier: 'app' as const, span, targetId: null, conditions }
      for (let from: string | null = null; ;) {
        const answer = await window.hassetteMonitor.runs.page({ filter, direction: 'older', from, limit: 200 })
        if (!answer.ok) throw new Error(answer.error.message)
        const run = answer.value.rows.find(({ errorLine }) => errorLine?.startsWith('Required dependency'))
        if (run) return run.id
        from = answer.value.older
      }
    })
    houseOf(page).emit('navigate', { path: `/history?run=${id}` })
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
    const copied = (): string => houseOf(page).copied()
    await page.getByRole('button', { name: 'Copy as Markdown' }).click()
    expect(copied()).toMatch(/^\*\*energy\\_monitor\.poll\\_meter\*\*, job: failed/)
    await page.getByRole('button', { name: 'Copy id' }).click()
    expect(copied()).toMatch(/^01a2[0-9a-f]{4}-[0-9a-f]{4}-7e09-a000-[0-9a-f]{12}$/)
    await page.keyboard.press('c')
    await page.locator('.notice', { hasText: 'Link copied' }).waitFor()
    const link = copied()
    expect(link).toMatch(/^hassette-monitor:\/\/history\?.*run=\d+/)
    await page.goto('about:blank')
    const other = await open({ path: '/settings' })
    houseOf(other).emit('navigate', { path: `/${link.slice('hassette-monitor://'.length)}` })
    await other.locator('.inspector-title').waitFor()
    expect(await other.locator('.chip').count()).toBe(2)
  })
})
