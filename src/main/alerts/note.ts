import type { Incident } from '@shared/alert'
import { rangeText } from '@shared/range'
import type { DueNotice } from '../archive/alerts-api'
import type { Note } from '../notifications/notifier'

/** So many failures within five minutes are a storm. */
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
