import { createArchiveTrouble } from '@main/notifications/archive-trouble'
import type { SystemNotification } from '@main/notifications/notifier'
import { createTrayStateStore } from '@main/tray/state'
import type { AlertSettings } from '@shared/alert-settings'
import { DEFAULT_ALERT_SETTINGS } from '@shared/alert-settings'
import type { ArchiveState } from '@shared/source'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

const LOCKED: ArchiveState = {
  kind: 'unavailable',
  problem: { code: 'archive_locked', message: 'It is in use by process 7.', hint: 'Close the other one.' },
}
const DAMAGED: ArchiveState = {
  kind: 'unavailable',
  problem: { code: 'archive_unreadable', message: 'It is damaged.', lasts: true },
}
const FULL: ArchiveState = { kind: 'ready', paused: { code: 'disk_full', message: 'There is no room left.' } }
const READY: ArchiveState = { kind: 'ready' }
const SECOND = 1000
const HOUR = 3600 * SECOND

beforeEach(() => vi.useFakeTimers({ now: new Date(2026, 10, 25, 12) }))
afterEach(() => vi.useRealTimers())

function make(settings: Partial<AlertSettings> = {}) {
  const trayState = createTrayStateStore()
  const shown: SystemNotification[] = []
  const withdrawn: string[] = []
  const chosen = { ...DEFAULT_ALERT_SETTINGS, ...settings }
  const trouble = createArchiveTrouble({
    trayState,
    notifier: {
      show: (note) => {
        shown.push(note)
        return Promise.resolve({ kind: 'sent' })
      },
      withdraw: (key) => withdrawn.push(key),
    },
    settings: () => chosen,
    nowUs: () => Date.now() * 1000,
    warn: vi.fn(),
  })
  return { trayState, shown, withdrawn, look: trouble.look, stop: trouble.stop, chosen }
}

describe('an archive that cannot be opened', () => {
  it('is in the tray at once, and is notified when it lasts; when it opens both are gone', () => {
    const { trayState, shown, withdrawn, look } = make()
    look(LOCKED)
    expect(trayState.current().archive).toEqual({ state: 'closed', why: 'It is in use by process 7.' })
    vi.advanceTimersByTime(24 * SECOND)
    expect(shown).toEqual([])
    vi.advanceTimersByTime(SECOND)
    expect(shown).toMatchObject([
      {
        title: 'The archive cannot be opened: nothing is recorded',
        body: 'It is in use by process 7. Close the other one. It is tried again by itself.',
      },
    ])
    look(READY)
    expect(trayState.current().archive).toBeNull()
    expect(withdrawn).toEqual([shown[0]?.key])
  })

  it('is no news when it opens soon', () => {
    const { shown, look } = make()
    look(LOCKED)
    vi.advanceTimersByTime(20 * SECOND)
    look(READY)
    vi.advanceTimersByTime(HOUR)
    expect(shown).toEqual([])
  })

  it('is told once: not when the reason changes, it is opened by hand in vain, or it comes back within a minute', () => {
    const { shown, look } = make()
    look(LOCKED)
    vi.advanceTimersByTime(HOUR)
    for (const state of [DAMAGED, { kind: 'opening' }, DAMAGED, READY, DAMAGED] as const) {
      look(state)
      vi.advanceTimersByTime(30 * SECOND)
    }
    vi.advanceTimersByTime(HOUR)
    expect(shown).toHaveLength(1)
    look(READY)
    vi.advanceTimersByTime(61 * SECOND)
    look(LOCKED)
    vi.advanceTimersByTime(HOUR)
    expect(shown).toHaveLength(2)
  })

  it('does not promise what is not so', () => {
    const { shown, look } = make()
    look(DAMAGED)
    vi.advanceTimersByTime(HOUR)
    expect(shown.map(({ body }) => body)).toEqual(['It is damaged.'])
  })

  it('is also told of when it can be read and not written', () => {
    const { trayState, shown, look } = make()
    look(FULL)
    vi.advanceTimersByTime(HOUR)
    expect(trayState.current().archive).toMatchObject({ state: 'held' })
    expect(shown.map(({ title }) => title)).toEqual(['Nothing is recorded for now'])
  })

  it.each<[string, Partial<AlertSettings>]>([
    ['notifications are off', { enabled: false }],
    ['nobody wants to know that nothing is watched', { notify: { ...DEFAULT_ALERT_SETTINGS.notify, blind: false } }],
    ['it is a quiet hour', { quietHours: { fromMinute: 11 * 60, toMinute: 13 * 60 } }],
  ])('leaves people in peace while %s, and tells when that ends', (_, settings) => {
    const { trayState, shown, look, chosen } = make(settings)
    look(LOCKED)
    vi.advanceTimersByTime(HOUR / 2)
    expect([trayState.current().archive?.state, shown]).toEqual(['closed', []])
    Object.assign(chosen, DEFAULT_ALERT_SETTINGS)
    vi.advanceTimersByTime(HOUR)
    expect(shown).toHaveLength(1)
  })

  it('leaves people in peace while notifications are paused', () => {
    const { trayState, shown, look } = make()
    trayState.publish({ ...trayState.current(), paused: 'resumed' })
    look(LOCKED)
    vi.advanceTimersByTime(HOUR)
    expect(shown).toEqual([])
    trayState.publish({ ...trayState.current(), paused: (Date.now() + HOUR) * 1000 })
    vi.advanceTimersByTime(HOUR / 2)
    expect(shown).toEqual([])
    vi.advanceTimersByTime(HOUR)
    expect(shown).toHaveLength(1)
  })
})
