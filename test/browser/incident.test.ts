import type { Page } from 'playwright'
import { describe, expect, it } from 'vitest'
import type { HouseOptions } from '../support/house/house'
import { focused } from './browser'
import { judged, NOT_WATCHED, useHouse } from './house'

const { open, houseOf } = useHouse()

/** What is over is in the archive, and nobody looks for more. */
const PAST: HouseOptions = { judged: 'past' }
/** Numbers of incidents in the archive. */
const [USUAL, KITCHEN, STORM, BLIND] = [1, 6, 8, 7]

/** The page with the streak of the kitchen in the inspector, or another incident. */
async function incident(house: HouseOptions = judged('open'), id = KITCHEN, width = 1440): Promise<Page> {
  const page = await open({ house, path: `/alerts?incident=${id}`, width, height: width < 900 ? 700 : 900 })
  await page.locator('.inspector-title').waitFor()
  return page
}
const section = (page: Page, title: string) =>
  page.locator('.incident .section').filter({ has: page.getByRole('heading', { name: title }) })

describe('the inspector of an incident', () => {
  it('opens and closes with the route, by mouse and by key, and keeps its place', async () => {
    const page = await open({ house: judged('open'), path: '/alerts' })
    const link = page.getByRole('link', { name: /^kitchen_lights\.motion: every run/ })
    await link.click()
    const inspector = page.getByRole('complementary', { name: 'Incident' })
    await inspector.getByRole('heading', { name: /^kitchen_lights\.motion/ }).waitFor()
    expect(page.url()).toContain('incident=6')
    expect(await link.getAttribute('aria-current')).toBe('true')
    await page.keyboard.press('Escape')
    await inspector.waitFor({ state: 'detached' })
    expect(page.url()).not.toContain('incident=')
    expect(await focused(page)).toContain('kitchen_lights.motion: every run')
    await page.goBack()
    await inspector.waitFor()
    await page.goForward()
    await inspector.waitFor({ state: 'detached' })
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await inspector.waitFor()
    await inspector.getByRole('button', { name: 'Close', exact: true }).click()
    await inspector.waitFor({ state: 'detached' })
  })

  it('draws its failures from an hour before, against what is usual, as a table too', async () => {
    const page = await incident()
    await page.locator('.incident .uplot canvas').waitFor()
    await page.getByText('per 5 min · usual 0.1 an hour').waitFor()
    await page.locator('.incident').getByRole('button', { name: 'As table' }).click()
    const rows = page.locator('.incident .chart-table tbody tr')
    await rows.first().waitFor()
    const cells = await rows.evaluateAll((all) => all.map((row) => row.textContent ?? ''))
    expect(cells.at(-1)).toMatch(/^\s*13:0\d to 13:\d\d/)
    const failures = cells.map((cell) => Number(/(\d+)\s*$/.exec(cell)?.[1] ?? 0))
    const detail = await page.evaluate(() => window.hassetteMonitor.alerts.get({ incidentId: 6 }))
    if (!detail.ok) throw new Error(detail.error.message)
    const { incident: known } = detail.value
    expect(await page.locator('.incident .sentence').innerText()).toMatch(new RegExp(`^\\D*${known.failures} `))
    // The chart is of the whole source: with what fails beside it.
    const beside = known.also.reduce((sum, one) => sum + one.failures, 0)
    expect(beside).toBeGreaterThan(0)
    expect(failures.reduce((sum, one) => sum + one, 0)).toBe(known.failures + beside)
  })

  it('lists its groups and handlers with their counts, and leads to them', async () => {
    const page = await incident()
    await section(page, 'Error groups')
      .getByText(/^DependencyResolutionError: parameter new is not a LightState/)
      .waitFor()
    const own = section(page, 'Handlers and jobs')
    await own.getByText(/^\d+ of \d+ runs$/).waitFor()
    await own.getByRole('link', { name: /Its failures of kitchen_lights\.motion in History$/ }).click()
    await page.getByRole('heading', { level: 1, name: 'History' }).waitFor()
    expect(decodeURIComponent(page.url())).toMatch(/range=2026-11-23\+14:0\d.*target=1/)
    await page.goBack()
    await own.getByRole('link', { name: 'kitchen_lights.motion', exact: true }).click()
    await page.getByRole('heading', { level: 1, name: 'kitchen_lights.motion' }).waitFor()
    expect(page.url()).toContain('/handlers/1?')
  })

  it('says what failed beside it: what was counted with it, and what else', async () => {
    const page = await incident()
    await section(page, 'Also failing meanwhile').getByText('energy_monitor.poll_meter').waitFor()
    const others = section(page, 'What else failed in this time').locator('li')
    await others.first().waitFor()
    const names = await others.locator('.member-name').allInnerTexts()
    expect(names.length).toBeGreaterThan(0)
    expect(names.length).toBeLessThanOrEqual(8)
    expect(names).not.toContain('kitchen_lights.motion')
    expect(names).not.toContain('energy_monitor.poll_meter')
  })

  it('says what was told of it, and when it began in UTC', async () => {
    const page = await incident()
    // That it opened, and that the meter fails as well.
    await expect.poll(() => section(page, 'What was told').getByText('taken by the system').count()).toBe(2)
    await section(page, 'Times')
      .getByText(/^2026-11-23 13:0\d:\d\d\.\d{3} UTC$/)
      .waitFor()
  })

  it('mutes a group, and then there is a way back', async () => {
    const page = await incident(judged('storm'), STORM)
    const group = section(page, 'Error groups').locator('li').filter({ hasText: 'no close frame received from' })
    expect(await group.locator('.varying').allInnerTexts()).toEqual(['host', 'duration'])
    await group.getByRole('button', { name: /^Mute DependencyResolutionError: no close frame/ }).click()
    await group.getByRole('button', { name: /^Unmute DependencyResolutionError: no close frame/ }).waitFor()
    await page.locator('.muted-list').getByText('no close frame received from').waitFor()
    await group.getByRole('button', { name: /^Unmute/ }).click()
    await page.getByText('Nothing is muted.').waitFor()
  })

  it('shows more handlers than eight only when asked to', async () => {
    const page = await incident(judged('storm'), STORM)
    const own = section(page, 'Handlers and jobs')
    expect(await own.locator('li').count()).toBe(8)
    await own.getByRole('button', { name: 'and 10 more' }).click()
    expect(await own.locator('li').count()).toBe(18)
  })

  it('sets the range of every page to its time', async () => {
    const page = await incident()
    await page.getByRole('button', { name: 'Its time as range' }).click()
    await page
      .locator('.notice')
      .getByText(/^The range is now 14:0\d today to 15:1\d today$/)
      .waitFor()
    for (const key of ['g', 'h']) await page.keyboard.press(key)
    await page.getByRole('heading', { level: 1, name: 'Handlers' }).waitFor()
    expect(decodeURIComponent(page.url())).toMatch(/range=2026-11-23\+14:0\d\.\.15:1\d/)
  })

  it('of a source that is not watched says why and since when, without runs', async () => {
    const page = await incident({ ...judged('blind'), state: NOT_WATCHED }, BLIND)
    await page.locator('.incident .sentence').getByText('Another program keeps the file for itself.').waitFor()
    await section(page, 'Times').getByText('Not seen since').waitFor()
    expect(await page.locator('.incident .uplot').count()).toBe(0)
    expect(await page.locator('.inspector-foot').getByRole('link', { name: 'Open runs' }).count()).toBe(0)
  })

  it('of failures that are none of dependencies counts all that failed', async () => {
    const page = await open({ house: PAST, path: '/alerts' })
    await page.getByRole('link', { name: 'energy_monitor.poll_meter', exact: true }).click()
    await page
      .locator('.incident .chart-head')
      .getByText(/^Failures/)
      .waitFor()
    await page.locator('.incident-day').getByRole('link', { name: 'boiler_controller.room_temp', exact: true }).click()
    await page
      .locator('.incident .chart-head')
      .getByText(/^Dependency failures/)
      .waitFor()
  })

  it('of one that is over says how it ended, and offers no snooze', async () => {
    const page = await incident(PAST, USUAL)
    await section(page, 'Times').getByText('Over', { exact: true }).waitFor()
    await section(page, 'Times')
      .getByText(/It still fails, but no more than is usual/)
      .waitFor()
    expect(
      await page
        .locator('.inspector-foot')
        .getByRole('button', { name: /^Snooze/ })
        .count(),
    ).toBe(0)
  })

  it('of one that is not there says so, and closes', async () => {
    const page = await open({ house: judged('open'), path: '/alerts?incident=999' })
    await page.getByRole('alert').getByText('This incident is not in the archive.').waitFor()
    await page.keyboard.press('Escape')
    await page.locator('.inspector').waitFor({ state: 'detached' })
  })

  it('follows what becomes of it', async () => {
    const page = await incident()
    await page.evaluate(() => window.hassetteMonitor.alerts.snooze({ incidentId: 6, snooze: { kind: 'recovery' } }))
    await section(page, 'Times').getByText('snoozed until it recovers').waitFor()
  })

  it('covers the list when narrow, and Esc returns to it', async () => {
    const page = await incident(judged('open'), KITCHEN, 820)
    expect(await focused(page)).toContain('List')
    expect(await page.locator('main#main').getAttribute('inert')).not.toBeNull()
    await page.keyboard.press('Escape')
    await page.locator('.inspector').waitFor({ state: 'detached' })
    expect(await focused(page)).toContain('kitchen_lights.motion')
  })
})

