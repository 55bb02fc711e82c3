import { createAlertStore, createAlerts } from '@archive/alerts'
import type { Alerts } from '@archive/alerts'
import type { AlertsStep } from '@main/archive/api'
import type { Incident, IncidentTarget } from '@shared/alert'
import type { IncidentReason, NotificationContent, SourceTrouble } from '@shared/alert-notification'
import type { AlertRule } from '@shared/alert-settings'
import { affectedApps } from '@shared/notification-text'
import { RUN_STATUSES } from '@shared/run'
import { HOUSE_TARGETS } from './targets'
import type { Database } from 'better-sqlite3'

/**
 * How far the failures of a house were judged before its window is opened, always by the real engine: `past` = nothing is
 * open yet, and the last hour was not looked at; `open` = all of it; `storm` = all of it, and it ends with a storm;
 * `blind` = until nothing was seen of it any more.
 */
export type Judged = 'past' | 'open' | 'storm' | 'blind'

/** Since when nothing is seen of a house that is `blind`, minutes before its end. */
export const BLIND_MINUTES = 42

/** The alerts of a house while it is written. Times in microseconds, by its clock. */
export interface HouseAlerts {
  /** Writes what was over by then: `older` incidents more than there are by default. */
  writePast: (older: number, nowUs: number) => void
  /** Has the engine look at what is in the archive, as the app does; what it tells is shown. */
  look: (nowUs: number, sight?: AlertsStep['sources'][number]['sight']) => Promise<void>
  /** Keeps what the engine remembers. */
  close: () => void
}

const MINUTE = 60_000_000
const HOUR = 60 * MINUTE
const PEAK_US = 5 * MINUTE
const BERLIN_MINUTES = 60

export function openHouseAlerts(db: Database, source: { id: number; name: string }): HouseAlerts {
  const store = createAlertStore(db)
  const alerts: Alerts = createAlerts(db)
  return {
    writePast: (older, nowUs) => {
      const plans = pastPlans(nowUs, older).map((plan) => ({ plan, incident: incidentOf(db, plan, source.id) }))
      plans.sort((a, b) => a.incident.firstUs - b.incident.firstUs)
      for (const [place, { plan, incident }] of plans.entries()) {
        const written = { ...incident, id: place + 1 }
        store.writeIncident(written)
        plan.tell?.(store, written)
      }
    },
    look: async (nowUs, sight = { kind: 'seen', caughtUp: true }) => {
      const { notifications } = await alerts.step(
        {
          nowUs,
          utcOffsetMinutes: BERLIN_MINUTES,
          sources: [{ sourceId: source.id, name: source.name, mode: 'live', sight }],
          events: [],
        },
        { pause: () => Promise.resolve() },
      )
      for (const { id } of notifications) alerts.settleNotification({ id, outcome: { kind: 'sent' } })
    },
    close: () => alerts.close(),
  }
}

/** What is invented of an incident that is over; the rest is counted from the runs in the archive. */
interface Plan {
  rule: AlertRule
  /** Ids of its handlers and jobs. */
  targets: readonly number[]
  /** So many failures up to its end, however long they took. */
  failures: number
  toUs: number
  ending: NonNullable<Incident['ending']>
  usualPerHour?: number
  change?: Partial<Incident>
  /** What was told of it. */
  tell?: (store: ReturnType<typeof createAlertStore>, incident: Incident) => void
}

/** Of what is older than the runs nothing can be counted. */
const LASTED_US = 42 * MINUTE
const [HALL_MOTION, ROOM_TEMPERATURE, POLL_METER] = ['hall_motion', 'room_temp', 'poll_meter'].map(idOf) as [
  number,
  number,
  number,
]

function idOf(name: string): number {
  const target = HOUSE_TARGETS.find((one) => one.name === name)
  if (!target) throw new Error(`the house has no ${name}`)
  return target.id
}

