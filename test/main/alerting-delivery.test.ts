import { describe, expect, it, vi } from 'vitest'
import { createDelivery } from '@main/alerting/delivery'
import { noteOf } from '@main/alerting/note'
import { boardOf, pauseOf, UNTIL_RESUMED_US } from '@main/alerting/status'
import type { DueNotice } from '@main/archive/alerts-api'
import type { Delivery as Answer, Note } from '@main/notifications/notifier'
import type { AlertsStatus, Incident } from '@shared/alert'
import { DEFAULT_ALERT_SETTINGS } from '@shared/alert-settings'
import { parseRange } from '@shared/range'
import { problem } from '@shared/result'

const MINUTE_US = 60_000_000
const NOW_US = 1_795_000_020_000_000

function incident(more: Partial<Incident> = {}): Incident {
  return {
    id: 7,
    sourceId: 3,
    rule: 'streak',
    ending: null,
    firstUs: NOW_US - 30 * MINUTE_US,
    openedUs: NOW_US - 29 * MINUTE_US,
    lastUs: NOW_US,
    clearedUs: null,
    failures: 8,
    peak: 8,
    usualPerHour: 0.1,
    targets: [{ targetId: 1, appKey: 'garage_door', name: 'cover', failures: 8 }],
    groupIds: [1],
    also: [],
    firstRunId: 1,
    lastRunId: 8,
    reopened: 0,
    snooze: null,
    late: false,
    ...more,
  }
}

function notice(more: Partial<DueNotice> = {}): DueNotice {
  return {
    noticeId: 1,
    kind: 'opened',
    incidentId: 7,
    title: 'title',
    body: 'body',
    silent: false,
    replaces: null,
    ...more,
  }
}

describe('a notification', () => {
  it('opens its incident in its source and its time', () => {
    const { path, key } = noteOf(notice(), incident(), NOW_US)
    const [page, query] = path.split('?')
    const asked = new URLSearchParams(query)
    expect([page, asked.get('incident'), asked.get('source'), key]).toEqual(['/alerts', '7', '3', 'incident 7'])
    const range = parseRange(asked.get('range') ?? '')
    expect(range).toEqual({
      kind: 'between',
      fromUs: Math.floor((NOW_US - 45 * MINUTE_US) / MINUTE_US) * MINUTE_US,
      toUs: Math.ceil((NOW_US + 15 * MINUTE_US) / MINUTE_US) * MINUTE_US,
    })
  })

  it('takes the place of the first of its incident, and a summary that of none', () => {
    expect(noteOf(notice({ kind: 'update', replaces: 7, silent: true }), incident(), NOW_US)).toMatchObject({
      key: 'incident 7',
      isSilent: true,
    })
    const summary = noteOf(notice({ kind: 'summary', incidentId: null }), null, NOW_US)
    expect(summary).toMatchObject({ key: 'summary', path: '/alerts' })
    // One that is over meanwhile is opened without its time.
    expect(noteOf(notice(), null, NOW_US).path).toBe('/alerts?incident=7')
  })

  it('is urgent for a storm only, and never when it is silent', () => {
    const storm = incident({ peak: 100 })
    expect(noteOf(notice(), storm, NOW_US).isUrgent).toBe(true)
    expect(noteOf(notice({ silent: true }), storm, NOW_US).isUrgent).toBe(false)
    expect(noteOf(notice(), incident({ peak: 99 }), NOW_US).isUrgent).toBe(false)
  })
})

describe('the delivery', () => {
  function delivery(answers: Answer[]) {
    const shown: Note[] = []
    const write = { settleNotice: vi.fn(() => Promise.resolve(null)), addNotice: vi.fn(() => Promise.resolve(null)) }
    const warn = vi.fn()
    const made = createDelivery({
      notifier: {
        show: (note) => {
          shown.push(note)
          return Promise.resolve(answers.shift() ?? { kind: 'sent' })
        },
      },
      write: () => write,
      clock: { nowUs: () => NOW_US },
      warn,
    })
    const deliver = (due: DueNotice) => new Promise<void>((settled) => made.deliver(due, [incident()], settled))
    return { ...made, deliver, shown, write, warn }
  }

  it('keeps what the system answered, and says that the newest was not shown until one is', async () => {
    const { deliver, failed, write } = delivery([{ kind: 'failed', reason: 'no service' }, { kind: 'sent' }])
    await deliver(notice({ noticeId: 4 }))
    expect(write.settleNotice).toHaveBeenCalledWith({ noticeId: 4, outcome: { kind: 'failed', reason: 'no service' } })
    expect(failed()).toEqual({ atUs: NOW_US, reason: 'no service' })
    await deliver(notice({ noticeId: 5 }))
    expect(write.settleNotice).toHaveBeenLastCalledWith({ noticeId: 5, outcome: { kind: 'sent' } })
    expect(failed()).toBeNull()
  })

  it('goes on when the archive cannot keep the answer', async () => {
    const { deliver, write, warn, shown } = delivery([])
    write.settleNotice.mockRejectedValueOnce(new Error('closed'))
    await deliver(notice())
    expect(warn).toHaveBeenCalledOnce()
    await deliver(notice({ noticeId: 2 }))
    expect(shown).toHaveLength(2)
  })

  it('tries one that is kept as a test', async () => {
    const { tryOne, write, shown } = delivery([{ kind: 'failed', reason: 'no service' }])
    expect(await tryOne()).toEqual({ kind: 'failed', reason: 'no service' })
    expect(shown).toMatchObject([{ key: 'test', path: '/alerts', isSilent: false }])
    expect(write.addNotice).toHaveBeenCalledWith({
      notice: expect.objectContaining({ kind: 'test', incidentId: null }),
      outcome: { kind: 'failed', reason: 'no service' },
      atUs: NOW_US,
    })
  })
})

describe('the board of the tray', () => {
  const STATUS: AlertsStatus = {
    open: [],
    blind: [],
    learning: [],
    muted: [],
    paused: null,
    settings: DEFAULT_ALERT_SETTINGS,
    undelivered: null,
    problem: null,
  }

  it.each<[Partial<Incident>, string]>([
    [{ rule: 'streak' }, 'garage_door.cover fails every run'],
    [{ rule: 'rate', failures: 12 }, 'garage_door.cover: 12 dependency failures'],
    [{ rule: 'failures', failures: 5 }, 'garage_door.cover: 5 failures in a row'],
    [{ rule: 'missed', failures: 1 }, 'garage_door.cover: 1 start missed'],
  ])('names an incident of %j', (more, title) => {
    const { incidents, judged } = boardOf({ ...STATUS, open: [incident(more)] })
    expect(judged).toBe(true)
    expect(incidents).toEqual([
      { id: 7, title, sinceUs: NOW_US - 30 * MINUTE_US, snooze: null, path: '/alerts?incident=7' },
    ])
  })

  it('leaves blind sources to the sources, and calls nothing fine while nothing is judged', () => {
    const blind = incident({ rule: 'blind', targets: [] })
    expect(boardOf({ ...STATUS, open: [blind] }).incidents).toEqual([])
    expect(boardOf({ ...STATUS, problem: problem('internal', 'x') }).judged).toBe(false)
  })

  it('tells a pause without an end from one that has one', () => {
    expect([null, NOW_US, UNTIL_RESUMED_US].map(pauseOf)).toEqual([null, NOW_US, 'resumed'])
  })
})
