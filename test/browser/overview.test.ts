import type { Page } from 'playwright'
import { describe, expect, it } from 'vitest'
import { rowsShown } from './browser'
import type { HouseOptions } from '../support/house/house'
import { delayQuestions, refuseQuestions, useHouse } from './house'

const { open, houseOf } = useHouse()

const chart = (page: Page, name = 'Runs by outcome') => page.getByRole('slider', { name })
const figure = (page: Page, label: string): Promise<string> =>
  page.locator('.figures > div', { hasText: label }).locator('dd').first().innerText()

async function overview(house: HouseOptions = {}, path = '/overview'): Promise<Page> {
  const page = await open({ house, path })
  await page.locator('.uplot canvas').waitFor()
  return page
}

/** Whether the chart has a pixel of a colour that a token names. */
function drawn(page: Page, token: string): Promise<boolean> {
  return page.evaluate((name) => {
    const probe = document.body.appendChild(document.createElement('i'))
    probe.style.color = `var(${name})`
    const wanted = (getComputedStyle(probe).color.match(/\d+/g) ?? []).map(Number)
    probe.remove()
    const canvas = document.querySelector<HTMLCanvasElement>('.uplot canvas')
    const copy = document.createElement('canvas').getContext('2d', { willReadFrequently: true })
    if (copy && canvas) {
      copy.canvas.width = canvas.width
      copy.canvas.height = canvas.height
      copy.drawImage(canvas, 0, 0)
    }
    const pixels = copy?.getImageData(0, 0, canvas?.width ?? 1, canvas?.height ?? 1).data ?? []
    for (let at = 0; at < pixels.length; at += 4) {
      if (wanted.every((value, part) => pixels[at + part] === value) && pixels[at + 3] === 255) return true
    }
    return false
  }, token)
}

