import { computed } from 'vue'
import type { LocationQueryRaw } from 'vue-router'
import type { Incident } from '@shared/alert'
import { alertWords } from '@shared/messages-alerts'
import { recordingEnd } from '../lib/recording-end'
import { useAlerts } from '../stores/alerts'
import { useSources } from '../stores/sources'
import { useView } from '../stores/view'
import { useNow } from './now'

/** Where an incident is shown, and of which source it is. */
export function useIncidentPlace() {
  const view = useView()
  const sources = useSources()
  const alerts = useAlerts()
  const now = useNow()

  /** Its place on the Alerts page. */
  function placeOf({ id }: Pick<Incident, 'id'>): { path: string; query: LocationQueryRaw } {
    return { path: '/alerts', query: { ...view.sticky({}), incident: String(id) } }
  }

  /** The name of its source; null when the source is gone. */
  function sourceOf({ sourceId }: Pick<Incident, 'sourceId'>): string | null {
    return sources.list.find(({ id }) => id === sourceId)?.name ?? null
  }

  /** Why a whole source stands still, in a few words; null where nothing is known of it. */
  function reasonOf({ sourceId }: Pick<Incident, 'sourceId'>): string | null {
    const hassette = sources.list.find(({ id }) => id === sourceId)?.hassette
    if (hassette?.kind === 'down') return alertWords.downReason[hassette.how]
    if (hassette?.kind === 'stopped') return alertWords.stoppedReason
    return alerts.blind.find((blind) => blind.sourceId === sourceId)?.problem.message ?? null
  }

  /** Until when it can have lasted, microseconds: a recording knows nothing beyond its end. */
  function untilOf({ sourceId }: Pick<Incident, 'sourceId'>): number {
    return recordingEnd(sources.list.find(({ id }) => id === sourceId)) ?? now.value
  }

  /** There are several sources, so that each is named. */
  const several = computed(() => sources.list.length > 1)

  return { placeOf, sourceOf, reasonOf, untilOf, several }
}
