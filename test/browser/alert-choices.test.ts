import type { Page } from 'playwright'
import { describe, expect, it } from 'vitest'
import type { AlertSettings } from '@shared/alert-settings'
import type { HouseOptions } from '../support/house/house'
import { useHouse } from './house'

const { open, houseOf } = useHouse()

const rule = (page: Page, title: string) =>
  page.locator('.rule').filter({ has: page.getByRole('heading', { name: title, exact: true }) })

function kept(page: Page): Promise<AlertSettings | null> {
  return page.evaluate(async () => {
    const answer = await window.hassetteMonitor.settings.get()
    return answer.ok ? answer.value.values.alerts : null
  })
}

/** Its failures are judged as they come. */
const WATCHED: HouseOptions = { services: ['alerts'] }

/** Ids of what is open. */
function openIncidents(page: Page): Promise<number[]> {
  return page.evaluate(async () => {
    const answer = await window.hassetteMonitor.alerts.status()
    return answer.ok ? answer.value.open.map(({ id }) => id) : []
  })
}

describe('what people are told about', () => {
  it('is said in words for each level, with what the last days would have come to', async () => {
    const page = await open({ path: '/alerts', house: WATCHED })
    const first = rule(page, 'Dependency failures')
    await first.getByText('from 4 in 5 minutes, 5 in half an hour or 8 in 3 hours').waitFor()
    await first.getByText(/^With Medium, the last 7 days/).waitFor()
    await first.getByRole('radio', { name: 'Low' }).click()
    await first.getByText('from 6 in 5 minutes, 8 in half an hour or 12 in 3 hours').waitFor()
    await rule(page, 'Dependency failures in a row').getByText('the last 5 to 8 runs').waitFor()
    await first.getByText('Looking at the last 7 days…').waitFor()
    const low = await first.getByText(/^With Low, the last 7 days would have alerted/).innerText()
    await first.getByRole('radio', { name: 'High' }).click()
    const high = await first.getByText(/^With High, the last 7 days would have alerted/).innerText()
    const times = (said: string): number => (said.includes('once') ? 1 : Number(/(\d+) times/.exec(said)?.[1]))
    expect(times(high)).toBeGreaterThan(times(low))
    expect((await kept(page))?.sensitivity).toEqual({ level: 'high' })
  })

  it('can be so many in so many minutes; nonsense is refused in place', async () => {
    const page = await open({ path: '/alerts', house: WATCHED })
    const first = rule(page, 'Dependency failures')
    await first.getByRole('radio', { name: 'Custom' }).click()
    await first.getByText('When there are 5 within 10 minutes, whatever is usual.').waitFor()
    const failures = first.getByRole('textbox', { name: 'Failures' })
    await failures.fill('3')
    await failures.press('Enter')
    await first.getByText('When there are 3 within 10 minutes, whatever is usual.').waitFor()
    expect((await kept(page))?.sensitivity).toEqual({ level: 'custom', failures: 3, minutes: 10 })
    await first.getByRole('textbox', { name: 'Minutes' }).fill('500')
    await first.getByText('From 1 to 1000 failures within 1 to 180 minutes.').waitFor()
    await page.keyboard.press('Tab')
    expect((await kept(page))?.sensitivity).toEqual({ level: 'custom', failures: 3, minutes: 10 })
    expect(await first.getByRole('textbox', { name: 'Minutes' }).getAttribute('aria-invalid')).toBe('true')
  })

  it('is switched by rule; two quick switches do not undo each other', async () => {
    const page = await open({ path: '/alerts', house: WATCHED })
    await page.getByRole('switch', { name: 'Notify: Missed job runs' }).click()
    await page.getByRole('switch', { name: 'Notify: Dependency failures in a row' }).click()
    await page.getByRole('switch', { name: 'Notify: Hassette not watched' }).click()
    await expect
      .poll(() => kept(page))
      .toMatchObject({
        notify: { rate: true, streak: false, failures: true, missed: true, blind: false },
      })
    const missed = page.getByRole('switch', { name: 'Notify: Missed job runs' })
    expect(await missed.getAttribute('aria-checked')).toBe('true')
  })

  it('is looked at for live sources only', async () => {
    const page = await open({ path: '/alerts', house: { ...WATCHED, sources: ['home', 'cabin', 'sample'] } })
    const lines = page.locator('.replays li')
    await lines.getByText(/^With Medium, the last 7 days/).waitFor()
    expect(await lines.count()).toBe(1)
  })
})

