import { createDelivery, systemNotification } from '@main/alerts/delivery'
import type { WriteApi } from '@main/archive/api'
import type { NotificationDelivery as Outcome, SystemNotification } from '@main/notifications/notifier'
import type { Incident } from '@shared/alert'
import type { NotificationContent, PendingNotification } from '@shared/alert-notification'
import { beforeEach, describe, expect, it } from 'vitest'
import { waitFor } from '../support/wait'

const NOW_US = 1_800_000_000_000_000
const MINUTE_US = 60_000_000

const notification = (id: number, more: Partial<PendingNotification> = {}): PendingNotification => ({
  id,
  content: { kind: 'capped', open: 5 },
  incidentId: 7,
  silent: false,
  replaces: null,
  ...more,
})
const incident = { id: 7, sourceId: 3, firstUs: NOW_US - MINUTE_US, clearedUs: null, peak: 5 } as Incident

function createScene() {
  const scene = {
    shown: [] as SystemNotification[],
    settled: [] as Parameters<WriteApi['settleNotification']>[0][],
    added: [] as Parameters<WriteApi['addNotification']>[0][],
    warned: [] as string[],
    told: 0,
    answer: (): Promise<Outcome> => Promise.resolve({ kind: 'sent' }),
    archive: 'open' as 'open' | 'refusing' | 'closed',
  }
  const keep = (what: () => void): Promise<null> => {
    if (scene.archive === 'refusing') return Promise.reject(new Error('refused'))
    what()
    return Promise.resolve(null)
  }
  const delivery = createDelivery({
    notifier: {
      show: (shown) => {
        scene.shown.push(shown)
        return scene.answer()
      },
    },
    write: () => {
      if (scene.archive === 'closed') throw new Error('closed')
      return {
        settleNotification: (input) => keep(() => scene.settled.push(input)),
        addNotification: (input) => keep(() => scene.added.push(input)),
      }
    },
    clock: { nowUs: () => NOW_US },
    warn: (message) => scene.warned.push(message),
  })
  const deliver = async (due: PendingNotification, open: Incident[] = [incident]) => {
    const before = scene.told
    delivery.deliver(due, open, () => scene.told++)
    await waitFor('the answer', () => scene.told > before)
  }
  return { ...delivery, scene, deliver }
}

describe('the delivery of notifications', () => {
  let home: ReturnType<typeof createScene>
  beforeEach(() => {
    home = createScene()
  })

  it('has the system show one and keeps what it said', async () => {
    await home.deliver(notification(1))
    expect(home.scene.shown).toMatchObject([
      { key: 'incident 7', title: 'Notifications paused for 1 h — 5 incidents open' },
    ])
    expect(home.scene.settled).toEqual([{ id: 1, outcome: { kind: 'sent' } }])
    expect(home.failed()).toBeNull()
  })

  it('says that the newest was not taken, until one is', async () => {
    home.scene.answer = () => Promise.resolve({ kind: 'failed', reason: 'system', said: 'nobody there' })
    await home.deliver(notification(1))
    expect(home.scene.settled).toEqual([{ id: 1, outcome: { kind: 'failed', reason: 'system', said: 'nobody there' } }])
    expect(home.failed()).toEqual({ atUs: NOW_US, reason: 'system', said: 'nobody there' })
    home.scene.answer = () => Promise.resolve({ kind: 'sent' })
    await home.deliver(notification(2))
    expect(home.failed()).toBeNull()
  })

  it('shows one after the other', async () => {
    let answer: (outcome: Outcome) => void = () => undefined
    home.scene.answer = () => new Promise((resolve) => (answer = resolve))
    home.deliver(notification(1)).catch(() => undefined)
    const second = home.deliver(notification(2))
    await waitFor('the first', () => home.scene.shown.length === 1)
    answer({ kind: 'sent' })
    await waitFor('the second', () => home.scene.shown.length === 2)
    expect(home.scene.settled.map(({ id }) => id)).toEqual([1])
    answer({ kind: 'sent' })
    await second
  })

  it.each(['refusing', 'closed'] as const)('goes on when the archive is %s', async (archive) => {
    home.scene.archive = archive
    await home.deliver(notification(1))
    expect(home.scene.warned).toHaveLength(1)
    home.scene.archive = 'open'
    await home.deliver(notification(2))
    expect(home.scene.settled.map(({ id }) => id)).toEqual([2])
  })

  it('shows one that is about nothing when asked, and notes it', async () => {
    expect(await home.tryOne()).toEqual({ kind: 'sent' })
    expect(home.scene.shown).toMatchObject([{ key: 'test', path: '/alerts' }])
    expect(home.scene.added).toMatchObject([
      { notification: { content: { kind: 'test' }, incidentId: null }, atUs: NOW_US },
    ])
  })

  it.each(['refusing', 'closed'] as const)('answers what the system said though the archive is %s', async (archive) => {
    home.scene.archive = archive
    home.scene.answer = () => Promise.resolve({ kind: 'failed', reason: 'refused' })
    expect(await home.tryOne()).toEqual({ kind: 'failed', reason: 'refused' })
    expect(home.failed()).toEqual({ atUs: NOW_US, reason: 'refused' })
    expect(home.scene.warned).toHaveLength(1)
  })
})

describe('a notification as the system shows it', () => {
  const digest: NotificationContent = { kind: 'digest', open: 2, affected: [] }
  const pathOf = (due: PendingNotification, about: Incident | null) =>
    new URL(systemNotification(due, about, NOW_US).path, 'x://x')

  it('opens the incident with its source and the time around it', () => {
    const { pathname, searchParams } = pathOf(notification(1), incident)
    expect(pathname).toBe('/alerts')
    expect(searchParams.get('incident')).toBe('7')
    expect(searchParams.get('source')).toBe('3')
    expect(searchParams.get('range')).not.toBeNull()
  })

  it('opens the incident alone where no more is known of it, and the list where it is about several', () => {
    expect(systemNotification(notification(1), null, NOW_US).path).toBe('/alerts?incident=7')
    expect(systemNotification(notification(1, { incidentId: null, content: digest }), null, NOW_US)).toMatchObject({
      path: '/alerts',
      key: 'digest',
    })
  })

  it('takes the place of the one that told the opening', () => {
    expect(systemNotification(notification(2, { replaces: 7, silent: true }), incident, NOW_US)).toMatchObject({
      key: 'incident 7',
      isSilent: true,
    })
  })

  it.each([
    [100, false, true],
    [99, false, false],
    [100, true, false],
  ])('with a peak of %i (silent: %s) is urgent: %s', (peak, silent, isUrgent) => {
    expect(systemNotification(notification(1, { silent }), { ...incident, peak }, NOW_US).isUrgent).toBe(isUrgent)
  })
})
