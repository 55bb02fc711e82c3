import type { AlertsStatus, Incident, IncidentDetail, Muted, NoticeOutcome, NoticeRow } from '@shared/alert'
import type { AlertSettings, Sensitivity } from '@shared/alert-settings'
import type { Api, Input } from '@shared/contract'
import type { Problem, Result } from '@shared/result'
import { problem } from '@shared/result'
import type { SourceInfo } from '@shared/source'
import { countStorms, FAKE_GROUPS, makeIncidents } from './fake-incidents'
import { firstNotices, NO_SERVICE } from './fake-notices'
import type { FakeOptions } from './fake-options'
import type { FakeRun } from './fake-runs'
import { FAKE_TARGETS } from './fake-targets'

type Answer = <T>(work: () => T | Problem, reads?: boolean) => Promise<Result<T>>

/** What the alerts of the invented house depend on. */
export interface FakeAlertHouse {
  options: FakeOptions
  settings: () => AlertSettings
  sources: () => SourceInfo[]
  runsOf: (sourceId: number) => readonly FakeRun[]
  changed: (status: AlertsStatus) => void
}

/** The alerts' verbs, and the strings a test can pull. */
export interface FakeAlerts {
  verbs: Api['alerts']
  /** The settings are others now. */
  settingsChanged: () => void
  /** Puts the incidents in another state. */
  set: (alerts: FakeOptions['alerts']) => void
}

const MINUTE = 60_000_000
const DAY = 1440 * MINUTE
const LEVELS = { low: 6, medium: 4, high: 3 } as const
const UNJUDGED = problem('internal', 'Something went wrong inside Hassette Monitor.', 'The log file says more.')
const GONE = problem('not_found', 'This incident is not in the archive.')

