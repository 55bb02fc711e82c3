import { createAlertService } from '@main/alerts/service'
import type { AlertsOutcome, AlertsStep } from '@main/archive/api'
import type { AlertsStatus, Incident } from '@shared/alert'
import type { PendingNotification } from '@shared/alert-notification'
import { DEFAULT_ALERT_SETTINGS } from '@shared/alert-settings'
import { Failure } from '@shared/result'
import type { SourceInfo } from '@shared/source'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

const NOW_US = 1_800_000_000_000_000
const nothing: AlertsOutcome = {
  notifications: [],
  open: [],
  blind: [],
  learning: [],
  unread: [],
  leftOut: 0,
  startedOver: false,
  muted: [],
  pausedUntilUs: null,
}
const incident = { id: 7, sourceId: 3, rule: 'rate' } as Incident

function createScene() {
  const scene = {
    key: 'a' as string | null,
    settings: DEFAULT_ALERT_SETTINGS,
    steps: [] as AlertsStep[],
    outcome: nothing,
    answer: (): Promise<void> => Promise.resolve(),
    delivered: [] as PendingNotification[],
    told: [] as AlertsStatus[],
    warned: [] as string[],
    resume: (): void => undefined,
  }
  const alerting = createAlertService({
    archive: () =>
      scene.key === null
        ? null
        : {
            key: scene.key,
            write: {
              alertsStep: async (input) => {
                scene.steps.push(input)
                await scene.answer()
                return scene.outcome
              },
            },
          },
    settings: () => scene.settings,
    delivery: { deliver: (notice) => scene.delivered.push(notice), failed: () => null },
    clock: { nowUs: () => NOW_US, elapsedMs: () => performance.now() },
    onStatus: (status) => scene.told.push(status),
    onResume: (work) => {
      scene.resume = work
    },
    warn: (message) => scene.warned.push(message),
  })
  return { alerting, scene }
}

