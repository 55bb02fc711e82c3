import type { Page } from 'playwright'
import { describe, expect, it } from 'vitest'
import type { HouseOptions } from '../support/house/house'
import { focused, violations } from './browser'
import { BEING_READ, delayQuestions, judged, NOT_WATCHED, refuseQuestions, useHouse } from './house'

const { open, houseOf } = useHouse()

/** What is over is in the archive, and nobody looks for more. */
const PAST: HouseOptions = { judged: 'past' }

async function alerts(house: HouseOptions = judged('open')): Promise<Page> {
  const page = await open({ house, path: '/alerts' })
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
      'Told 15:12, 2 times',
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
    const page = await open({ house: judged('open'), path: '/handlers' })
    await badge(page).getByText('2 open').waitFor()
    await badge(page).getByRole('img', { name: '2 open incidents' }).waitFor()
    await page.evaluate(async () => {
      const { alerts } = window.hassetteMonitor
      const status = await alerts.status()
      const ids = status.ok ? status.value.open.map(({ id }) => id) : []
      for (const incidentId of ids) await alerts.snooze({ incidentId, snooze: { kind: 'recovery' } })
    })
    await expect.poll(() => badge(page).getAttribute('class')).toContain('quiet')
    expect(await badge(page).getByRole('img').count()).toBe(0)
    await page.evaluate(async () => {
      const { alerts } = window.hassetteMonitor
      const status = await alerts.status()
      const targets = status.ok ? status.value.open.flatMap((incident) => incident.targets) : []
      for (const { targetId } of targets) await alerts.mute({ kind: 'target', sourceId: 1, targetId, muted: true })
    })
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
    await kitchen(page).getByText('snoozed until').waitFor({ state: 'detached' })
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
    const page = await alerts(judged('storm'))
    const menu = cards(page).first().getByRole('button', { name: /^Mute/ })
    await menu.click()
    await page.getByRole('button', { name: 'Mute boiler_controller.room_temp' }).click()
    await page.locator('.muted-list li').filter({ hasText: 'boiler_controller.room_temp' }).waitFor()
    await menu.click()
    const back = page.locator('.mute-pop').getByRole('button', { name: 'Unmute boiler_controller.room_temp' })
    await back.click()
    await page.getByText('Nothing is muted.').waitFor()
  })

  it('of a storm name one handler and how many others, and only the worst has a wash', async () => {
    const page = await alerts(judged('storm'))
    await cards(page).nth(1).waitFor()
    expect(await cards(page).first().locator('h3').innerText()).toMatch(
      /^boiler_controller\.room_temp and 17 others: more/,
    )
    expect(await page.locator('.open-incident.hot').count()).toBe(1)
    await cards(page).first().getByText('First failing run').waitFor()
  })
})

describe('what is not watched', () => {
  it('is an incident of its own kind, with the reason, and said on every page', async () => {
    const page = await alerts({ ...judged('blind'), state: BEING_READ })
    const card = cards(page).filter({ hasText: 'Not watching Home' })
    await card.getByText('Another program keeps the file for itself.').waitFor()
    expect(await card.getAttribute('class')).toContain('blind')
    expect(await card.getByRole('button', { name: /^Mute/ }).count()).toBe(0)
    const banner = page.getByRole('region', { name: 'Notices' })
    for (const key of ['g', 'h']) await page.keyboard.press(key)
    await page.getByRole('heading', { level: 1, name: 'Handlers' }).waitFor()
    await banner.getByText('Home: not watching since 14:30.').waitFor()
  })

  it('is said once where the banner of the source says it already', async () => {
    const page = await alerts({ ...judged('blind'), state: NOT_WATCHED })
    const banner = page.getByRole('region', { name: 'Notices' })
    await banner.getByText('Home: not watching since').waitFor()
    expect(await banner.getByText('Home: not watching since').count()).toBe(1)
  })
})