describe('delivery', () => {
  it('has quiet hours from and to, over midnight, and says what they do', async () => {
    const page = await open({ path: '/alerts', house: WATCHED })
    const quiet = rule(page, 'Quiet hours')
    await quiet.getByRole('switch').click()
    await quiet.getByText('At 07:00 one notification says what is still open.').waitFor()
    const from = quiet.getByRole('textbox', { name: 'Quiet hours from' })
    await from.fill('23:30')
    await from.press('Enter')
    await expect.poll(async () => (await kept(page))?.quietHours).toEqual({ fromMinute: 1410, toMinute: 420 })
    await from.fill('25:00')
    await quiet.getByText('Write times as 22:00.').waitFor()
    await from.fill('07:00')
    await from.press('Enter')
    await quiet.getByText('From and to are the same: there are no quiet hours.').waitFor()
    await quiet.getByRole('switch').click()
    await expect.poll(async () => (await kept(page))?.quietHours).toBeNull()
  })

  it('is paused for a while, and resumed', async () => {
    const page = await open({ path: '/alerts', house: WATCHED })
    await page.getByRole('button', { name: 'Pause notifications' }).click()
    await page.getByRole('button', { name: 'For 1 hour' }).click()
    await page.locator('.rule').getByText('Paused until 16:12.').waitFor()
    // The news of the pause may come before the answer that moves the focus.
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent?.trim())).toBe('Resume')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Pause notifications' }).click()
    await page.getByRole('button', { name: 'Until resumed' }).click()
    await page.locator('.rule').getByText('Paused until somebody resumes.').waitFor()
  })

  it('is tried, and what the system answered stands beside it and in the list', async () => {
    const page = await open({ path: '/alerts', house: WATCHED })
    await page.locator('.open-incident').waitFor()
    const [incident] = await openIncidents(page)
    houseOf(page).withholdNotification(incident ?? 0)
    await page.getByRole('button', { name: 'Send a test notification' }).click()
    await page.getByRole('status').getByText('taken by the system at 15:12').waitFor()
    const newest = page.locator('.alerts-rules .notices li').first()
    await newest.getByText('Hassette Monitor can reach you').waitFor()
    const second = page.locator('.alerts-rules .notices li').nth(1)
    await second.getByText('not shown: it is switched off').waitFor()
    await second.getByRole('link').click()
    await page.locator('.inspector-title').getByText('kitchen_lights.motion').waitFor()
  })

  it('that failed is said on every page and in Settings, until one arrives', async () => {
    const page = await open({ path: '/alerts?tab=rules', house: WATCHED })
    houseOf(page).answerNotes({ kind: 'failed', reason: 'refused' })
    await page.getByRole('button', { name: 'Send a test notification' }).click()
    const why = 'The desktop took no notification: it runs no notification service'
    await page.locator('.try-notification').getByText(`could not be shown: ${why}`).waitFor()
    const banner = page
      .getByRole('region', { name: 'Notices' })
      .getByText('The newest notification could not be shown.')
    await banner.waitFor()
    for (const key of ['g', ',']) await page.keyboard.press(key)
    await page.locator('.setting-below').getByText(`15:12: ${why}.`).waitFor()
    await banner.waitFor()
    houseOf(page).answerNotes({ kind: 'sent' })
    // One a second is let through.
    await expect
      .poll(() => page.evaluate(async () => (await window.hassetteMonitor.alerts.tryNotification()).ok))
      .toBe(true)
    await banner.waitFor({ state: 'detached' })
    expect(await page.locator('.setting-below').count()).toBe(0)
  })

  it('that waits because nothing can be judged is said on every page', async () => {
    const problem = { code: 'internal' as const, message: 'Something went wrong inside Hassette Monitor.' }
    const page = await open({
      path: '/history',
      house: WATCHED,
      prepare: ({ faults }) => faults.override('alerts.status', async (real) => ({ ...(await real()), problem })),
    })
    const notices = page.getByRole('region', { name: 'Notices' })
    const { faults, emit } = houseOf(page)
    // The alerts of the house begin to judge at about the same time, and say so.
    await expect
      .poll(async () => {
        const found = await page.evaluate(() => window.hassetteMonitor.alerts.status())
        if (found.ok) emit('alertsChanged', found.value)
        return (await notices.allInnerTexts()).join()
      })
      .toMatch(
        /Failures are not judged now: nobody is told of them\.\s+Something went wrong inside Hassette Monitor\.\s+Recording goes on; it is tried again without being asked\./,
      )
    faults.clear()
    const status = await page.evaluate(() => window.hassetteMonitor.alerts.status())
    if (status.ok) emit('alertsChanged', status.value)
    await notices.getByText('Failures are not judged now').waitFor({ state: 'detached' })
  })

  it('is switched off as a whole, here and in Settings alike', async () => {
    const page = await open({ path: '/settings', house: WATCHED })
    await page.getByRole('switch', { name: 'Notify of failures' }).click()
    await expect.poll(async () => (await kept(page))?.enabled).toBe(false)
    await page.locator('.setting.changed').getByText('default on').waitFor()
    await page.locator('main').getByRole('link', { name: 'Alerts' }).click()
    const all = page.getByRole('switch', { name: 'Notifications', exact: true })
    expect(await all.getAttribute('aria-checked')).toBe('false')
    await page.getByRole('switch', { name: 'Reminders' }).click()
    await expect.poll(() => kept(page)).toMatchObject({ enabled: false, remind: true })
  })
})