describe('the alerts of the app', () => {
  let { alerting, scene } = createScene()
  beforeEach(() => {
    vi.useFakeTimers()
    ;({ alerting, scene } = createScene())
  })
  afterEach(async () => {
    await alerting.stop()
    vi.useRealTimers()
  })
  const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)
  const events = (index: number) => scene.steps[index]?.events ?? []

  it('look at once, and every five seconds though nothing is told', async () => {
    await alerting.start()
    await pass(0)
    expect(scene.steps).toHaveLength(1)
    await pass(15_000)
    expect(scene.steps).toHaveLength(4)
  })

  it('look once more at all that is told while they look and rest', async () => {
    await alerting.start()
    await pass(0)
    for (let n = 0; n < 50; n++) alerting.look()
    await pass(400)
    expect(scene.steps).toHaveLength(1)
    await pass(200)
    expect(scene.steps).toHaveLength(2)
    await pass(2000)
    expect(scene.steps).toHaveLength(2)
  })

  it('do not look before they start, nor after they stopped', async () => {
    alerting.look()
    await pass(10_000)
    expect(scene.steps).toEqual([])
    await alerting.start()
    await pass(0)
    await alerting.stop()
    alerting.look()
    await pass(60_000)
    expect(scene.steps).toHaveLength(1)
  })

  it('tell the settings once to each archive, and whenever they change', async () => {
    await alerting.start()
    await pass(5000)
    expect(events(0)).toEqual([{ kind: 'settings', settings: DEFAULT_ALERT_SETTINGS }])
    expect(events(1)).toEqual([])
    scene.settings = { ...DEFAULT_ALERT_SETTINGS, remind: true }
    await pass(10_000)
    expect(events(2)).toMatchObject([{ kind: 'settings', settings: { remind: true } }])
    expect(events(3)).toEqual([])
    scene.key = 'b'
    await pass(5000)
    expect(events(4)).toMatchObject([{ kind: 'settings' }])
  })

  it('tell the settings again when the archive was closed meanwhile, as for a restore', async () => {
    await alerting.start()
    await pass(1000)
    scene.key = null
    alerting.look()
    scene.key = 'a'
    await pass(5000)
    expect(events(1)).toMatchObject([{ kind: 'settings' }])
  })

  it('tell the settings again when they could not be told', async () => {
    scene.answer = () => Promise.reject(new Failure('disk_full', 'The disk is full.'))
    await alerting.start()
    await pass(1000)
    scene.answer = () => Promise.resolve()
    await pass(5000)
    expect(events(1)).toMatchObject([{ kind: 'settings' }])
  })

  it('have shown what is due, and say where they stand', async () => {
    const due = { id: 1 } as PendingNotification
    scene.outcome = { ...nothing, notifications: [due], open: [incident], pausedUntilUs: NOW_US }
    await alerting.start()
    await pass(0)
    expect(scene.delivered).toEqual([due])
    expect(scene.told).toMatchObject([{ open: [incident], paused: NOW_US, problem: null }])
    scene.outcome = { ...scene.outcome, notifications: [] }
    await pass(20_000)
    expect(scene.told).toHaveLength(1)
  })

  it('say what keeps them from looking, once, and that it is over', async () => {
    scene.answer = () => Promise.reject(new Failure('disk_full', 'The disk is full.'))
    await alerting.start()
    await pass(15_000)
    expect(scene.steps).toHaveLength(4)
    expect(scene.warned).toHaveLength(1)
    expect(alerting.status().problem).toMatchObject({ code: 'disk_full' })
    scene.answer = () => Promise.resolve()
    await pass(5000)
    expect(alerting.status().problem).toBeNull()
    expect(scene.told.map(({ problem }) => problem?.code)).toEqual(['disk_full', undefined])
  })

  it.each(['busy', 'cancelled'] as const)('take an archive that is %s for no trouble', async (code) => {
    scene.answer = () => Promise.reject(new Failure(code, 'Wait.'))
    await alerting.start()
    await pass(10_000)
    expect([scene.warned, alerting.status().problem]).toEqual([[], null])
  })

  it('bring what somebody chose along at once, and answer when it is kept', async () => {
    await alerting.start()
    await pass(0)
    const done = vi.fn()
    const event = { kind: 'muteTarget', sourceId: 3, targetId: 5, muted: true } as const
    void Promise.all([alerting.mute(event), alerting.pause('resumed')]).then(done)
    await pass(0)
    expect(events(1)).toMatchObject([event, { kind: 'pause' }])
    expect(done).toHaveBeenCalledOnce()
  })

  it('refuse a choice that could not be kept, and do not bring it again', async () => {
    await alerting.start()
    await pass(0)
    scene.answer = () => Promise.reject(new Failure('disk_full', 'The disk is full.'))
    const refused = expect(alerting.pause(null)).rejects.toMatchObject({ code: 'disk_full' })
    await pass(0)
    await refused
    scene.answer = () => Promise.resolve()
    await pass(5000)
    expect(scene.steps.at(-1)?.events).toEqual([])
  })

  it('refuse a choice while there is no archive', async () => {
    scene.key = null
    await alerting.start()
    const refused = expect(alerting.pause(null)).rejects.toMatchObject({ code: 'busy' })
    await pass(600)
    await refused
  })

  it('refuse the choices that wait when they stop', async () => {
    let answer = (): void => undefined
    scene.answer = () => new Promise((resolve) => (answer = resolve))
    await alerting.start()
    await pass(0)
    const refused = expect(alerting.pause(null)).rejects.toMatchObject({ code: 'cancelled' })
    await alerting.stop()
    await refused
    answer()
    await pass(10_000)
    expect(scene.steps).toHaveLength(1)
  })

  it('snooze incidents that are open, and only those', async () => {
    scene.outcome = { ...nothing, open: [incident, { ...incident, id: 8 }] }
    await alerting.start()
    await pass(0)
    await expect(alerting.snooze(9, null)).rejects.toMatchObject({ code: 'not_found' })
    const all = alerting.snoozeAll({ kind: 'recovery' })
    const one = alerting.snooze(7, null)
    await pass(0)
    await Promise.all([all, one])
    const snooze = { kind: 'snooze', sourceId: 3 }
    expect(events(1)).toEqual([
      { ...snooze, incidentId: 7, snooze: { kind: 'recovery' } },
      { ...snooze, incidentId: 8, snooze: { kind: 'recovery' } },
      { ...snooze, incidentId: 7, snooze: null },
    ])
  })

  it('look at the sources that there are, and trust nothing from before a sleep', async () => {
    await alerting.start()
    await pass(1000)
    alerting.sourcesChanged([{ id: 3, name: 'Home', mode: 'live', state: { kind: 'live', atMs: 0 } } as SourceInfo])
    await pass(1000)
    expect(scene.steps.at(-1)?.sources).toMatchObject([{ sourceId: 3, sight: { kind: 'seen', caughtUp: true } }])
    scene.resume()
    await pass(1000)
    expect(scene.steps.at(-1)?.sources).toMatchObject([{ sight: { caughtUp: false } }])
  })
})
