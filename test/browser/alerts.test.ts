import type { Page } from 'playwright'
import { describe, expect, it } from 'vitest'
import { focused, useBrowser, violations } from './browser'

const { open } = useBrowser()

async function alerts(query = 'alerts=open', path = '/alerts', width = 1440): Promise<Page> {
  const page = await open({ query, path, width, height: width < 900 ? 700 : 900 })
  await page.getByRole('heading', { level: 1, name: 'Alerts' }).waitFor()
  return page
}
const cards = (page: Page) => page.locator('.open-incident')
const kitchen = (page: Page) => cards(page).filter({ hasText: 'kitchen_lights.motion' })
const pastRows = (page: Page) => page.locator('.incident-day tbody tr')
const badge = (page: Page) =>
  page
    .getByRole('navigation', { name: 'Pages' })
    .getByRole('link', { name: /^Alerts/ })
    .locator('.badge')

describe('open incidents', () => {
  it('say what, since when, how long, how many, at their height, and whether it was told', async () => {
    const page = await alerts()
    await kitchen(page).waitFor()
    expect(await cards(page).locator('h3').allInnerTexts()).toEqual([
      'kitchen_lights.motion: every run is a dependency failure',
      'garage_door.check_closed: starts were missed',
    ])
    const facts = (place: number) => cards(page).nth(place).locator('.incident-facts > div').allInnerTexts()
    expect((await facts(0)).map((fact) => fact.replace(/\s+/g, ' '))).toEqual([
      expect.stringMatching(/^Since 14:0\d$/),
      expect.stringMatching(/^Lasts 1 h 0\d m$/),
      expect.stringMatching(/^Affected \d\d runs$/),
      expect.stringMatching(/^Peak \d+ in 5 min$/),
      expect.stringMatching(/^Told 14:0\d, once$/),
    ])
    expect((await facts(1)).map((fact) => fact.split('\n').at(-1))).toContain('no: it is switched off')
    expect(await page.locator('.open-incident.hot').count()).toBe(1)
  })

  it('lead to their runs: all failures of their time, the first and the last', async () => {
    const page = await alerts()
    await kitchen(page).getByRole('link', { name: 'Open runs' }).click()
    await page.getByRole('heading', { level: 1, name: 'History' }).waitFor()
    await page.locator('.run-row').first().waitFor()
    const hash = decodeURIComponent(page.url())
    expect(hash).toContain('target=1')
    expect(hash).toMatch(/range=2026-11-23\+14:0\d\.\.15:1\d/)
    const rows = await page.locator('.run-row').allInnerTexts()
    expect(rows.every((row) => row.includes('motion') && row.includes('failed'))).toBe(true)
    await page.goBack()
    const first = kitchen(page).getByRole('link', { name: /First failing run of kitchen_lights\.motion$/ })
    const clock = await first.innerText()
    await first.click()
    await page.locator('.inspector').getByText(clock).first().waitFor()
  })

  it('are counted in the sidebar, red until each is snoozed', async () => {
    const page = await open({ query: 'alerts=open', path: '/handlers' })
    await badge(page).getByText('2 open').waitFor()
    await badge(page).getByRole('img', { name: '2 open incidents' }).waitFor()
    await page.evaluate(async () => {
      const status = await window.fake.api.alerts.status()
      const ids = status.ok ? status.value.open.map(({ id }) => id) : []
      for (const incidentId of ids) await window.fake.api.alerts.snooze({ incidentId, snooze: { kind: 'recovery' } })
    })
    await expect.poll(() => badge(page).getAttribute('class')).toContain('quiet')
    expect(await badge(page).getByRole('img').count()).toBe(0)
    await page.evaluate(() => window.fake.setAlerts('none'))
    await badge(page).waitFor({ state: 'detached' })
  })

  it('are snoozed for an hour, until tomorrow or until they recover, and that is ended', async () => {
    const page = await alerts()
    const button = kitchen(page).getByRole('button', { name: /^Snooze/ })
    for (const [choice, said] of [
      ['For 1 hour', 'snoozed until 16:12'],
      ['Until tomorrow 08:00', 'snoozed until 24 Nov 08:00'],
      ['Until it recovers', 'snoozed until it recovers'],
    ] as const) {
      await button.click()
      await page.getByRole('button', { name: choice }).click()
      await kitchen(page).getByText(said).waitFor()
    }
    // What is snoozed stands behind what is not, and is not hot.
    await expect.poll(() => cards(page).last().locator('h3').innerText()).toContain('kitchen_lights.motion')
    expect(await page.locator('.open-incident.hot').count()).toBe(0)
    expect(await focused(page)).toMatch(/^Snooze: kitchen_lights/)
    await button.click()
    await page.getByRole('button', { name: 'End the snooze' }).click()
    await kitchen(page).getByText('snoozed').waitFor({ state: 'detached' })
    expect(await page.locator('.open-incident.hot h3').innerText()).toContain('kitchen_lights.motion')
  })

  it('are muted by their error group or their handler, are over with that, and come back on the list of what is muted', async () => {
    const page = await alerts()
    await kitchen(page).getByRole('button', { name: /^Mute/ }).click()
    await page.getByRole('button', { name: 'Mute kitchen_lights.motion' }).click()
    await kitchen(page).waitFor({ state: 'detached' })
    await pastRows(page).filter({ hasText: 'kitchen_lights.motion' }).filter({ hasText: 'muted' }).waitFor()
    expect(await page.evaluate(() => document.activeElement !== document.body)).toBe(true)

    const muted = page.locator('.muted-list li')
    expect(await muted.allInnerTexts()).toEqual([expect.stringContaining('kitchen_lights.motion')])
    await muted.getByRole('button', { name: 'Unmute kitchen_lights.motion' }).click()
    await page.getByText('Nothing is muted.').waitFor()
  })

  it('of several handlers stay open when one is muted, and the same menu takes that back', async () => {
    const page = await alerts('alerts=storm')
    const menu = cards(page).first().getByRole('button', { name: /^Mute/ })
    await menu.click()
    await page.getByRole('button', { name: 'Mute kitchen_lights.motion' }).click()
    await page.locator('.muted-list li').filter({ hasText: 'kitchen_lights.motion' }).waitFor()
    await menu.click()
    const back = page.locator('.mute-pop').getByRole('button', { name: 'Unmute kitchen_lights.motion' })
    await back.click()
    await page.getByText('Nothing is muted.').waitFor()
  })

  it('of a storm name one handler and how many others, and only the worst has a wash', async () => {
    const page = await alerts('alerts=storm')
    await cards(page).nth(1).waitFor()
    expect(await cards(page).first().locator('h3').innerText()).toMatch(/^kitchen_lights\.motion and 17 others: more/)
    expect(await page.locator('.open-incident.hot').count()).toBe(1)
    await cards(page).first().getByText('First failing run').waitFor()
  })
})

