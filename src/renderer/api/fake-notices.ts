import type { Incident, NoticeRow } from '@shared/alert'
import type { FakeOptions } from './fake-options'

/** Why a desktop showed nothing. */
export const NO_SERVICE = 'The desktop took no notification: it runs no notification service'

const MINUTE = 60_000_000

/** What was told of the incidents, newest first. */
export function firstNotices(incidents: readonly Incident[], options: FakeOptions): NoticeRow[] {
  const rows = incidents.flatMap((incident) => noticesOf(incident, options)).sort((a, b) => b.atUs - a.atUs)
  return rows.map((row, place) => ({ ...row, id: rows.length - place }))
}

function noticesOf(incident: Incident, options: FakeOptions): NoticeRow[] {
  const { id: incidentId, ending, late, openedUs, clearedUs, firstUs, failures, targets } = incident
  const first = targets[0]
  const where = first ? `${first.appKey}.${first.name}` : 'Home'
  const told = (kind: NoticeRow['kind'], atUs: number, title: string, body: string): NoticeRow => ({
    ...{ id: 0, atUs, kind, incidentId, title, body, outcome: { kind: 'sent' } },
  })
  const opened =
    incident.rule === 'blind'
      ? told('opened', firstUs + 10 * MINUTE, `Not watching ${where}`, 'its file cannot be read')
      : told('opened', openedUs, `${failures} failures — ${where}`, 'usual: 0.3 / h')
  if (late) return [withheld(opened, 'late')]
  if (incident.rule === 'missed') return [withheld(opened, 'off')]
  if (incident.rule === 'failures') return [withheld(opened, 'quiet_hours')]
  if (ending === null && options.alerts === 'undelivered') {
    return [{ ...opened, outcome: { kind: 'failed', reason: NO_SERVICE } }]
  }
  if (ending === null && options.alerts === 'paused') return [withheld(opened, 'paused')]
  const over = ending === 'recovered' && clearedUs !== null
  return [opened, ...(over ? [told('recovered', clearedUs, `Recovered — ${where}`, `${failures} failures`)] : [])]
}

function withheld(row: NoticeRow, reason: 'late' | 'off' | 'quiet_hours' | 'paused'): NoticeRow {
  return { ...row, title: '', body: '', outcome: { kind: 'suppressed', reason } }
}