describe('the first time', () => {
  it('a real Hassette is shown, one line says that failures are notified, with a switch, until it is closed', async () => {
    const page = await open({ path: '/handlers', house: { ...WATCHED, told: false } })
    const banner = page.getByRole('region', { name: 'Notices' })
    await banner.getByText('Failures are notified:').waitFor()
    await banner.getByRole('switch', { name: 'Notifications' }).click()
    await banner.getByText('Failures are not notified.').waitFor()
    expect((await kept(page))?.enabled).toBe(false)
    await banner.getByRole('button', { name: 'Do not say this again' }).click()
    await banner.waitFor({ state: 'detached' })
    const told = await page.evaluate(async () => {
      const answer = await window.hassetteMonitor.view.get()
      return answer.ok && answer.value.notificationsTold
    })
    expect(told).toBe(true)
  })

  it.each<[string, HouseOptions]>([
    ['sample', { sources: [], discovered: 'nothing' }],
    ['snapshot', { sources: ['cabin'] }],
  ])('nothing is said of it for a %s, which is never notified', async (_source, house) => {
    const page = await open({ path: '/handlers', house: { ...WATCHED, ...house, told: false } })
    await page.locator('#list [id^=target-]').first().waitFor()
    expect(await page.getByText('Failures are notified').count()).toBe(0)
  })
})

describe('narrow', () => {
  it('the rules are behind a second tab, which is in the route', async () => {
    const page = await open({ path: '/alerts', house: WATCHED, width: 820, height: 700 })
    await page.locator('.open-incident').first().waitFor()
    expect(await page.locator('.rule').count()).toBe(0)
    await page.getByRole('radio', { name: 'What you are told about' }).click()
    await page.locator('.rule').first().waitFor()
    expect(await page.locator('.open-incident').count()).toBe(0)
    expect(page.url()).toContain('tab=rules')
    await page.getByRole('radio', { name: /^Incidents 1 open/ }).click()
    await page.locator('.open-incident').first().waitFor()
    expect(await page.locator('main').evaluate((main) => main.scrollWidth <= main.clientWidth)).toBe(true)
  })
})
