import type { Incident } from '@shared/alert'
import { formatDay } from '@shared/format'

/** Incidents of one local day. */
export interface IncidentDay {
  /** Stable, for lists. */
  key: string
  /** `Sunday 22 Nov`; with the year when it is not this one. */
  title: string
  incidents: Incident[]
}

/** Groups incidents by the local day on which they began, the newest first. */
export function incidentDays(incidents: readonly Incident[], nowUs: number): IncidentDay[] {
  const days = new Map<string, IncidentDay>()
  for (const incident of [...incidents].sort((a, b) => b.firstUs - a.firstUs)) {
    const date = new Date(incident.firstUs / 1000)
    const key = date.toDateString()
    const weekday = date.toLocaleDateString('en-GB', { weekday: 'long' })
    const day = days.get(key) ?? { key, title: `${weekday} ${formatDay(incident.firstUs, nowUs)}`, incidents: [] }
    day.incidents.push(incident)
    days.set(key, day)
  }
  return [...days.values()]
}
