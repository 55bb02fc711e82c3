import { advance } from '@main/alerts/engine/engine'
import type { GroupCause } from '@shared/error-group'
import { said } from '../../support/said'
import type { EngineState } from '@main/alerts/engine/engine-state'
import { createEngineState, isEngineState } from '@main/alerts/engine/engine-state'
import type { AlertBatch, AlertEffect, FinishedRun, SourceEvent, UserEvent } from '@main/alerts/engine/events'
import type { Tuning } from '@main/alerts/engine/tuning'

export const SECOND = 1_000_000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

/** An event and when we can read it, by our clock. */
export interface Seen {
  visibleUs: number
  event: SourceEvent | UserEvent
}

/** What happens, in any order, and how we look on. */
export interface Timeline {
  events: Seen[]
  /** When we begin to look; what is visible by then is the first import. */
  beginUs: number
  endUs: number
  /** Times in which we look at nothing. */
  asleep?: [fromUs: number, toUs: number][]
  /** Local time less UTC, minutes. */
  utcOffsetMinutes?: number
}

/** How it is played. */
export interface PlayOptions {
  state?: EngineState
  /** Every so many batches the state goes through JSON, as at a restart. */
  restartEvery?: number
  tuning?: Tuning
  /** Changes a batch before it is told. */
  change?: (batch: AlertBatch) => AlertBatch
}

/** An effect and when the engine gave it, by our clock. */
export interface Told {
  us: number
  effect: AlertEffect
}

/** Files are looked at so often, and the engine is asked so often while nothing is new. */
const POLL_US = 2 * SECOND
const BUSY_TICK_US = MINUTE
const IDLE_TICK_US = 30 * MINUTE

/** Plays a timeline as the service does: in polls of two seconds, everything read told at once. */
export function play(timeline: Timeline, options: PlayOptions = {}): { told: Told[]; state: EngineState } {
  const { beginUs, endUs, asleep = [], utcOffsetMinutes = 0 } = timeline
  const events = [...timeline.events].sort((a, b) => a.visibleUs - b.visibleUs)
  let state = options.state ?? createEngineState()
  const told: Told[] = []
  let next = 0
  let batches = 0
  for (let nowUs = beginUs; nowUs <= endUs;) {
    const read: AlertBatch['events'] = []
    for (; (events[next]?.visibleUs ?? Infinity) <= nowUs; next++) read.push(events[next]!.event)
    const first = nowUs === beginUs
    if (first) read.push(...sourceIds(read).flatMap((sourceId) => importing(sourceId)))
    const caughtUp = Object.keys(state.sources).map(Number)
    const batch: AlertBatch = { nowUs, utcOffsetMinutes, caughtUp, events: read }
    for (const effect of advance(state, options.change?.(batch) ?? batch, options.tuning))
      told.push({ us: nowUs, effect })
    batches++
    if (options.restartEvery && batches % options.restartEvery === 0) state = throughJson(state)
    nowUs = nextPoll(nowUs, events[next]?.visibleUs ?? Infinity, state, asleep)
  }
  return { told, state }
}

/** The state after a restart. */
export function throughJson(state: EngineState): EngineState {
  const parsed: unknown = JSON.parse(JSON.stringify(state))
  if (!isEngineState(parsed)) throw new Error('the state cannot be read back')
  return parsed
}

/** Notifications that were asked for, with their times. */
export function notificationsOf(told: Told[]) {
  return told.flatMap(({ us, effect }) =>
    effect.kind === 'notify' ? [{ us, kind: effect.notification.content.kind, ...said(effect.notification) }] : [],
  )
}

/** Incidents in the state in which they were told last. */
export function incidentsOf(told: Told[]) {
  const incidents = new Map(
    told.flatMap(({ effect }) => ('incident' in effect ? [[effect.incident.id, effect.incident] as const] : [])),
  )
  return [...incidents.values()]
}

/** Numbers runs as the archive does: in the order in which they are read. Those of a further stream keep theirs. */
export function numbered(events: Seen[]): Seen[] {
  let runId = 0
  return [...events]
    .sort((a, b) => a.visibleUs - b.visibleUs)
    .map(({ visibleUs, event }) => {
      const own = event.kind === 'run' && event.runId < FURTHER_STREAM
      return own ? { visibleUs, event: { ...event, runId: ++runId } } : { visibleUs, event }
    })
}

/** Ids from here on are of streams that somebody numbers himself. */
export const FURTHER_STREAM = 2 ** 40

/** The same runs in another stream, as those of a database that was made anew. */
export function inFurtherStream(events: Seen[]): Seen[] {
  return events.map(({ visibleUs, event }) =>
    event.kind === 'run'
      ? { visibleUs, event: { ...event, runId: event.runId + FURTHER_STREAM } }
      : { visibleUs, event },
  )
}

/** What failures of a class have in common. */
export function causeOf(errorType: string, template = ''): GroupCause {
  return { kind: 'error', errorType, template }
}

/** A finished run of source 1 with what does not matter filled in. */
export function run(of: Pick<FinishedRun, 'runId' | 'targetId' | 'endUs'> & Partial<FinishedRun>): FinishedRun {
  const failed = of.dependencyFailure ?? false
  return {
    kind: 'run',
    sourceId: 1,
    appKey: `app_${of.targetId}`,
    targetName: 'on_change',
    status: failed ? 'failed' : 'ok',
    dependencyFailure: failed,
    groupId: failed ? of.targetId : null,
    cause: failed ? causeOf('DependencyResolutionError', `parameter new of app_${of.targetId}`) : null,
    ...of,
  }
}

function nextPoll(nowUs: number, visibleUs: number, state: EngineState, asleep: [number, number][]): number {
  const busy = Object.values(state.sources).some(
    ({ open, closed, blind }) =>
      open.length > 0 || blind !== null || closed.some(({ recoveryDueUs }) => recoveryDueUs !== null),
  )
  const tick = nowUs + (busy || state.notify.quiet ? BUSY_TICK_US : IDLE_TICK_US)
  const poll = Math.max(nowUs + POLL_US, Math.ceil(visibleUs / POLL_US) * POLL_US)
  const next = Math.min(tick, poll)
  const sleep = asleep.find(([fromUs, toUs]) => next >= fromUs && next < toUs)
  return sleep ? sleep[1] : next
}

function sourceIds(events: AlertBatch['events']): number[] {
  return events.flatMap((event) => (event.kind === 'source' ? [event.sourceId] : []))
}

function importing(sourceId: number): SourceEvent[] {
  return [
    { kind: 'importing', sourceId, now: true },
    { kind: 'importing', sourceId, now: false },
  ]
}
