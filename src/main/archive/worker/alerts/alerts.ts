import { advance } from '@main/alerts/engine/engine'
import type { Down } from '@main/alerts/engine/engine-state'
import type { AlertBatch, AlertEffect, SourceEvent } from '@main/alerts/engine/events'
import { LATE_US } from '@main/alerts/engine/time'
import type { NotificationOutcome, PendingNotification, RequestedNotification } from '@shared/alert-notification'
import type { HassetteState } from '@shared/source'
import SQLite from 'better-sqlite3'
import type { Writable } from '../core/database'
import type { AlertsOutcome, AlertsStep, SourceSight, WriteApi } from '../../api'
import type { CallContext } from '../core/serve'
import { createMissedFeed } from './missed-feed'
import { createOutcome } from './outcome'
import { createRunFeed } from './run-feed'
import { createSessionFeed } from './session-feed'
import { createAlertStore, copyOf } from './store'
import type { AlertMemory, MuteEvent } from './store'

/** The alerts on the writer's connection: what is appended is told to the engine, what it says is kept. */
export interface Alerts extends Pick<WriteApi, 'settleNotification' | 'addNotification'> {
  /** Takes everything new, some runs a transaction. Cancellable in between: the next step goes on. */
  step(input: AlertsStep, context: Pick<CallContext, 'pause'>): Promise<AlertsOutcome>
  /** Keeps what is only in memory; when the archive is closed. */
  close(): void
}

/**
 * What was only counted is written this often, microseconds: after a crash it is told to the engine again, and that says
 * the same. An engine of many handlers remembers up to a megabyte.
 */
const KEEP_EVERY_US = 600_000_000
/** Looks closer together than this see everything as it is written, microseconds. */
const WATCHED_US = 30_000_000

