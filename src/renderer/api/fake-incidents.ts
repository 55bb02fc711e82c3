import type { Incident, IncidentEnding, IncidentGroup, IncidentTarget } from '@shared/alert'
import type { AlertRule } from '@shared/alert-settings'
import type { FakeOptions } from './fake-options'
import type { FakeRun } from './fake-runs'
import { FAKE_TARGETS } from './fake-targets'

/** The house whose incidents these are. Times in microseconds. */
export interface IncidentHouse {
  sourceId: number
  runs: readonly FakeRun[]
  nowUs: number
}

type Name = readonly [app: string, name: string]

/** What is invented of an incident; the rest is counted from the runs. */
interface Plan {
  rule: AlertRule
  names: readonly Name[]
  fromUs: number
  /** Null while it is open. */
  toUs: number | null
  /** Of what is over: so many failures up to its end, however long they took. */
  count?: number
  ending: IncidentEnding | null
  usualPerHour?: number
  groups?: readonly number[]
  /** Failures of a storm that the runs of the house do not hold, for each handler. */
  storm?: number
  also?: readonly Name[]
  change?: Partial<Incident>
}

const MINUTE = 60_000_000
const HOUR = 60 * MINUTE
const PEAK_US = 5 * MINUTE
const KITCHEN: Name = ['kitchen_lights', 'motion']
const HALL: Name = ['presence_tracker', 'hall_motion']
const METER: Name = ['energy_monitor', 'poll_meter']
const GARAGE: Name = ['garage_door', 'check_closed']
const ROOM: Name = ['boiler_controller', 'room_temp']

/** Error groups of the house; varying parts stand in angle quotes, as the archive writes them. */
export const FAKE_GROUPS: readonly Omit<IncidentGroup, 'muted'>[] = [
  {
    groupId: 1,
    title: 'DependencyResolutionError: parameter new is not a LightState (UnableToConvertAnnotatedStateError)',
    errorType: 'DependencyResolutionError',
    where: ['kitchen_lights.motion'],
    failures: 57,
  },
  {
    groupId: 2,
    title: 'DependencyResolutionError: a required value was not there',
    errorType: 'DependencyResolutionError',
    where: ['presence_tracker.hall_motion'],
    failures: 96,
  },
  {
    groupId: 3,
    title: 'ConnectionClosedError: no close frame received from ‹host› within ‹duration›',
    errorType: 'ConnectionClosedError',
    where: ['energy_monitor.poll_meter'],
    failures: 14,
  },
]

/** Incidents of the house as an option asks for them: open ones first, then those that are over, newest first. */
export function makeIncidents(house: IncidentHouse, options: FakeOptions): Incident[] {
  if (house.runs.length === 0) return []
  const open = openPlans(house, options.alerts)
  const past = pastPlans(house, options.older)
  const all = [...open, ...past].map((plan) => incidentOf(plan, house)).sort((a, b) => b.firstUs - a.firstUs)
  return all.map((incident, place) => ({ ...incident, id: all.length - place }))
}

function openPlans({ nowUs }: IncidentHouse, wanted: FakeOptions['alerts']): Plan[] {
  const kitchen: Plan = {
    ...{ rule: 'streak', names: [KITCHEN], fromUs: nowUs - 70 * MINUTE, toUs: null, ending: null },
    ...{ groups: [1], usualPerHour: 0.31, also: [METER] },
  }
  if (wanted === 'open' || wanted === 'undelivered' || wanted === 'paused') {
    const missed: Plan = { rule: 'missed', names: [GARAGE], fromUs: nowUs - 37 * MINUTE, toUs: null, ending: null }
    return [{ ...missed, change: { failures: 2, peak: 1 } }, kitchen]
  }
  if (wanted === 'blind') return [{ rule: 'blind', names: [], fromUs: nowUs - 42 * MINUTE, toUs: null, ending: null }]
  if (wanted !== 'storm') return []
  const names = FAKE_TARGETS.filter(({ tier }) => tier === 'app').map(({ app, name }): Name => [app, name])
  const storm = {
    rule: 'rate',
    names: names.slice(0, 18),
    fromUs: nowUs - 4 * MINUTE,
    toUs: null,
    ending: null,
  } as const
  return [{ ...storm, storm: 23, groups: [2, 3], usualPerHour: 0.02 }, kitchen]
}