/** Incidents, notifications, snoozing and muting over the runs of the invented house. */
export function fakeAlerts(answer: Answer, house: FakeAlertHouse): FakeAlerts {
  const { options } = house
  const nowUs = options.nowMs * 1000
  let made: { incidents: Incident[]; notices: NoticeRow[] } | null = null
  let muted: Muted[] = []
  let paused: AlertsStatus['paused'] = options.alerts === 'paused' ? nowUs + 60 * MINUTE : null

  function known(): { incidents: Incident[]; notices: NoticeRow[] } {
    const sourceId = house.sources()[0]?.id ?? 1
    if (made === null) {
      const incidents = makeIncidents({ sourceId, runs: house.runsOf(sourceId), nowUs }, options)
      made = { incidents, notices: firstNotices(incidents, options) }
    }
    return made
  }

  function status(): AlertsStatus {
    const { incidents, notices } = known()
    // What was held back was never asked of the system.
    const newest = notices.find(({ outcome }) => outcome.kind !== 'suppressed')
    const home = house.sources()[0]
    return {
      open: incidents.filter(({ ending }) => ending === null),
      blind: incidents
        .filter(({ rule, ending }) => rule === 'blind' && ending === null)
        .map(({ sourceId, firstUs }) => ({
          ...{ sourceId, name: home?.name ?? '', sinceUs: firstUs, reason: 'its file cannot be read' },
        })),
      learning: options.alerts === 'learning' && home ? [home.id] : [],
      unread: [],
      muted,
      paused,
      settings: house.settings(),
      undelivered: newest?.outcome.kind === 'failed' ? { atUs: newest.atUs, reason: newest.outcome.reason } : null,
      problem: options.alerts === 'unjudged' ? UNJUDGED : null,
    }
  }
  const tell = (): null => {
    house.changed(structuredClone(status()))
    return null
  }

  function detail(incident: Incident): IncidentDetail {
    const isMuted = (one: Muted): boolean => one.sourceId === incident.sourceId
    return {
      incident,
      groups: incident.groupIds.flatMap((id) =>
        FAKE_GROUPS.filter(({ groupId }) => groupId === id).map((group) => ({
          ...group,
          muted: muted.some((one) => isMuted(one) && one.kind === 'group' && one.groupId === id),
        })),
      ),
      mutedTargets: incident.targets
        .map(({ targetId }) => targetId)
        .filter((id) => muted.some((one) => isMuted(one) && one.kind === 'target' && one.targetId === id)),
      notices: known().notices.filter(({ incidentId }) => incidentId === incident.id),
    }
  }

  function mute(input: Input<'alerts.mute'>): null {
    const same = (one: Muted): boolean =>
      one.sourceId === input.sourceId &&
      (input.kind === 'group'
        ? one.kind === 'group' && one.groupId === input.groupId
        : one.kind === 'target' && one.targetId === input.targetId)
    muted = muted.filter((one) => !same(one))
    if (input.muted) muted = [...muted, mutedOf(input)]
    // Of an incident of which nothing is left, somebody wants to hear no more.
    for (const incident of known().incidents.filter(({ ending, targets }) => ending === null && targets.length > 0)) {
      const { groups, mutedTargets } = detail(incident)
      const all =
        mutedTargets.length === incident.targets.length || (groups.length > 0 && groups.every((one) => one.muted))
      if (all) Object.assign(incident, { ending: 'muted', clearedUs: nowUs })
    }
    return tell()
  }

  function tried(): NoticeOutcome {
    const fails = options.alerts === 'undelivered'
    const outcome: NoticeOutcome = fails ? { kind: 'failed', reason: NO_SERVICE } : { kind: 'sent' }
    const { notices } = known()
    notices.unshift({
      ...{ id: (notices[0]?.id ?? 0) + 1, atUs: nowUs, kind: 'test', incidentId: null, outcome },
      ...{ title: 'A test of Hassette Monitor', body: 'Notifications are shown like this one.' },
    })
    tell()
    return outcome
  }

  function replayed(sourceId: number, sensitivity: Sensitivity): number {
    const custom = sensitivity.level === 'custom'
    const least = custom ? sensitivity.failures : LEVELS[sensitivity.level]
    return countStorms(house.runsOf(sourceId), nowUs, least, (custom ? sensitivity.minutes : 5) * MINUTE)
  }

  return {
    verbs: {
      status: () => answer(status),
      list: ({ sourceId, beforeId, limit }) =>
        answer(() =>
          known()
            .incidents.filter(({ ending }) => ending !== null)
            .filter((one) => (sourceId === null || one.sourceId === sourceId) && one.id < (beforeId ?? Infinity))
            .slice(0, limit),
        ),
      get: ({ incidentId }) =>
        answer(() => {
          const incident = known().incidents.find(({ id }) => id === incidentId)
          return incident ? detail(incident) : GONE
        }),
      notices: ({ limit }) => answer(() => known().notices.slice(0, limit)),
      replay: ({ sourceId, sensitivity }) =>
        answer(() => {
          const first = house.runsOf(sourceId)[0]?.startedUs ?? nowUs
          return { incidents: replayed(sourceId, sensitivity), days: Math.min(7, Math.floor((nowUs - first) / DAY)) }
        }),
      snooze: ({ incidentId, snooze }) =>
        answer<null>(() => {
          const incident = known().incidents.find(({ id }) => id === incidentId)
          if (!incident) return GONE
          incident.snooze = snooze
          return tell()
        }),
      mute: (input) => answer(() => mute(input)),
      pause: ({ until }) =>
        answer(() => {
          paused = until
          return tell()
        }),
      tryNotification: () => answer(tried),
    },
    settingsChanged: tell,
    set: (alerts) => {
      options.alerts = alerts
      made = null
      tell()
    },
  }
}

function mutedOf(input: Input<'alerts.mute'>): Muted {
  const { sourceId } = input
  if (input.kind === 'group') {
    const group = FAKE_GROUPS.find(({ groupId }) => groupId === input.groupId)
    return { sourceId, kind: 'group', groupId: input.groupId, title: group?.title ?? '' }
  }
  const target = FAKE_TARGETS.find(({ id }) => id === input.targetId)
  return { sourceId, kind: 'target', targetId: input.targetId, title: target ? `${target.app}.${target.name}` : '' }
}