describe('what is not watched', () => {
  it('is an incident of its own kind, with the reason, and said on every page', async () => {
    const page = await alerts('alerts=blind')
    const card = cards(page).filter({ hasText: 'Not watching Home' })
    await card.getByText('Its file cannot be read.').waitFor()
    expect(await card.getAttribute('class')).toContain('blind')
    expect(await card.getByRole('button', { name: /^Mute/ }).count()).toBe(0)
    const banner = page.getByRole('region', { name: 'Notices' })
    for (const key of ['g', 'h']) await page.keyboard.press(key)
    await page.getByRole('heading', { level: 1, name: 'Handlers' }).waitFor()
    await banner.getByText('Home: not watching since 14:30.').waitFor()
  })

  it('is said once where the banner of the source says it already', async () => {
    const page = await alerts('alerts=blind&source=stale')
    const banner = page.getByRole('region', { name: 'Notices' })
    await banner.getByText('Home: not watching since').waitFor()
    expect(await banner.getByText('Home: not watching since').count()).toBe(1)
  })
})

describe('past incidents', () => {
  it('stand by day with what, since, height, runs, first and last failing run and how they ended', async () => {
    const page = await alerts('alerts=none')
    await page.getByText('Nothing is open. An incident opens when more fails than is usual.').waitFor()
    const row = pastRows(page).filter({ hasText: 'energy_monitor.poll_meter' })
    await row.waitFor()
    expect((await row.innerText()).trim().replace(/\s+/g, ' ')).toMatch(
      /^energy_monitor\.poll_meter in a row \d\d:\d\d \d d \d\d h \d 5 runs first · last muted$/,
    )
    const days = await page.locator('.incident-day th:first-child').allInnerTexts()
    expect(days[0]).toBe('Sunday 22 Nov')
    expect(new Set(days).size).toBe(days.length)
    await pastRows(page).filter({ hasText: 'watched again' }).waitFor()
    await row.getByRole('link', { name: 'Last failing run of energy_monitor.poll_meter' }).click()
    await page.getByRole('heading', { level: 1, name: 'History' }).waitFor()
    await page.locator('.inspector-title').waitFor()
  })

  it('go on below the oldest when older ones are asked for, each once', async () => {
    const page = await alerts('alerts=none&older=60')
    const older = page.getByRole('button', { name: 'Older incidents' })
    await expect.poll(() => pastRows(page).count()).toBe(30)
    await older.click()
    await expect.poll(() => pastRows(page).count()).toBe(60)
    await older.click()
    await expect.poll(() => pastRows(page).count()).toBe(65)
    expect(await older.count()).toBe(0)
    const ids = await page
      .locator('[data-incident]')
      .evaluateAll((all) => all.map((one) => one.getAttribute('data-incident')))
    expect(new Set(ids).size).toBe(65)
  })

  it('loading, empty and failed are said', async () => {
    const slow = await open({ path: '/alerts', query: 'state=slow' })
    await slow.locator('.incident-lists .skeleton').first().waitFor()
    await pastRows(slow).first().waitFor()

    const none = await open({ path: '/alerts', query: 'state=empty' })
    await none.getByText('No incident yet. Those that are over are kept here.').waitFor()

    const page = await open({ path: '/alerts', query: 'state=error' })
    const failed = page.getByRole('alert').filter({ hasText: 'The incidents that are over could not be read' })
    await failed.waitFor()
    await page.evaluate(() => window.fake.setState('ready'))
    await failed.getByRole('button', { name: 'Try again' }).click()
    await pastRows(page).first().waitFor()
    expect(await failed.count()).toBe(0)
  })

  it('say of a source under a day old that it is still being learnt', async () => {
    const page = await alerts('alerts=learning')
    await page.getByText('Home is still being learnt: less than a day of its history is known.').waitFor()
  })
})