/** `engine` is what is told; another one only in tests. */
export function createAlerts(db: Writable, engine: typeof advance = advance): Alerts {
  const store = createAlertStore(db)
  const runs = createRunFeed(db)
  const sessions = createSessionFeed(db)
  const missed = createMissedFeed(db)
  const outcomeOf = createOutcome(db)
  const refusals = createRefusals()
  const isKnown = db.prepare<[number], number>('SELECT 1 FROM sources WHERE id = ? AND removed_us IS NULL').pluck()
  let memory: AlertMemory | null = null
  let keptUs = 0
  /** By source: when everything that was written up to then had been told. */
  const caughtUpUs = new Map<number, number>()
  /** Not shown yet when the archive was opened. */
  let leftOver: PendingNotification[] = []
  let startedOver = false
  /** Newest notification that was returned: its receiver shows it and reports the outcome. */
  let answered = 0

  const load = (nowUs: number): AlertMemory => {
    if (memory) return memory
    leftOver = store.pending(nowUs - LATE_US).filter(({ id }) => id > answered)
    const loaded = store.load()
    memory = loaded.memory
    startedOver ||= loaded.startedOver
    return memory
  }

  /** What the engine says to a batch, kept in the same transaction as what it was told up to. */
  const tell = db.transaction((known: AlertMemory, batch: AlertBatch): PendingNotification[] => {
    const effects = engine(known.engine, batch)
    for (const event of batch.events) {
      if (event.kind === 'sourceRemoved') store.abandon(event.sourceId, batch.nowUs)
      if (isMute(event)) store.mute(event)
    }
    const notifications = effects.flatMap((effect) => take(effect, batch.nowUs))
    const isDue = batch.events.length > 0 && Math.abs(batch.nowUs - keptUs) >= KEEP_EVERY_US
    if (isDue || effects.some(isNews) || batch.events.some(isKept)) {
      store.keep(known)
      keptUs = batch.nowUs
    }
    return notifications
  }).immediate

  const keep = db.transaction((known: AlertMemory): void => store.keep(known)).immediate

  const take = (effect: AlertEffect, atUs: number): PendingNotification[] => {
    if (effect.kind === 'notify') return [store.addNotification(effect.notification, atUs)]
    if (effect.kind === 'withheld') store.addWithheld(effect.incidentId, effect.notificationKind, effect.reason, atUs)
    else store.writeIncident(effect.incident)
    return []
  }

  const step = async (input: AlertsStep, context: Pick<CallContext, 'pause'>): Promise<AlertsOutcome> => {
    const { nowUs, utcOffsetMinutes } = input
    const known = load(nowUs)
    const notifications = leftOver
    leftOver = []
    const say = (events: AlertBatch['events'], caughtUp: number[] = []): void => {
      notifications.push(...tell(known, { nowUs, utcOffsetMinutes, caughtUp, events }))
    }
    const sources = input.sources.filter(({ sourceId }) => isKnown.get(sourceId))
    const gone = Object.values(known.engine.sources).filter(({ id }) => !isKnown.get(id))
    say([...gone.map(({ id: sourceId }) => ({ kind: 'sourceRemoved' as const, sourceId })), ...input.events])
    let leftOut = 0
    for (const source of sources) {
      say(introduction(source, known, store.mutes))
      if (!isReadToEnd(source, known)) continue
      for (let more = true; more; await context.pause()) {
        const told = tellRuns(source, known, nowUs, say)
        more = told.more
        leftOut += told.leftOut
      }
    }
    const caughtUp = sources.filter((source) => source.mode === 'live' && isCaughtUp(source))
    say(
      sources.flatMap((source) => closing(source, known)),
      caughtUp.map(({ sourceId }) => sourceId),
    )
    caughtUpUs.clear()
    for (const { sourceId } of caughtUp) caughtUpUs.set(sourceId, nowUs)
    answered = Math.max(answered, ...notifications.map(({ id }) => id))
    const isAnew = startedOver
    startedOver = false
    return { notifications, leftOut, startedOver: isAnew, ...outcomeOf(known.engine, nowUs) }
  }

  /**
   * Tells the next runs of a source, and its sessions to the end of these; returns whether there are more, and how much
   * could not be told. What lies beyond the newest run follows only once nothing more is to be read.
   */
  const tellRuns = (
    source: SourceSight,
    known: AlertMemory,
    nowUs: number,
    say: (events: SourceEvent[]) => void,
  ): { more: boolean; leftOut: number } => {
    const { sourceId } = source
    const state = known.engine.sources[sourceId]
    if (!state) return { more: false, leftOut: 0 }
    const place = `${sourceId} ${JSON.stringify(known.cursors)}`
    const places = copyOf(known)
    const watched = Math.abs(nowUs - (caughtUpUs.get(sourceId) ?? -Infinity)) < WATCHED_US
    const slice = runs.next(sourceId, places, { isNew: state.importing, watched, nowUs })
    const isAtEnd = !slice.more && isCaughtUp(source)
    const toUs = isAtEnd ? Infinity : (places.newestUs[sourceId] ?? -Infinity)
    const starts = isAtEnd ? missed.next(sourceId, places, nowUs) : []
    const events = [...sessions.next(state, places, { toUs, nowUs }), ...slice.runs, ...starts]
    Object.assign(known, places)
    const { more } = slice
    if (refusals.giveUp(place)) {
      keep(known)
      return { more, leftOut: events.length }
    }
    if (events.length > 0) refusals.tell(place, () => say(events))
    return { more, leftOut: 0 }
  }

  const addShown = db.transaction((asked: RequestedNotification, outcome: NotificationOutcome, atUs: number): void => {
    store.settle(store.addNotification(asked, atUs).id, outcome)
  }).immediate

  let last: Promise<unknown> = Promise.resolve()
  return {
    step: (input, context) => {
      const next = last.then(() =>
        step(input, context).catch((thrown: unknown) => {
          // What the engine took in is not in the archive: it goes on from what is.
          memory = null
          throw thrown
        }),
      )
      last = next.catch(() => undefined)
      return next
    },
    settleNotification: ({ id, outcome }) => {
      store.settle(id, outcome)
      return null
    },
    addNotification: ({ notification, outcome, atUs }) => {
      addShown(notification, outcome, atUs)
      return null
    },
    close: () => {
      try {
        if (memory) store.keep(memory)
      } catch {
        // A full disk keeps nobody from closing: what is not kept is told to the engine again.
      }
    },
  }
}

