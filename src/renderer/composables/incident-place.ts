import { computed } from 'vue'
import type { LocationQueryRaw } from 'vue-router'
import type { Incident } from '@shared/alert'
import { useSources } from '../stores/sources'
import { useView } from '../stores/view'

/** Where an incident is shown, and of which source it is. */
export function useIncidentPlace() {
  const view = useView()
  const sources = useSources()

  /** Its place on the Alerts page. */
  function placeOf({ id }: Pick<Incident, 'id'>): { path: string; query: LocationQueryRaw } {
    return { path: '/alerts', query: { ...view.sticky({}), incident: String(id) } }
  }

  /** The name of its source; null when the source is gone. */
  function sourceOf({ sourceId }: Pick<Incident, 'sourceId'>): string | null {
    return sources.list.find(({ id }) => id === sourceId)?.name ?? null
  }

  /** There are several sources, so that each is named. */
  const several = computed(() => sources.list.length > 1)

  return { placeOf, sourceOf, several }
}
