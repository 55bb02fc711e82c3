import { createTrayStateStore } from '@main/tray/state'
import type { QuietControls } from '@main/tray/state'
import { createTrayPublisher } from '@main/tray/publisher'
import type { AlertsStatus, Incident } from '@shared/alert'
import type { SourceInfo, SourceMode } from '@shared/source'
import { describe, expect, it } from 'vitest'

const source = (mode: SourceMode): SourceInfo => ({
  ...{ id: 1, name: 'Home', mode, path: '/srv/h.db', state: { kind: 'live', atMs: 1 }, schemaVersion: 15 },
  ...{
    sessions: 1,
    appRuns: 1,
    frameworkRuns: 0,
    oldestRunUs: 1,
    newestRunUs: 2,
    restartUs: 1,
    hassette: null,
    clockOffsetUs: 0,
  },
})
const targets = [{ targetId: 1, appKey: 'garage', name: 'door', failures: 5 }]
const open = [{ id: 7, sourceId: 1, rule: 'streak', targets, failures: 5, firstUs: 1, snooze: null } as Incident]
const status = { open, unread: [], problem: null, paused: null } as unknown as AlertsStatus

const controls: QuietControls = {
  snooze: () => undefined,
  endSnooze: () => undefined,
  pause: () => undefined,
  resume: () => undefined,
}

describe('what the tray is told', () => {
  it('is not judged before the alerts said anything, though the sources are known', () => {
    const trayState = createTrayStateStore()
    createTrayPublisher(trayState, controls).sources([source('live')])
    expect(trayState.current()).toEqual({
      ...{ judged: false, incidents: [], paused: null },
      sources: [{ name: 'Home', state: 'live', sinceUs: null }],
    })
  })

  it('keeps what is said of the archive', () => {
    const trayState = createTrayStateStore()
    const archive = { state: 'closed' as const, why: 'It is locked.' }
    trayState.publish({ ...trayState.current(), archive })
    createTrayPublisher(trayState, controls).sources([source('live')])
    expect(trayState.current()).toMatchObject({ archive, sources: [{ name: 'Home' }] })
  })

  it('is an incident as long as its source is watched', () => {
    const trayState = createTrayStateStore()
    const publisher = createTrayPublisher(trayState, controls)
    expect(trayState.controls()).toBeNull()
    publisher.alerts(status)
    expect(trayState.controls()).toBe(controls)
    expect(trayState.current()).toMatchObject({ judged: true, incidents: [] })
    publisher.sources([source('live')])
    expect(trayState.current().incidents.map(({ id }) => id)).toEqual([7])
    publisher.sources([source('snapshot')])
    expect(trayState.current()).toMatchObject({ incidents: [], sources: [] })
  })
})
