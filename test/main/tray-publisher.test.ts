import { createAlertBoard } from '@main/tray/state'
import { createBulletin } from '@main/tray/publisher'
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

describe('what is on the board of the tray', () => {
  it('is not judged before the alerts said anything, though the sources are known', () => {
    const board = createAlertBoard()
    createBulletin(board).sources([source('live')])
    expect(board.status()).toEqual({
      ...{ judged: false, incidents: [], paused: null },
      sources: [{ name: 'Home', state: 'live', sinceUs: null }],
    })
  })

  it('keeps what is said of the archive', () => {
    const board = createAlertBoard()
    const archive = { state: 'closed' as const, why: 'It is locked.' }
    board.publish({ ...board.status(), archive })
    createBulletin(board).sources([source('live')])
    expect(board.status()).toMatchObject({ archive, sources: [{ name: 'Home' }] })
  })

  it('is an incident as long as its source is watched', () => {
    const board = createAlertBoard()
    const bulletin = createBulletin(board)
    bulletin.alerts(status)
    expect(board.status()).toMatchObject({ judged: true, incidents: [] })
    bulletin.sources([source('live')])
    expect(board.status().incidents.map(({ id }) => id)).toEqual([7])
    bulletin.sources([source('snapshot')])
    expect(board.status()).toMatchObject({ incidents: [], sources: [] })
  })
})
