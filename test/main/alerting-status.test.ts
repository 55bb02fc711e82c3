import { createMovableClock } from '@main/util/clock'
import { pauseOf, UNTIL_RESUMED_US } from '@main/alerts/service'
import { trayStateOf } from '@main/tray/publisher'
import type { AlertsStatus, Incident } from '@shared/alert'
import type { AlertRule } from '@shared/alert-settings'
import { DEFAULT_ALERT_SETTINGS } from '@shared/alert-settings'
import { describe, expect, it } from 'vitest'

const NOW_US = 1_800_000_000_000_000

function incident(id: number, rule: AlertRule): Incident {
  const targets = [{ targetId: 1, appKey: 'kitchen_lights', name: 'motion', failures: 6 }]
  return { id, sourceId: 1, rule, targets, failures: 6, firstUs: NOW_US, snooze: null } as Incident
}

function status(more: Partial<AlertsStatus> = {}): AlertsStatus {
  const nothing = {
    open: [],
    blind: [],
    learning: [],
    unread: [],
    muted: [],
    paused: null,
    undelivered: null,
    problem: null,
  }
  return { ...nothing, settings: DEFAULT_ALERT_SETTINGS, ...more }
}

const isNews = (sourceId: number): boolean => sourceId === 1

describe('a pause', () => {
  it.each([
    [null, null],
    [NOW_US, NOW_US],
    [UNTIL_RESUMED_US, 'resumed'],
  ])('until %s is %s for people', (untilUs, paused) => {
    expect(pauseOf(untilUs)).toBe(paused)
  })

  it('until resumed is a whole number that JSON keeps', () => {
    expect(JSON.parse(JSON.stringify(UNTIL_RESUMED_US))).toBe(UNTIL_RESUMED_US)
    expect(Number.isSafeInteger(UNTIL_RESUMED_US)).toBe(true)
  })
})

describe('what the tray tells of the alerts', () => {
  it.each<[AlertRule, string]>([
    ['rate', 'kitchen_lights.motion: 6 dependency failures'],
    ['streak', 'kitchen_lights.motion fails every run'],
    ['failures', 'kitchen_lights.motion: 6 failures in a row'],
    ['missed', 'kitchen_lights.motion: 6 starts missed'],
  ])('of an incident by %s', (rule, title) => {
    expect(trayStateOf(status({ open: [incident(7, rule)] }), isNews).incidents).toEqual([
      { id: 7, title, sinceUs: NOW_US, snooze: null, path: '/alerts?incident=7' },
    ])
  })

  it('leaves out blind sources, which are told with the sources', () => {
    const { incidents } = trayStateOf(status({ open: [incident(8, 'blind'), incident(7, 'rate')] }), isNews)
    expect(incidents.map(({ id }) => id)).toEqual([7])
  })

  it('leaves out what only a recording held', () => {
    const old = { ...incident(8, 'rate'), sourceId: 2 }
    expect(trayStateOf(status({ open: [old, incident(7, 'rate')] }), isNews).incidents.map(({ id }) => id)).toEqual([7])
  })

  it('says that nothing is judged while the archive cannot be looked at, and what is paused', () => {
    expect(trayStateOf(status(), isNews)).toMatchObject({ judged: true, paused: null })
    const problem = { code: 'disk_full' as const, message: 'The disk is full.' }
    expect(trayStateOf(status({ unread: [3] }), isNews)).toMatchObject({ judged: false })
    expect(trayStateOf(status({ problem, paused: 'resumed' }), isNews)).toMatchObject({
      judged: false,
      paused: 'resumed',
    })
  })
})

describe('the clock', () => {
  it('goes on by what it is moved, and what only goes forward is left as it is', () => {
    const clock = createMovableClock()
    const [beforeUs, elapsedMs] = [clock.nowUs(), clock.elapsedMs()]
    clock.move(3_600_000)
    expect(clock.nowUs() - beforeUs).toBeGreaterThanOrEqual(3_600_000_000)
    expect(clock.elapsedMs() - elapsedMs).toBeLessThan(3_600_000)
    expect(Number.isSafeInteger(clock.nowUs())).toBe(true)
  })
})