describe('the overview', () => {
  it('shows the open incidents of its source above the figures, the worst in front, and leads to them', async () => {
    const page = await open({ house: judged('open'), path: '/overview' })
    const rows = page.locator('.incident-rows li')
    await rows.first().waitFor()
    expect((await rows.allInnerTexts()).map((row) => row.replace(/\s+/g, ' ').trim())).toEqual([
      expect.stringMatching(/^Dependency failures in a row kitchen_lights\.motion \d+ runs since 14:0\d · 1 h 0\d m/),
      expect.stringMatching(/^Starts were missed garage_door\.check_closed 2 starts since 15:00 · 12 m/),
    ])
    const above = await page.evaluate(() => {
      const [list, figures] = [document.querySelector('.incident-rows'), document.querySelector('.figures')]
      return list && figures ? (list.compareDocumentPosition(figures) & 4) !== 0 : false
    })
    expect(above).toBe(true)
    await rows
      .first()
      .getByRole('link', { name: /^Open the incident: kitchen_lights/ })
      .click()
    await page
      .locator('.inspector-title')
      .getByText(/^kitchen_lights\.motion/)
      .waitFor()
  })

  it('shows none where none is open, and one that opens by itself', async () => {
    const page = await open({ house: PAST, path: '/overview' })
    await page.locator('.figures').waitFor()
    expect(await page.locator('.incident-rows').count()).toBe(0)
    await houseOf(page).alerts.start()
    await page.locator('.incident-rows li').nth(1).waitFor()
  })

  it('does not call the rest fine while its source is not watched', async () => {
    const page = await open({ house: { ...judged('blind'), state: NOT_WATCHED }, path: '/overview' })
    await page.locator('.lead-rest').getByText('Not watching Home since 14:30.').waitFor()
    expect(await page.locator('.lead-rest').innerText()).not.toContain('fine')
  })
})
