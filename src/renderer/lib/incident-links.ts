import type { LocationQueryRaw } from 'vue-router'
import type { Incident } from '@shared/alert'
import type { Condition, Span } from '@shared/filter'
import { rangeText } from '@shared/range'
import { incidentEndUs } from './incident-words'
import { queryOf } from './route-state'
import { HOUR_US, MINUTE_US } from '@shared/time'

/** A place in the window. */
export interface IncidentLink {
  path: string
  query: LocationQueryRaw
}

/** A filter holds so many conditions; more handlers than that are looked for without naming them. */
const MOST_TARGETS = 40

/**
 * The time of an incident, first failure to end, microseconds; an end of its own even where it lasted no time. One that is
 * open has lasted until `untilUs`: now, or the end of a recording.
 */
export function incidentSpan(incident: Incident, untilUs: number): { fromUs: number; toUs: number } {
  const toUs = Math.max(incidentEndUs(incident, untilUs), incident.lastUs, incident.firstUs) + MINUTE_US
  // A list holds runs that started in its range, and the first failure started before it finished.
  return { fromUs: incident.firstUs - MINUTE_US, toUs }
}

/** The time of an incident as a range to be typed. */
export function incidentRange(incident: Incident, untilUs: number): string {
  const { fromUs, toUs } = incidentSpan(incident, untilUs)
  return rangeText(fromUs, toUs)
}

/** Its failures in History, of some of its handlers and jobs or of all. `sticky` = what goes along from page to page. */
export function failuresLink(
  incident: Incident,
  targetIds: readonly number[],
  sticky: LocationQueryRaw,
  untilUs: number,
): IncidentLink {
  const named = targetIds.length <= MOST_TARGETS ? targetIds : []
  const conditions: Condition[] = [
    ...named.map((value): Condition => ({ field: 'target', op: 'is', value })),
    ...(['failed', 'timed_out'] as const).map((value): Condition => ({ field: 'status', op: 'is', value })),
  ]
  return { path: '/history', query: { ...placed(incident, sticky, untilUs), ...queryOf(conditions) } }
}

/** One of its runs in History. */
export function runLink(incident: Incident, runId: number, sticky: LocationQueryRaw, untilUs: number): IncidentLink {
  return { path: '/history', query: { ...placed(incident, sticky, untilUs), run: String(runId) } }
}

/** A handler or job of it. */
export function memberLink(
  incident: Incident,
  kind: 'handler' | 'job',
  targetId: number,
  sticky: LocationQueryRaw,
  untilUs: number,
): IncidentLink {
  return { path: `/${kind}s/${targetId}`, query: placed(incident, sticky, untilUs) }
}

/** From an hour before the first failure to the end; open at the end while it is open. */
export function chartSpan(incident: Incident): Span {
  return {
    fromUs: incident.firstUs - HOUR_US,
    toUs: incident.ending === null ? null : Math.max(incident.clearedUs ?? 0, incident.lastUs) + MINUTE_US,
  }
}

function placed(incident: Incident, sticky: LocationQueryRaw, untilUs: number): LocationQueryRaw {
  return { ...sticky, source: String(incident.sourceId), range: incidentRange(incident, untilUs) }
}
