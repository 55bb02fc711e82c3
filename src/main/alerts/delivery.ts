import type { AlertsStatus, Incident } from '@shared/alert'
import type { NotificationOutcome, PendingNotification, RequestedNotification } from '@shared/alert-notification'
import { notificationText } from '@shared/notification-text'
import { rangeText } from '@shared/range'
import type { Remote, WriteApi } from '../archive/api'
import type { Notifier, SystemNotification } from '../notifications/notifier'
import type { Clock } from '../util/clock'

/** Has the system show notifications, one after the other, and keeps what became of them. */
export interface Delivery {
  /** `open` = the incidents that are open; `settled` is called when the system answered. */
  deliver: (notification: PendingNotification, open: readonly Incident[], settled: () => void) => void
  /** Set when the newest notification was not taken. */
  failed: () => AlertsStatus['undelivered']
  /** Shows one that is about nothing, and returns what the system said. */
  tryOne: () => Promise<NotificationOutcome>
}

/** What the delivery works with. */
interface DeliveryOptions {
  notifier: Pick<Notifier, 'show'>
  write: () => Pick<Remote<WriteApi>, 'settleNotification' | 'addNotification'>
  clock: Pick<Clock, 'nowUs'>
  warn: (message: string, thrown?: unknown) => void
}

/** Builds the delivery. */
export function createDelivery({ notifier, write, clock, warn }: DeliveryOptions): Delivery {
  let failed: AlertsStatus['undelivered'] = null
  let last = Promise.resolve()

  function keepFailure(outcome: NotificationOutcome): void {
    if (outcome.kind === 'failed') {
      const why =
        outcome.reason === 'system' ? { reason: outcome.reason, said: outcome.said } : { reason: outcome.reason }
      failed = { atUs: clock.nowUs(), ...why }
    } else if (outcome.kind === 'sent') failed = null
  }

  async function show(notification: PendingNotification, open: readonly Incident[]): Promise<void> {
    const incident = open.find(({ id }) => id === notification.incidentId) ?? null
    const outcome = await notifier.show(systemNotification(notification, incident, clock.nowUs()))
    keepFailure(outcome)
    await write().settleNotification({ id: notification.id, outcome })
  }

  return {
    deliver: (notification, open, settled) => {
      last = last
        .then(() => show(notification, open))
        .catch((thrown: unknown) => warn('what became of a notification was not kept', thrown))
        .then(settled)
    },
    failed: () => failed,
    tryOne: async () => {
      const asked: RequestedNotification = {
        content: { kind: 'test' },
        incidentId: null,
        silent: false,
        replaces: null,
      }
      const outcome = await notifier.show(systemNotification(asked, null, clock.nowUs()))
      keepFailure(outcome)
      try {
        await write().addNotification({ notification: asked, outcome, atUs: clock.nowUs() })
      } catch (thrown) {
        warn('a test notification was not kept', thrown)
      }
      return outcome
    },
  }
}

/** Failures within five minutes that make a storm. */
const STORM = 100
const BESIDE_US = 15 * 60_000_000

/** A notification as the system shows it. `incident` is the one it is about, as far as it is known. */
export function systemNotification(
  { content, silent, incidentId, replaces }: RequestedNotification,
  incident: Incident | null,
  nowUs: number,
): SystemNotification {
  return {
    key: incidentId === null ? content.kind : `incident ${replaces ?? incidentId}`,
    ...notificationText(content),
    path: incident === null ? pathOf(incidentId) : `${pathOf(incident.id)}&${placeOf(incident, nowUs)}`,
    isSilent: silent,
    isUrgent: !silent && incident !== null && incident.peak >= STORM,
  }
}

function pathOf(incidentId: number | null): string {
  return incidentId === null ? '/alerts' : `/alerts?incident=${incidentId}`
}

/** Its source, and the time around it. */
function placeOf({ sourceId, firstUs, clearedUs }: Incident, nowUs: number): string {
  const range = rangeText(firstUs - BESIDE_US, Math.max(clearedUs ?? nowUs, firstUs) + BESIDE_US)
  return new URLSearchParams({ source: String(sourceId), range }).toString()
}