function pastPlans({ nowUs }: IncidentHouse, older: number): Plan[] {
  const over = (hoursAgo: number, count: number): Pick<Plan, 'fromUs' | 'toUs' | 'count'> => {
    const toUs = nowUs - hoursAgo * HOUR
    return { fromUs: toUs - 42 * MINUTE, toUs, count }
  }
  const invented = Array.from({ length: older }, (_, place): Plan => {
    const rule = place % 3 === 0 ? 'failures' : 'rate'
    return {
      rule,
      names: [place % 2 === 0 ? HALL : METER],
      ...over(200 + place * 9, 6),
      ending: 'recovered',
      groups: [2],
    }
  })
  return [
    { rule: 'rate', names: [HALL], ...over(3, 9), ending: 'recovered', groups: [2, 1], usualPerHour: 1.4 },
    { rule: 'blind', names: [], ...over(27, 0), ending: 'recovered' },
    { rule: 'failures', names: [METER], ...over(31, 5), ending: 'muted', groups: [3], change: { reopened: 2 } },
    { rule: 'streak', names: [ROOM], ...over(80, 3), ending: 'stale', groups: [2], usualPerHour: 0.04 },
    {
      rule: 'rate',
      names: [HALL],
      ...over(122, 4),
      ending: 'usual',
      groups: [2],
      usualPerHour: 1.1,
      change: { late: true },
    },
    ...invented,
  ]
}

/** The failures that a plan is about: all since it opened, or so many before it ended. */
function failuresOf(plan: Plan, ids: ReadonlySet<number>, { runs, nowUs }: IncidentHouse): FakeRun[] {
  const toUs = plan.toUs ?? nowUs
  const failed = runs.filter((run) => ids.has(run.targetId) && isFailure(run) && run.finishedUs <= toUs)
  return plan.count === undefined
    ? failed.filter(({ finishedUs }) => finishedUs >= plan.fromUs)
    : failed.slice(failed.length - Math.min(plan.count, failed.length))
}

function incidentOf(plan: Plan, house: IncidentHouse): Incident {
  const members = FAKE_TARGETS.filter(({ app, name }) => plan.names.some((own) => own[0] === app && own[1] === name))
  const ids = new Set(members.map((target) => target.id))
  const failed = failuresOf(plan, ids, house)
  // Of what is older than the runs nothing is left to be counted.
  const failures = failed.length === 0 ? (plan.count ?? 0) : failed.length + (plan.storm ?? 0) * members.length
  const firstUs = plan.rule === 'blind' || plan.storm ? plan.fromUs : (failed[0]?.finishedUs ?? plan.fromUs)
  const counted = members.map(({ id: targetId, app, name }): IncidentTarget => {
    const own = failed.filter((run) => run.targetId === targetId).length + (plan.storm ?? 0)
    return { targetId, appKey: app, name, failures: Math.max(1, own) }
  })
  return {
    ...{ id: 0, sourceId: house.sourceId, rule: plan.rule, ending: plan.ending, firstUs },
    openedUs: firstUs + MINUTE,
    lastUs: failed.at(-1)?.finishedUs ?? firstUs,
    clearedUs: plan.toUs,
    failures,
    peak: Math.max(peakOf(failed), plan.storm || failed.length === 0 ? failures : 0),
    usualPerHour: plan.usualPerHour ?? null,
    targets: counted.sort((a, b) => b.failures - a.failures),
    groupIds: [...(plan.groups ?? [])],
    also: FAKE_TARGETS.filter(({ app, name }) => plan.also?.some((own) => own[0] === app && own[1] === name)).map(
      ({ id: targetId, app, name }) => ({ targetId, appKey: app, name, failures: 6 }),
    ),
    firstRunId: failed[0]?.id ?? null,
    lastRunId: failed.at(-1)?.id ?? null,
    ...{ reopened: 0, snooze: null, late: false },
    ...plan.change,
  }
}

function isFailure({ status }: FakeRun): boolean {
  return status === 'failed' || status === 'timed_out'
}

/** Most failures within five minutes. */
function peakOf(failed: readonly FakeRun[]): number {
  return failed.reduce((most, run, place) => {
    const first = failed.findIndex(({ finishedUs }) => finishedUs > run.finishedUs - PEAK_US)
    return Math.max(most, place - first + 1)
  }, 0)
}

/**
 * How often so many dependency failures would have fallen into so many minutes (microseconds) during the last seven
 * days; what follows within a quarter of an hour belongs to the one before.
 */
export function countStorms(runs: readonly FakeRun[], nowUs: number, least: number, withinUs: number): number {
  const times = runs
    .filter((run) => run.dependencyFailure && run.finishedUs > nowUs - 168 * HOUR)
    .map(({ finishedUs }) => finishedUs)
  let storms = 0
  let overUs = -Infinity
  times.forEach((us, place) => {
    if ((times[place - least + 1] ?? -Infinity) <= us - withinUs) return
    if (us > overUs) storms += 1
    overUs = us + 15 * MINUTE
  })
  return storms
}
