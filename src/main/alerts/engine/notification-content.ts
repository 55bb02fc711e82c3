import type { AffectedApps, NotifiedIncident } from '@shared/alert-notification'
import { affectedApps } from '@shared/notification-text'
import type { SourceAlertState } from './engine-state'
import type { IncidentRecord } from './incident-record'
import { publicIncident } from './incident-record'

/** As many as a notification has room for. */
const MOST_NAMES = 40

/** What a notification says of an incident as it stands; `utcOffsetMinutes` = local time less UTC. */
export function notifiedIncident(
  { name: source }: SourceAlertState,
  record: IncidentRecord,
  utcOffsetMinutes: number,
): NotifiedIncident {
  const { rule, failures, peak, windowUs, usualPerHour, firstUs, openedUs, lastUs, clearedUs, ending, reason } = record
  const { targets, also } = publicIncident(record)
  return {
    rule,
    source,
    affected: affectedApps(targets),
    failures,
    peak,
    windowUs,
    usualPerHour,
    firstUs,
    openedUs,
    // A rate is over with its last failure; a handler that fails is down until it succeeds.
    endUs: rule === 'rate' ? lastUs : (clearedUs ?? lastUs),
    isUsualAgain: ending === 'usual',
    also: also.slice(0, MOST_NAMES).map(({ appKey }) => appKey),
    reason,
    utcOffsetMinutes,
  }
}

/** The apps of several incidents, for one notification of all. */
export function affectedOf(records: readonly IncidentRecord[]): AffectedApps[] {
  return records.slice(0, MOST_NAMES).map((record) => affectedApps(publicIncident(record).targets))
}
