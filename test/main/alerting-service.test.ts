import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createAlerting } from '@main/alerting/alerting'
import type { Alerting } from '@main/alerting/alerting'
import { UNTIL_RESUMED_US } from '@main/alerting/status'
import type { AlertsOutcome, AlertsStep, DueNotice } from '@main/archive/alerts-api'
import type { AlertsStatus, Incident } from '@shared/alert'
import { DEFAULT_ALERT_SETTINGS } from '@shared/alert-settings'
import { Failure } from '@shared/result'

const CALM: AlertsOutcome = { notices: [], open: [], blind: [], learning: [], muted: [], pausedUntilUs: null }
const OPEN = { id: 7, sourceId: 3 } as Incident
const NOTICE = { noticeId: 1, incidentId: 7 } as DueNotice

describe('the alerts of the app', () => {
  let steps: AlertsStep[]
  let answer: () => Promise<AlertsOutcome>
  let key: string | null
  let settings = DEFAULT_ALERT_SETTINGS
  let told: AlertsStatus[]
  let delivered: DueNotice[]
  const warn = vi.fn()
  let onResume = (): void => undefined
  let alerting: Alerting

  beforeEach(() => {
    vi.useFakeTimers()
    warn.mockClear()
    steps = []
    told = []
    delivered = []
    key = 'archive'
    settings = DEFAULT_ALERT_SETTINGS
    answer = () => Promise.resolve(CALM)
    alerting = createAlerting({
      archive: () =>
        key === null
          ? null
          : {
              key,
              write: {
                alertsStep: (step) => {
                  steps.push(step)
                  return answer()
                },
              },
            },
      settings: () => settings,
      delivery: { deliver: (notice) => void delivered.push(notice), failed: () => null },
      clock: { nowUs: () => Date.now() * 1000, elapsedMs: () => performance.now() },
      onStatus: (status) => void told.push(status),
      onResume: (work) => {
        onResume = work
      },
      warn,
    })
  })
  afterEach(() => {
    void alerting.stop()
    vi.useRealTimers()
  })
  const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)
  const events = (): AlertsStep['events'] => steps.flatMap((step) => step.events)

  it('look at once, every five seconds, and soon after something was told', async () => {
    alerting.look()
    await pass(0)
    expect(steps).toHaveLength(0)
    await alerting.start()
    await pass(0)
    expect(steps).toHaveLength(1)
    await pass(5000)
    expect(steps).toHaveLength(2)
    await pass(1000)
    alerting.look()
    await pass(0)
    expect(steps).toHaveLength(3)
    // What comes in a bunch is looked at together.
    for (let n = 0; n < 20; n++) alerting.look()
    await pass(1000)
    expect(steps).toHaveLength(4)
    await alerting.stop()
    await pass(60_000)
    expect(steps).toHaveLength(4)
  })

  it('tell the settings once to each archive, and when they change', async () => {
    await alerting.start()
    await pass(20_000)
    expect(events()).toEqual([{ kind: 'settings', settings }])
    settings = { ...settings, remind: true }
    alerting.look()
    await pass(1000)
    expect(events()).toHaveLength(2)
    key = 'another archive'
    await pass(10_000)
    expect(events()).toHaveLength(3)
  })

  it('say where they stand when that changes, and have shown what is due', async () => {
    await alerting.start()
    await pass(20_000)
    expect(told).toHaveLength(1)
    answer = () => Promise.resolve({ ...CALM, open: [OPEN], notices: [NOTICE] })
    await pass(5000)
    expect(told.at(-1)).toMatchObject({ open: [OPEN], problem: null })
    expect(alerting.status().open).toEqual([OPEN])
    expect(delivered).toEqual([NOTICE])
  })

  it('pass on what people choose at once, and answer when it is in force', async () => {
    answer = () => Promise.resolve({ ...CALM, open: [OPEN] })
    await alerting.start()
    await pass(0)
    const done = Promise.all([
      alerting.snooze(7, { kind: 'recovery' }),
      alerting.mute({ kind: 'muteGroup', sourceId: 3, groupId: 1, muted: true }),
      alerting.pause('resumed'),
      alerting.pause(null),
    ])
    await pass(0)
    await done
    expect(events().slice(1)).toEqual([
      { kind: 'snooze', sourceId: 3, incidentId: 7, snooze: { kind: 'recovery' } },
      { kind: 'muteGroup', sourceId: 3, groupId: 1, muted: true },
      { kind: 'pause', untilUs: UNTIL_RESUMED_US },
      { kind: 'pause', untilUs: null },
    ])
    await expect(alerting.snooze(8, null)).rejects.toMatchObject({ code: 'not_found' })
    const all = alerting.snoozeAll(null)
    await pass(1000)
    await all
    expect(events().at(-1)).toEqual({ kind: 'snooze', sourceId: 3, incidentId: 7, snooze: null })
  })

  it('refuse a choice that could not be kept, and do not try it again', async () => {
    await alerting.start()
    await pass(0)
    answer = () => Promise.reject(new Failure('disk_full', 'The disk is full.'))
    const refused = expect(alerting.pause(1)).rejects.toMatchObject({ code: 'disk_full' })
    await pass(1000)
    await refused
    answer = () => Promise.resolve(CALM)
    await pass(10_000)
    expect(events().filter(({ kind }) => kind === 'pause')).toHaveLength(1)
    key = null
    const closed = expect(alerting.pause(1)).rejects.toMatchObject({ code: 'busy' })
    await pass(1000)
    await closed
  })

  it('say that nothing is judged while the archive cannot be looked at, once in the log, and go on after that', async () => {
    await alerting.start()
    await pass(0)
    answer = () => Promise.reject(new Failure('disk_full', 'The disk is full.'))
    await pass(30_000)
    expect(warn).toHaveBeenCalledOnce()
    expect(told.at(-1)?.problem).toMatchObject({ code: 'disk_full' })
    answer = () => Promise.resolve(CALM)
    await pass(6000)
    expect(told.at(-1)?.problem).toBeNull()
  })

  it('wait without a word for an archive that is being exchanged', async () => {
    await alerting.start()
    await pass(0)
    answer = () => Promise.reject(new Failure('busy', 'The archive is closed.'))
    await pass(10_000)
    expect(warn).not.toHaveBeenCalled()
    expect(told.at(-1)?.problem).toBeNull()
    key = null
    const before = steps.length
    await pass(20_000)
    expect(steps).toHaveLength(before)
  })

  it('tell the settings again when the first step with them failed', async () => {
    answer = () => Promise.reject(new Failure('busy', 'The archive is closed.'))
    await alerting.start()
    await pass(0)
    answer = () => Promise.resolve(CALM)
    await pass(10_000)
    expect(events().filter(({ kind }) => kind === 'settings')).toHaveLength(2)
  })

  it('look when the machine wakes up', async () => {
    await alerting.start()
    await pass(1000)
    const before = steps.length
    onResume()
    await pass(0)
    expect(steps.length).toBe(before + 1)
  })
})
