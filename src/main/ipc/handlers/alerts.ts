import type { Delivery } from '../../alerts/delivery'
import type { AlertService } from '../../alerts/service'
import type { OpenArchive } from '../../open-archive'
import { oncePer, createTickets } from '../../util/concurrency'
import type { HandlersOf } from '../dispatch'

/** What the verbs of the alerts work on. */
export interface AlertHandlerParts {
  archive: Pick<OpenArchive, 'read'>
  alerts: Pick<AlertService, 'status' | 'snooze' | 'mute' | 'pause'>
  delivery: Pick<Delivery, 'tryOne'>
}

/** Time between two test notifications, milliseconds; what comes sooner is refused. */
const TRY_PAUSE_MS = 1000

/** The verbs of the alerts. */
export function createAlertHandlers({ archive, alerts, delivery }: AlertHandlerParts): HandlersOf<'alerts'> {
  const replays = createTickets()
  // Each is kept in the archive, and the newest push the oldest out.
  const inTurn = oncePer(TRY_PAUSE_MS, () => performance.now())
  return {
    'alerts.status': () => alerts.status(),
    'alerts.list': (input) => archive.read()['alerts.list'](input),
    'alerts.get': (input) => archive.read()['alerts.get'](input),
    'alerts.notifications': (input) => archive.read()['alerts.notifications'](input),
    'alerts.replay': ({ ticket, ...input }) =>
      replays.run(ticket, (signal) => archive.read()['alerts.replay'](input, { signal })),
    'alerts.snooze': async ({ incidentId, snooze }) => {
      await alerts.snooze(incidentId, snooze)
      return null
    },
    'alerts.mute': async (input) => {
      const { sourceId, muted } = input
      await alerts.mute(
        input.kind === 'group'
          ? { kind: 'muteGroup', sourceId, groupId: input.groupId, muted }
          : { kind: 'muteTarget', sourceId, targetId: input.targetId, muted },
      )
      return null
    },
    'alerts.pause': async ({ until }) => {
      await alerts.pause(until)
      return null
    },
    'alerts.tryNotification': () => {
      inTurn()
      return delivery.tryOne()
    },
  }
}
