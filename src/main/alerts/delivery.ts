import type { AlertsStatus, Incident, NoticeOutcome, NoticeRequest } from '@shared/alert'
import { alertWords } from '@shared/messages-alerts'
import type { DueNotice } from '../archive/alerts-api'
import type { Remote, WriteApi } from '../archive/api'
import type { Notifier } from '../notifications/notifier'
import type { AlertClock } from '../util/clock'
import { noteOf } from './note'

/** Has the system show notifications, one after the other, and keeps what became of them. */
export interface Delivery {
  /** `open` = the incidents that are open; `settled` is called when the system answered. */
  deliver: (notice: DueNotice, open: readonly Incident[], settled: () => void) => void
  /** Set when the newest notification was not taken. */
  failed: () => AlertsStatus['undelivered']
  /** Shows one that is about nothing, and answers what the system said. */
  tryOne: () => Promise<NoticeOutcome>
}

/** What the delivery works with. */
export interface DeliveryOptions {
  notifier: Pick<Notifier, 'show'>
  write: () => Pick<Remote<WriteApi>, 'settleNotice' | 'addNotice'>
  clock: Pick<AlertClock, 'nowUs'>
  warn: (message: string, thrown?: unknown) => void
}

/** Builds the delivery. */
export function createDelivery({ notifier, write, clock, warn }: DeliveryOptions): Delivery {
  let failed: AlertsStatus['undelivered'] = null
  let last = Promise.resolve()

  function note(outcome: NoticeOutcome): void {
    if (outcome.kind === 'failed') failed = { atUs: clock.nowUs(), reason: outcome.reason }
    else if (outcome.kind === 'sent') failed = null
  }

  async function show(notice: DueNotice, open: readonly Incident[]): Promise<void> {
    const incident = open.find(({ id }) => id === notice.incidentId) ?? null
    const outcome = await notifier.show(noteOf(notice, incident, clock.nowUs()))
    note(outcome)
    await write().settleNotice({ noticeId: notice.noticeId, outcome })
  }

  return {
    deliver: (notice, open, settled) => {
      last = last
        .then(() => show(notice, open))
        .catch((thrown: unknown) => warn('what became of a notification was not kept', thrown))
        .then(settled)
    },
    failed: () => failed,
    tryOne: async () => {
      const { title, body } = alertWords.test
      const asked: NoticeRequest = { kind: 'test', incidentId: null, title, body, silent: false, replaces: null }
      const outcome = await notifier.show(noteOf({ ...asked, noticeId: 0 }, null, clock.nowUs()))
      note(outcome)
      try {
        await write().addNotice({ notice: asked, outcome, atUs: clock.nowUs() })
      } catch (thrown) {
        warn('a test notification was not kept', thrown)
      }
      return outcome
    },
  }
}