describe('keys', () => {
  it('g a leads here, j and k walk the incidents, arrows go along a row', async () => {
    const page = await open({ query: 'alerts=open', path: '/handlers' })
    for (const key of ['g', 'a']) await page.keyboard.press(key)
    await page.getByRole('heading', { level: 1, name: 'Alerts' }).waitFor()
    expect(await page.title()).toBe('Alerts — Hassette Monitor')
    await pastRows(page).first().waitFor()
    await page.keyboard.press('j')
    expect(await focused(page)).toContain('kitchen_lights.motion: every run')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('j')
    expect(await focused(page)).toBe('Home')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowRight')
    expect(await focused(page)).toMatch(/^First failing run of presence_tracker/)
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('k')
    expect(await focused(page)).toBe('Home')
    // Past incidents are one tab stop.
    expect(await page.locator('.incident-day a[tabindex="0"]').count()).toBe(1)
  })
})

describe.each(['light', 'dark'] as const)('in the %s theme', (theme) => {
  it.each([
    ['alerts=open', '/alerts', 1440],
    ['alerts=storm', '/alerts?incident=7', 1440],
    ['alerts=blind', '/alerts', 820],
    ['alerts=open&source=many', '/alerts?incident=6', 820],
    ['alerts=undelivered&told=no', '/alerts?tab=rules', 820],
    ['alerts=open', '/overview', 1440],
  ])('axe finds nothing with %s on %s at %i pixels', async (query, path, width) => {
    const page = await open({ query, path, theme, width, height: 800 })
    await page.locator('.open-incident, .rule, .incident-rows li').first().waitFor()
    if (path.includes('incident=')) await page.locator('.inspector-title').waitFor()
    expect(await violations(page)).toEqual([])
  })

  it('axe finds nothing in the menus', async () => {
    const page = await open({ query: 'alerts=storm', path: '/alerts', theme })
    for (const name of [/^Snooze/, /^Mute/]) {
      await cards(page).first().getByRole('button', { name }).click()
      await page.locator('.pop .option').first().waitFor()
      expect(await violations(page)).toEqual([])
      await page.keyboard.press('Escape')
      await page.locator('.pop').waitFor({ state: 'detached' })
    }
  })
})
