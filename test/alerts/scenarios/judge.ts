import type { Incident } from '@shared/alert'
import type { Fault } from './home'
import { EPOCH_US } from './home'
import type { Told } from './play'
import { incidentsOf, MINUTE, notificationsOf } from './play'

/** What became of the faults of one play or of many. */
export interface Verdict {
  faults: number
  found: number
  /** Alarms for nothing. */
  falseAlarms: number
  /** Alarms for a fault that another alarm had told. */
  again: number
  /** From the fault's first failure to the alarm on our clock, microseconds. */
  delays: number[]
  /** Notifications of each incident that was notified, without the silent ones in its place. */
  noticesPerIncident: number[]
}

/** What follows a fault so closely still tells it. */
const AFTER_US = 10 * MINUTE

/** Compares alarms with the faults that were made: an alarm is right if its time and a handler of it are a fault's. */
export function judge(told: Told[], faults: Fault[]): Verdict {
  const incidents = new Map(incidentsOf(told).map((incident) => [incident.id, incident]))
  const notices = notificationsOf(told)
  const alarms = notices.flatMap(({ us, kind, incidentId }) => {
    const incident = incidents.get(incidentId ?? 0)
    return kind === 'opened' || kind === 'louder' ? [{ us: us - EPOCH_US, incident }] : []
  })
  const verdict: Verdict = {
    faults: faults.length,
    found: 0,
    falseAlarms: 0,
    again: 0,
    delays: [],
    noticesPerIncident: [],
  }
  const right = new Set<(typeof alarms)[number]>()
  for (const fault of faults) {
    const [first, ...others] = alarms.filter(({ us, incident }) => tells(us, incident, fault))
    for (const alarm of [first, ...others]) if (alarm) right.add(alarm)
    verdict.again += others.length
    if (!first) continue
    verdict.found++
    verdict.delays.push(first.us - fault.fromUs)
  }
  verdict.falseAlarms = alarms.filter((alarm) => !right.has(alarm)).length
  for (const { id } of incidents.values()) {
    const own = notices.filter(({ incidentId, kind }) => incidentId === id && kind !== 'update')
    if (own.length > 0) verdict.noticesPerIncident.push(own.length)
  }
  return verdict
}

/** Several verdicts as one. */
export function together(verdicts: Verdict[]): Verdict {
  const sum = (of: (verdict: Verdict) => number) => verdicts.reduce((total, verdict) => total + of(verdict), 0)
  return {
    faults: sum(({ faults }) => faults),
    found: sum(({ found }) => found),
    falseAlarms: sum(({ falseAlarms }) => falseAlarms),
    again: sum(({ again }) => again),
    delays: verdicts.flatMap(({ delays }) => delays),
    noticesPerIncident: verdicts.flatMap(({ noticesPerIncident }) => noticesPerIncident),
  }
}

/** Share of the faults that were found; 1 without faults. */
export function recall({ faults, found }: Verdict): number {
  return faults === 0 ? 1 : found / faults
}

/** Share of the alarms that told something new and true; 1 without alarms. */
export function precision({ found, falseAlarms, again }: Verdict): number {
  const alarms = found + falseAlarms + again
  return alarms === 0 ? 1 : found / alarms
}

function tells(us: number, incident: Incident | undefined, { fromUs, toUs, handlers }: Fault): boolean {
  if (us < fromUs || us > toUs + AFTER_US) return false
  return incident?.targets.some(({ targetId }) => handlers.includes(targetId)) ?? false
}