/** A source that the engine meets for the first time is history until all of it was read. */
function introduction(
  { sourceId, name, mode, sight }: SourceSight,
  { engine }: AlertMemory,
  mutesOf: (sourceId: number) => MuteEvent[],
): AlertBatch['events'] {
  const state = engine.sources[sourceId]
  const clockOffsetUs = sight.kind === 'seen' ? (sight.clockOffsetUs ?? null) : null
  return [
    { kind: 'source', sourceId, name, mode, clockOffsetUs },
    ...(state ? [] : [{ kind: 'importing' as const, sourceId, now: true }, ...mutesOf(sourceId)]),
    ...(sight.kind === 'seen' ? [{ kind: 'seen' as const, sourceId }] : []),
  ]
}

/** Whether everything up to now was read, and is seen as it comes. */
function isCaughtUp({ sight }: SourceSight): boolean {
  return sight.kind === 'seen' && sight.caughtUp
}

/**
 * Whether what is in the archive may be judged. In the middle of a reading what comes next is not known: the same file
 * would be judged otherwise when it is read faster. A source that cannot be read any more is judged by what there is,
 * unless its history was never read to the end.
 */
function isReadToEnd(source: SourceSight, { engine }: AlertMemory): boolean {
  const isFirst = engine.sources[source.sourceId]?.importing === true
  return isCaughtUp(source) || (source.sight.kind === 'blind' && !isFirst)
}

function closing(source: SourceSight, { engine }: AlertMemory): SourceEvent[] {
  const { sourceId, sight } = source
  if (sight.kind === 'blind') return [{ ...sight, sourceId }]
  const hassette = sight.kind === 'seen' ? (sight.hassette ?? null) : null
  const known = hassette === null ? [] : [{ kind: 'hassette' as const, sourceId, down: downOf(hassette) }]
  const ends = isCaughtUp(source) && engine.sources[sourceId]?.importing === true
  return [...known, ...(ends ? [{ kind: 'importing' as const, sourceId, now: false }] : [])]
}

/** That a Hassette does not run, as the engine keeps it; null when it does. */
function downOf(hassette: HassetteState): Down | null {
  if (hassette.kind === 'running') return null
  const { sinceUs, due } = hassette
  if (hassette.kind === 'stopped') return { rule: 'stopped', sinceUs, due, reason: { kind: 'stopped' } }
  return { rule: 'down', sinceUs, due, reason: { kind: 'down', how: hassette.how } }
}

function isMute(event: AlertBatch['events'][number]): event is MuteEvent {
  return event.kind === 'muteGroup' || event.kind === 'muteTarget'
}

/** What must not be said twice. */
function isNews({ kind }: AlertEffect): boolean {
  return kind !== 'incidentUpdated'
}

/** What somebody chose is not lost to a crash, and what was read as history is not read as news, nor the other way. */
function isKept({ kind }: AlertBatch['events'][number]): boolean {
  return KEPT.has(kind)
}

const KEPT: ReadonlySet<string> = new Set<AlertBatch['events'][number]['kind']>([
  'importing',
  'sourceRemoved',
  'snooze',
  'muteGroup',
  'muteTarget',
  'pause',
  'settings',
])

/** Where the engine itself fails, again and again: what it cannot take is left out, so that it never stands still. */
interface Refusals {
  /** Tells the engine what follows a place; counts the failures that are not the archive's. Throws them all the same. */
  tell(place: string, work: () => void): void
  /** Whether what follows a place was tried often enough; it is forgotten with that. */
  giveUp(place: string): boolean
}

/** A look comes every five seconds. */
const TRIES = 3

function createRefusals(): Refusals {
  const failed = new Map<string, number>()
  return {
    tell: (place, work) => {
      try {
        work()
      } catch (thrown) {
        if (!(thrown instanceof SQLite.SqliteError)) failed.set(place, (failed.get(place) ?? 0) + 1)
        throw thrown
      }
      failed.delete(place)
    },
    giveUp: (place) => (failed.get(place) ?? 0) >= TRIES && failed.delete(place),
  }
}
