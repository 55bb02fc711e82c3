import type { ComputedRef } from 'vue'
import { computed } from 'vue'
import type { AlertsStatus, BlindSource } from '@shared/alert'
import type { Problem } from '@shared/result'
import { useAlerts } from '../stores/alerts'
import { useArchive } from '../stores/archive'
import { useSettings } from '../stores/settings'
import { useView } from '../stores/view'

/** What alerts have to say on every page. */
export interface AlertBanners {
  /** Why failures are not judged; null while they are, and while a full disk is what another banner tells. */
  unjudged: Problem | null
  /** The newest notification could not be shown, although they are wanted. */
  undelivered: NonNullable<AlertsStatus['undelivered']> | null
  /** Sources of which nothing is seen, but for the one whose own banner says so. */
  blind: BlindSource[]
  /** Nobody was told yet that failures of a real Hassette are notified. */
  untold: boolean
}

/** The banners that are due now. `failing` = the banner of the shown source says why that is not read. */
export function useAlertBanners(failing: () => boolean): ComputedRef<AlertBanners> {
  const alerts = useAlerts()
  const archive = useArchive()
  const settings = useSettings()
  const view = useView()
  return computed(() => ({
    unjudged: archive.state.kind === 'ready' && archive.state.paused ? null : (alerts.status?.problem ?? null),
    undelivered: settings.view?.values.alerts.enabled ? (alerts.status?.undelivered ?? null) : null,
    blind: alerts.blind.filter(({ sourceId }) => !(failing() && sourceId === view.sourceId)),
    untold:
      archive.ready && settings.view !== null && view.source?.mode === 'live' && !view.remembered.notificationsTold,
  }))
}