function pastPlans(nowUs: number, older: number): Plan[] {
  const ago = (hours: number): number => nowUs - hours * HOUR
  const invented = Array.from({ length: older }, (_, place): Plan => ({
    rule: place % 3 === 0 ? 'failures' : 'rate',
    targets: [place % 2 === 0 ? HALL_MOTION : POLL_METER],
    failures: 6,
    toUs: ago(200 + place * 9),
    ending: 'recovered',
  }))
  return [
    {
      ...{ rule: 'blind', targets: [], failures: 0, toUs: ago(27), ending: 'recovered' },
      tell: (store, incident) => {
        const problem: SourceTrouble = { code: 'source_locked', message: 'its file cannot be read' }
        show(store, incident, 'opened', incident.openedUs, { kind: 'blind', problem })
        show(store, incident, 'recovered', incident.clearedUs ?? incident.openedUs)
      },
    },
    {
      ...{ rule: 'failures', targets: [POLL_METER], failures: 5, toUs: ago(31), ending: 'muted' },
      change: { reopened: 2 },
      tell: (store, { id, openedUs }) => store.addWithheld(id, 'opened', 'quiet_hours', openedUs),
    },
    {
      ...{ rule: 'streak', targets: [ROOM_TEMPERATURE], failures: 3, toUs: ago(80), ending: 'stale' },
      usualPerHour: 0.04,
      tell: (store, incident) => show(store, incident, 'opened', incident.openedUs),
    },
    {
      ...{ rule: 'rate', targets: [HALL_MOTION], failures: 4, toUs: ago(122), ending: 'usual' },
      usualPerHour: 1.1,
      change: { late: true },
      tell: (store, { id, openedUs }) => store.addWithheld(id, 'opened', 'late', openedUs),
    },
    ...invented,
  ]
}

function show(
  store: ReturnType<typeof createAlertStore>,
  incident: Incident,
  kind: 'opened' | 'recovered',
  atUs: number,
  reason: IncidentReason | null = null,
): void {
  const { rule, failures, peak, usualPerHour, firstUs, openedUs, targets } = incident
  const content: NotificationContent = {
    kind,
    incident: {
      ...{ rule, source: 'Home', affected: affectedApps(targets), failures, peak, usualPerHour, firstUs, openedUs },
      ...{ windowUs: null, endUs: incident.clearedUs ?? incident.lastUs, isUsualAgain: incident.ending === 'usual' },
      ...{ also: [], reason, utcOffsetMinutes: BERLIN_MINUTES },
    },
  }
  const replaces = kind === 'recovered' ? incident.id : null
  const asked = { incidentId: incident.id, content, silent: replaces !== null, replaces }
  store.settle(store.addNotification(asked, atUs).id, { kind: 'sent' })
}

interface FailedRun {
  id: number
  targetId: number
  groupId: number | null
  finishedUs: number
}

/** The newest failures of some handlers and jobs up to a moment, oldest first. */
function failuresOf(db: Database, { targets, toUs, failures }: Plan): FailedRun[] {
  const failed = ['failed', 'timed_out'].map((status) => (RUN_STATUSES as readonly string[]).indexOf(status))
  return db
    .prepare<[string, string, number, number], FailedRun>(
      `SELECT id, target_id AS targetId, group_id AS groupId, started_us + duration_us AS finishedUs FROM runs
       WHERE target_id IN (SELECT value FROM json_each(?)) AND status IN (SELECT value FROM json_each(?))
         AND started_us + duration_us <= ? ORDER BY id DESC LIMIT ?`,
    )
    .all(JSON.stringify(targets), JSON.stringify(failed), toUs, failures)
    .reverse()
}

function incidentOf(db: Database, plan: Plan, sourceId: number): Omit<Incident, 'id'> {
  const { rule, targets, toUs, ending, usualPerHour = null, change } = plan
  const failed = failuresOf(db, plan)
  const firstUs = failed[0]?.finishedUs ?? toUs - LASTED_US
  const members = HOUSE_TARGETS.filter(({ id }) => targets.includes(id)).map(
    ({ id: targetId, app: appKey, name, index, instances }): IncidentTarget => {
      const own = failed.filter((run) => run.targetId === targetId).length
      const named = instances > 1 ? `${name} · ${index}` : name
      return { targetId, appKey, name: named, failures: failed.length === 0 ? plan.failures : own }
    },
  )
  return {
    ...{ sourceId, rule, ending, firstUs, usualPerHour },
    openedUs: firstUs + MINUTE,
    lastUs: failed.at(-1)?.finishedUs ?? firstUs,
    clearedUs: toUs,
    failures: failed.length === 0 ? plan.failures : failed.length,
    peak: failed.length === 0 ? plan.failures : peakOf(failed),
    targets: members,
    groupIds: [...new Set(failed.flatMap(({ groupId }) => groupId ?? []))],
    also: [],
    firstRunId: failed[0]?.id ?? null,
    lastRunId: failed.at(-1)?.id ?? null,
    ...{ reopened: 0, snooze: null, late: false },
    ...change,
  }
}

/** Most failures within five minutes. */
function peakOf(failed: readonly FailedRun[]): number {
  return failed.reduce((most, run, place) => {
    const first = failed.findIndex(({ finishedUs }) => finishedUs > run.finishedUs - PEAK_US)
    return Math.max(most, place - first + 1)
  }, 0)
}