describe('the overview', () => {
  it('opens first, is first in the sidebar, and g o comes back to it', async () => {
    const page = await overview({}, '')
    expect(page.url()).toMatch(/#\/overview\?/)
    expect((await page.getByRole('navigation', { name: 'Pages' }).getByRole('link').first().innerText()).trim()).toBe(
      'Overview',
    )
    for (const key of ['g', 'j', 'g', 'o']) await page.keyboard.press(key)
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor()
    expect(await page.title()).toBe('Overview — Hassette Monitor')
  })

  it('says in a sentence what is wrong, and leads to it', async () => {
    const page = await overview()
    const sentence = page.locator('.lead-sentence')
    expect(await sentence.innerText()).toMatch(/^kitchen_lights\.motion has failed on every run since 14:0\d$/)
    expect(await page.locator('.lead-rest').innerText()).toMatch(/^Its last \d+ runs failed\. \d others need a look;/)
    await sentence.getByRole('link').click()
    await page.getByRole('heading', { name: 'kitchen_lights.motion' }).first().waitFor()
  })

  it('counts what the tables count, and says how it changed', async () => {
    const page = await overview()
    const runs = Number((await figure(page, 'Runs')).replace(/\D/g, ''))
    const expected = await page.evaluate(async () => {
      const span = { fromUs: Date.parse('2026-11-22T14:12:00Z') * 1000, toUs: null }
      const filter = { sourceId: 1, tier: 'app' as const, span, targetId: null, conditions: [] }
      const answer = await window.hassetteMonitor.runs.count({ filter, ticket: 'test' })
      return answer.ok ? answer.value.runs : -1
    })
    expect(runs).toBe(expected)
    expect(await page.locator('.figures .change').first().innerText()).toMatch(/^[+−]\d+.% from \d+$/)
    expect(await figure(page, 'p95 duration')).toMatch(/^≈.\d+/)
  })

  it('lists what needs a look with the reasons in words, and the newest failures', async () => {
    const page = await overview()
    const rows = page.locator('.short-list').first().locator('li')
    expect(await rows.first().innerText()).toMatch(/kitchen_lights\.motion\s+Last \d+ runs failed/)
    for (const reason of [/New error: /, /p95 .* was /, /Has not run since the start/, /2 of \d+ starts missed/]) {
      await rows.filter({ hasText: reason }).first().waitFor()
    }
    const failures = page.locator('.failures li')
    expect(await failures.count()).toBe(8)
    await failures.first().getByRole('link').click()
    await page.locator('.inspector-title').waitFor()
    expect(page.url()).toMatch(/#\/history\?.*status=failed&status=timed_out/)
  })

  it('takes new runs in without drawing anything anew that is there', async () => {
    const page = await overview()
    const before = await figure(page, 'Runs')
    const canvas = await page.locator('.uplot canvas').elementHandle()
    const picture = (): Promise<string | undefined> =>
      page.evaluate(() => document.querySelector<HTMLCanvasElement>('.uplot canvas')?.toDataURL())
    const pictured = await picture()
    houseOf(page).commit(40)
    await expect.poll(() => figure(page, 'Runs')).not.toBe(before)
    await expect.poll(picture).not.toBe(pictured)
    expect(await canvas?.evaluate((element) => element.isConnected)).toBe(true)
    expect(await page.locator('.part-skeleton').count()).toBe(0)
  })
})

describe('the chart', () => {
  it('is drawn in the colours of the theme, and follows it', async () => {
    const page = await overview()
    for (const token of ['--failed-fill', '--timed-fill', '--ok-area']) expect(await drawn(page, token)).toBe(true)
    await page.emulateMedia({ colorScheme: 'dark' })
    await expect.poll(() => drawn(page, '--failed-fill')).toBe(true)
    expect(await drawn(page, '--ok-area')).toBe(true)
  })

  it('says each step by keys, and is as wide as its place', async () => {
    const page = await overview()
    await chart(page).focus()
    const say = (): Promise<string | null> => chart(page).getAttribute('aria-valuetext')
    expect(await say()).toMatch(/^15:00 to 15:15: ok \d+, failed \d+, forming$/)
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('ArrowLeft')
    expect(await say()).toMatch(/^14:45 to 15:00: ok \d+/)
    await page.locator('.chart-tip', { hasText: '14:45 to 15:00' }).waitFor()
    await page.keyboard.press('Home')
    expect(await say()).toMatch(/^22 Nov 15:00 to 15:15: /)
    await page.keyboard.press('Escape')
    await page.locator('.chart-tip').waitFor({ state: 'detached' })
    await page.setViewportSize({ width: 1000, height: 700 })
    await page.waitForFunction(() => {
      const [host, plot] = [document.querySelector('.chart-host'), document.querySelector('.uplot')]
      return host && plot && Math.abs(host.clientWidth - plot.clientWidth) < 2
    })
  })

  it('sets the range by keys', async () => {
    const page = await overview()
    await chart(page).focus()
    for (const key of ['End', 'ArrowLeft', 'Shift+ArrowLeft', 'Shift+ArrowLeft']) await page.keyboard.press(key)
    expect(await chart(page).getAttribute('aria-valuetext')).toBe('14:15 to 15:00. Enter sets the range')
    await page.keyboard.press('Enter')
    await page.waitForFunction(() => decodeURIComponent(location.hash).includes('range=2026-11-23+14:15..15:00'))
    await expect.poll(() => chart(page).getAttribute('aria-valuemax')).toBe('44')
    await page.goBack()
    await page.waitForFunction(() => location.hash.includes('range=24h'))
  })

  it('sets the range by a drag, to whole steps', async () => {
    const page = await overview()
    const box = await page.locator('.u-over').boundingBox()
    if (!box) throw new Error('no plot')
    const y = box.y + box.height / 2
    await page.mouse.move(box.x + box.width * 0.25, y)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width * 0.3, y)
    await page.mouse.move(box.x + box.width * 0.5, y)
    await page.mouse.up()
    await page.waitForFunction(() => location.hash.includes('range=2026-11-22'))
    const range = decodeURIComponent(/range=([^&]+)/.exec(page.url())?.[1] ?? '').replaceAll('+', ' ')
    const [, from, to] = /^2026-11-22 (21:\d\d)\.\.2026-11-23 (03:\d\d)$/.exec(range) ?? []
    expect([from, to].map((time) => Number(time?.slice(3)) % 15)).toEqual([0, 0])
  })

  it('is a table at the press of a button', async () => {
    const page = await overview()
    await page.getByRole('button', { name: 'As table' }).click()
    const table = page.getByRole('group', { name: 'Runs by outcome' })
    expect(await table.getByRole('row').count()).toBe(98)
    expect(await table.getByRole('row').nth(1).innerText()).toMatch(/^15:00 to 15:15 forming/)
    await page.getByRole('button', { name: 'As table' }).click()
    await chart(page).waitFor()
  })

  it('has the sessions under it on its own scale', async () => {
    const page = await overview({}, '/overview?range=7d')
    const bands = page.getByRole('list', { name: 'Sessions' }).getByRole('listitem')
    expect(await bands.count()).toBe(3)
    expect(await bands.nth(0).getAttribute('title')).toMatch(/^since 15 Nov .*, crashed: OSError$/)
    const [strip, plot] = await Promise.all([
      page.locator('.session-strip').boundingBox(),
      page.locator('.u-over').boundingBox(),
    ])
    expect(Math.abs((strip?.x ?? 0) - (plot?.x ?? 9))).toBeLessThan(1.5)
    expect(Math.abs((strip?.width ?? 0) - (plot?.width ?? 9))).toBeLessThan(1.5)
  })
})

describe('states of the overview', () => {
  it('waits with a skeleton, part by part', async () => {
    const page = await open({ prepare: delayQuestions, path: '/overview' })
    await page.locator('.part-skeleton .skeleton').first().waitFor()
    await page.locator('.uplot canvas').waitFor()
    await expect.poll(() => page.locator('.part-skeleton').count()).toBe(0)
  })

  it('says which part could not be read, and brings it on trying again', async () => {
    const page = await open({ prepare: refuseQuestions, path: '/overview' })
    await page.getByText('The figures could not be read').waitFor()
    await page.getByText('The chart could not be read').waitFor()
    houseOf(page).faults.clear()
    await page.getByRole('button', { name: 'Try again' }).first().click()
    await page.locator('.uplot canvas').waitFor()
    expect(await page.getByRole('alert').count()).toBe(0)
  })

  it('keeps what it has when a refresh fails', async () => {
    const page = await overview()
    refuseQuestions(houseOf(page))
    houseOf(page).commit(1)
    await page.getByText('The chart could not be read').waitFor()
    expect(await page.locator('.uplot canvas').count()).toBe(1)
    expect(await page.locator('.figures').count()).toBe(1)
  })

  it('says that nothing is there yet', async () => {
    const page = await open({ house: { runs: 0 }, path: '/overview' })
    await page.getByText('No handler and no job yet').waitFor()
    await page.getByText('No failure in the last 24 h.').waitFor()
    await page.getByText('nothing is known of this range').waitFor()
  })

  it('speaks of the recording where there is one, and nothing is forming', async () => {
    const page = await overview({ sources: ['cabin'] })
    await page.getByText('in the last 24 h of the recording').or(page.locator('.lead-sentence a')).first().waitFor()
    await chart(page).focus()
    expect(await chart(page).getAttribute('aria-valuetext')).not.toContain('forming')
  })
})

describe('the coverage line', () => {
  const line = (page: Page): Promise<string> => page.locator('.cover-line p').innerText()

  it('says from when on there is what, and which limit binds', async () => {
    const page = await overview()
    await expect.poll(() => line(page)).toMatch(/^runs since 15 Nov 15:1\d · Hassette had no older ones · 1 gap$/)
    expect(await page.locator('.cover-line li').innerText()).toBe('20 Nov 15:13 to 15:11: 31 runs dropped by Hassette')
    // Runs that are past their days go, what is known of them stays.
    await page.evaluate(() => window.hassetteMonitor.storage.clean())
    await page.reload()
    await expect
      .poll(() => line(page))
      .toMatch(/^runs since 16 Nov 15:1\d · trends since 15 Nov · limit that binds: 7 days · 1 gap$/)
  })

  it('is there on every page with a range, and not on one without', async () => {
    const page = await open({ path: '/history', house: { sources: ['cabin'] } })
    await rowsShown(page)
    await expect.poll(() => line(page)).toMatch(/^runs since 13 Nov 14:\d\d · Hassette had no older ones$/)
    await page.keyboard.press('g')
    await page.keyboard.press('h')
    await page.getByRole('heading', { level: 1, name: 'Handlers' }).waitFor()
    expect(await page.locator('.cover-line').count()).toBe(1)
    await page.goto(`${page.url().split('#')[0]}#/settings`)
    await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor()
    expect(await page.locator('.cover-line').count()).toBe(0)
  })
})
