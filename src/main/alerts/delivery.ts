import type { AlertsStatus, Incident, NoticeOutcome, NoticeRequest } from '@shared/alert'
import { alertWords } from '@shared/messages-alerts'
import { rangeText } from '@shared/range'
import type { DueNotice, Remote, WriteApi } from '../archive/api'
import type { Notifier, Note } from '../notifications/notifier'
import type { Clock } from '../util/clock'

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
interface DeliveryOptions {
  notifier: Pick<Notifier, 'show'>
  write: () => Pick<Remote<WriteApi>, 'settleNotice' | 'addNotice'>
  clock: Pick<Clock, 'nowUs'>
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

/** Failures within five minutes that make a storm. */
const STORM = 100
const BESIDE_US = 15 * 60_000_000

/** A notice as the system shows it. `incident` is the one it is about, as far as it is known. */
export function noteOf(notice: DueNotice, incident: Incident | null, nowUs: number): Note {
  const { kind, title, body, silent, incidentId } = notice
  return {
    key: incidentId === null ? kind : `incident ${notice.replaces ?? incidentId}`,
    title,
    body,
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