describe('past incidents', () => {
  it('stand by day with what, since, height, runs, first and last failing run and how they ended', async () => {
    const page = await alerts(PAST)
    await page.getByText('Nothing is open. An incident opens when more fails than is usual.').waitFor()
    const row = pastRows(page).filter({ hasText: 'energy_monitor.poll_meter' })
    await row.waitFor()
    expect((await row.innerText()).trim().replace(/\s+/g, ' ')).toMatch(
      /^energy_monitor\.poll_meter in a row \d\d:\d\d \d d \d\d h \d 5 runs first · last muted$/,
    )
    const days = await page.locator('.incident-day th:first-child').allInnerTexts()
    expect(days.slice(0, 2)).toEqual(['Monday 23 Nov', 'Sunday 22 Nov'])
    expect(new Set(days).size).toBe(days.length)
    await pastRows(page).filter({ hasText: 'watched again' }).waitFor()
    await row.getByRole('link', { name: 'Last failing run of energy_monitor.poll_meter' }).click()
    await page.getByRole('heading', { level: 1, name: 'History' }).waitFor()
    await page.locator('.inspector-title').waitFor()
  })

  it('go on below the oldest when older ones are asked for, each once', async () => {
    const page = await alerts({ ...PAST, olderIncidents: 60 })
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
    const slow = await open({ path: '/alerts', house: PAST, prepare: delayQuestions })
    await slow.locator('.incident-lists .skeleton').first().waitFor()
    await pastRows(slow).first().waitFor()

    const none = await open({ path: '/alerts', house: { runs: 0 } })
    await none.getByText('No incident yet. Those that are over are kept here.').waitFor()

    const page = await open({ path: '/alerts', house: PAST, prepare: refuseQuestions })
    const failed = page.getByRole('alert').filter({ hasText: 'The incidents that are over could not be read' })
    await failed.waitFor()
    houseOf(page).faults.clear()
    await failed.getByRole('button', { name: 'Try again' }).click()
    await pastRows(page).first().waitFor()
    expect(await failed.count()).toBe(0)
  })

  it('say of a source under a day old that it is still being learnt', async () => {
    const page = await alerts({ hassette: 'read', services: ['alerts'] })
    await page.getByText('Home is still being learnt: less than a day of its history is known.').waitFor()
  })
})

describe('keys', () => {
  it('g a leads here, j and k walk the incidents, arrows go along a row', async () => {
    const page = await open({ house: judged('open'), path: '/handlers' })
    for (const key of ['g', 'a']) await page.keyboard.press(key)
    await page.getByRole('heading', { level: 1, name: 'Alerts' }).waitFor()
    expect(await page.title()).toBe('Alerts — Hassette Monitor')
    await pastRows(page).first().waitFor()
    await page.keyboard.press('j')
    expect(await focused(page)).toContain('kitchen_lights.motion: every run')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('j')
    expect(await focused(page)).toBe('presence_tracker.hall_motion · 0')
    await page.keyboard.press('ArrowRight')
    expect(await focused(page)).toMatch(/^First failing run of presence_tracker/)
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('ArrowDown')
    expect(await focused(page)).toBe('Home')
    await page.keyboard.press('k')
    expect(await focused(page)).toBe('presence_tracker.hall_motion · 0')
    // Past incidents are one tab stop.
    expect(await page.locator('.incident-day a[tabindex="0"]').count()).toBe(1)
  })
})

describe.each(['light', 'dark'] as const)('in the %s theme', (theme) => {
  it.each<{ what: string; house: HouseOptions; path: string; width: number }>([
    { what: 'open incidents', house: judged('open'), path: '/alerts', width: 1440 },
    { what: 'a storm in the inspector', house: judged('storm'), path: '/alerts?incident=8', width: 1440 },
    { what: 'nothing watched', house: { ...judged('blind'), state: BEING_READ }, path: '/alerts', width: 820 },
    {
      what: 'several sources and the inspector',
      house: { ...judged('open'), sources: ['home', 'cabin', 'sample'] },
      path: '/alerts?incident=6',
      width: 820,
    },
    { what: 'open incidents', house: judged('open'), path: '/overview', width: 1440 },
  ])('axe finds nothing with $what on $path at $width pixels', async ({ house, path, width }) => {
    const page = await open({ house, path, theme, width, height: 800 })
    await page.locator('.open-incident, .rule, .incident-rows li').first().waitFor()
    if (path.includes('incident=')) await page.locator('.inspector-title').waitFor()
    expect(await violations(page)).toEqual([])
  })

  it('axe finds nothing where a notification could not be shown, before anybody was told of them', async () => {
    const house: HouseOptions = { ...judged('open'), told: false }
    const page = await open({ house, path: '/alerts?tab=rules', theme, width: 820, height: 800 })
    houseOf(page).answerNotes({ kind: 'failed', reason: 'refused' })
    await page.evaluate(() => window.hassetteMonitor.alerts.tryNotification())
    const banners = page.getByRole('region', { name: 'Notices' })
    await banners.getByText('The newest notification could not be shown.').waitFor()
    await page.locator('.rule').first().waitFor()
    expect(await violations(page)).toEqual([])
  })

  it('axe finds nothing in the menus', async () => {
    const page = await open({ house: judged('storm'), path: '/alerts', theme })
    await cards(page).nth(2).waitFor()
    for (const name of [/^Snooze/, /^Mute/]) {
      await cards(page).first().getByRole('button', { name }).click()
      await page.locator('.pop .option').first().waitFor()
      expect(await violations(page)).toEqual([])
      await page.keyboard.press('Escape')
      await page.locator('.pop').waitFor({ state: 'detached' })
    }
  })
})
