import type { UserEvent } from '@main/alerts/engine/events'
import type { AlertsStatus, Snooze } from '@shared/alert'
import type { AlertSettings } from '@shared/alert-settings'
import type { Problem } from '@shared/result'
import { Failure, toProblem } from '@shared/result'
import type { SourceInfo } from '@shared/source'
import type { AlertsOutcome, Remote, WriteApi } from '../archive/api'
import type { Service } from '../util/service'
import type { Clock } from '../util/clock'
import type { Delivery } from './delivery'
import { createVisibility } from './visibility'

/** The alerts of the app: they look at the archive again and again, show what is due, and say where they stand. */
export interface AlertService extends Service {
  status: () => AlertsStatus
  /** Something was told that may matter: new runs, another state of the archive, other settings. */
  look: () => void
  sourcesChanged: (sources: readonly SourceInfo[]) => void
  /** Null ends the snooze. Throws `not_found` for an incident that is not open. */
  snooze: (incidentId: number, snooze: Snooze | null) => Promise<void>
  snoozeAll: (snooze: Snooze | null) => Promise<void>
  mute: (event: Extract<UserEvent, { kind: 'muteGroup' | 'muteTarget' }>) => Promise<void>
  /** Until a moment (microseconds), until somebody resumes; null goes on. */
  pause: (until: number | 'resumed' | null) => Promise<void>
}

/** What the alerts work with. */
export interface AlertServiceOptions {
  /** The archive that is shown, by a key that differs from any other's; null while there is none. */
  archive: () => { key: string; write: Pick<Remote<WriteApi>, 'alertsStep'> } | null
  settings: () => AlertSettings
  delivery: Pick<Delivery, 'deliver' | 'failed'>
  clock: Clock
  /** Where the alerts stand, whenever that is told anew. */
  onStatus: (status: AlertsStatus) => void
  /** Calls back whenever the machine woke up; asked for once, at the start. */
  onResume: (work: () => void) => void
  warn: (message: string, thrown?: unknown) => void
}

/** Time alone changes things too: incidents end, snoozes end, sources stay blind. */
const LOOK_MS = 5_000
/** What happens within this time is looked at together. */
const REST_MS = 500

interface Choice {
  event: UserEvent
  done: () => void
  failed: (thrown: unknown) => void
}

/** Builds the service; it looks as soon as there is an archive. */
export function createAlertService(options: AlertServiceOptions): AlertService {
  const { archive, settings, delivery, clock, onStatus, warn } = options
  const sights = createVisibility()
  let sources: readonly SourceInfo[] = []
  let outcome: Omit<AlertsOutcome, 'notifications' | 'leftOut' | 'startedOver'> = {
    open: [],
    blind: [],
    learning: [],
    unread: [],
    muted: [],
    pausedUntilUs: null,
  }
  /** The archive and the settings that were told to it last. */
  let told = ''
  let choices: Choice[] = []
  let wanted = false
  let looking = false
  let started = false
  let wakeUp = (): void => undefined
  let every: NodeJS.Timeout | undefined
  let published = ''
  let problem: Problem | null = null

  const status = (): AlertsStatus => {
    const { pausedUntilUs, ...rest } = outcome
    const unread = outcome.unread.filter((id) => sources.some((source) => source.id === id && isBeingRead(source)))
    return {
      ...rest,
      unread,
      paused: pauseOf(pausedUntilUs),
      settings: settings(),
      undelivered: delivery.failed(),
      problem,
    }
  }

  function publish(): void {
    const now = status()
    const text = JSON.stringify(now)
    if (text === published) return
    published = text
    onStatus(now)
  }

  /** One look; what people chose goes along. */
  async function step(): Promise<void> {
    const taken = choices
    choices = []
    try {
      const shown = archive()
      if (shown === null) throw new Failure('busy', 'The archive is not open.')
      const now = `${shown.key}\n${JSON.stringify(settings())}`
      const events: UserEvent[] = taken.map(({ event }) => event)
      if (now !== told) events.unshift({ kind: 'settings', settings: settings() })
      const nowUs = clock.nowUs()
      const { notifications, leftOut, startedOver, ...stand } = await shown.write.alertsStep({
        nowUs,
        utcOffsetMinutes: -new Date(nowUs / 1000).getTimezoneOffset(),
        sources: sights.of(sources, nowUs, clock.elapsedMs()),
        events,
      })
      told = now
      outcome = stand
      problem = null
      if (startedOver) warn('what the alerts remembered cannot be read: they begin anew from the archive')
      if (leftOut > 0) warn(`the alerts could not judge ${leftOut} events and left them out`)
      publish()
      for (const notification of notifications) delivery.deliver(notification, stand.open, publish)
      for (const { done } of taken) done()
    } catch (thrown) {
      for (const { failed } of taken) failed(thrown)
      fail(toProblem(thrown))
    }
  }

  /** An archive that is being opened, closed or exchanged is looked at again soon; the rest is said once. */
  function fail(met: Problem): void {
    if (met.code === 'busy' || met.code === 'cancelled') return
    if (met.code !== problem?.code) warn(`the alerts could not look at the archive: ${met.code}`)
    problem = met
    publish()
  }

  async function goOn(): Promise<void> {
    while (wanted && started) {
      wanted = false
      if (archive() !== null || choices.length > 0) await step()
      await rest()
    }
  }

  function rest(): Promise<void> {
    if (choices.length > 0) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, REST_MS)
      wakeUp = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  function look(): void {
    // What is opened next may be another archive at the same place, as after a restore.
    if (archive() === null) told = ''
    wanted = true
    if (looking || !started) return
    looking = true
    void goOn().finally(() => {
      looking = false
    })
  }

  function choose(event: UserEvent): Promise<void> {
    return new Promise((done, failed) => {
      choices.push({ event, done, failed })
      look()
      wakeUp()
    })
  }

  return {
    name: 'alerts',
    start: () => {
      started = true
      every = setInterval(look, LOOK_MS)
      options.onResume(() => {
        sights.startOver(clock.elapsedMs())
        look()
      })
      look()
    },
    stop: () => {
      started = false
      clearInterval(every)
      wakeUp()
      const left = choices
      choices = []
      for (const { failed } of left) failed(new Failure('cancelled', 'The app is closing.'))
    },
    status,
    look,
    sourcesChanged: (list) => {
      sources = list
      look()
    },
    snooze: async (incidentId, snooze) => {
      const incident = outcome.open.find(({ id }) => id === incidentId)
      if (!incident) throw new Failure('not_found', 'This incident is over.')
      await choose({ kind: 'snooze', sourceId: incident.sourceId, incidentId, snooze })
    },
    snoozeAll: async (snooze) => {
      await Promise.all(
        outcome.open.map(({ id: incidentId, sourceId }) => choose({ kind: 'snooze', sourceId, incidentId, snooze })),
      )
    },
    mute: choose,
    pause: (until) => choose({ kind: 'pause', untilUs: until === 'resumed' ? UNTIL_RESUMED_US : until }),
  }
}

/** One that nobody reads now is waited for by nobody. */
function isBeingRead({ state }: SourceInfo): boolean {
  return state.kind !== 'cancelled' && state.kind !== 'not_read' && state.kind !== 'failed' && state.kind !== 'stale'
}

/** Beyond the end of every calendar in use (µs), and a safe integer: "until somebody resumes". */
export const UNTIL_RESUMED_US = 8_640_000_000_000_000

/** A pause as the engine keeps it, for people. */
export function pauseOf(untilUs: number | null): AlertsStatus['paused'] {
  return untilUs !== null && untilUs >= UNTIL_RESUMED_US ? 'resumed' : untilUs
}
