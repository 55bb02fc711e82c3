import { MINUTE_US, SECOND_US } from '@shared/time'
import type { IncidentReason } from '@shared/alert-notification'
import { SOURCE_RULES } from '@shared/alert-settings'
import { clearMuted, extend, passTime, takeEvent } from './source-events'
import type { EventSurroundings } from './source-events'
import { stepBack } from './clock-step'
import type { EngineState, SourceAlertState } from './engine-state'
import { createSourceState } from './engine-state'
import { eventsInOrder, userEvents } from './event-order'
import type { AlertBatch, AlertEffect, SourceEvent, UserEvent } from './events'
import type { Happening } from './incidents'
import { clear, forget, STALE_US, takeSignal } from './incidents'
import { publicIncident } from './incident-record'
import { notifyDue, notifyHappening } from './notify-policy'
import type { NotifyContext } from './notify-policy'
import { keepRecent } from './recent-failures'
import { BEHIND_US } from './time'
import type { Tuning } from './tuning'
import { TUNING } from './tuning'

/** A source that cannot be watched for so long is an incident. */
const BLIND_US = 10 * MINUTE_US
/** What differs less is no step of the clock. */
const STEP_US = SECOND_US

const EFFECT_OF = { opened: 'incidentOpened', reopened: 'incidentReopened', cleared: 'incidentCleared' } as const

/**
 * Tells the engine what happened and says what is to be done about it. Changes `state` in place, which is plain data at
 * any time between two calls; the same state and the same batches always give the same effects. Knows no clock, no
 * timer and no file.
 */
export function advance(state: EngineState, batch: AlertBatch, tuning: Tuning = TUNING): AlertEffect[] {
  const { nowUs, utcOffsetMinutes } = batch
  const effects: AlertEffect[] = []
  const context: NotifyContext = { state, nowUs, utcOffsetMinutes, effects }
  const around: EventSurroundings = { nowUs, settings: state.settings, nextId: () => state.nextIncidentId++, tuning }
  const tell = (happenings: Happening[]): void => {
    for (const happening of happenings) {
      happening.record.changed = false
      effects.push({ kind: EFFECT_OF[happening.kind], incident: publicIncident(happening.record) })
      notifyHappening(context, happening)
    }
  }

  stepClock(state, nowUs)
  for (const event of batch.events) if (event.kind === 'source') knowSource(state, event, nowUs)
  for (const event of userEvents(batch.events)) tell(takeUserEvent(state, event, around))
  for (const event of eventsInOrder(state, batch.events)) {
    const source = sourceOf(state, event)
    if (source) tell(takeEvent(source, event, around))
  }
  for (const source of Object.values(state.sources)) {
    if (batch.caughtUp.includes(source.id) && source.blind === null && source.down === null && source.sessionRunning) {
      const seenUs = nowUs - source.behindUs - BEHIND_US
      tell(passTime(source, seenUs, around))
      extend(source, seenUs)
    }
    tell(minding(source, around))
    tell(ageing(source, nowUs))
  }
  notifyDue(context, batch.caughtUp)
  for (const { open } of Object.values(state.sources)) {
    for (const record of open) {
      if (!record.changed) continue
      record.changed = false
      effects.push({ kind: 'incidentUpdated', incident: publicIncident(record) })
    }
  }
  state.notify.nowUs = nowUs
  return effects
}

function stepClock(state: EngineState, nowUs: number): void {
  const stepUs = state.notify.nowUs - nowUs
  if (stepUs < STEP_US) return
  for (const source of Object.values(state.sources)) stepBack(source, stepUs, nowUs)
  const { notify } = state
  notify.sentUs = notify.sentUs.map((us) => Math.min(us, nowUs))
  if (notify.cappedUntilUs !== null) notify.cappedUntilUs -= stepUs
}

/** Incidents for a source that cannot be seen, or whose Hassette does not run, for some time, and their ends. */
function minding(source: SourceAlertState, around: EventSurroundings): Happening[] {
  return SOURCE_RULES.flatMap((rule) => {
    const { blind, down, mode } = source
    const { nowUs } = around
    const known = source.open.find((record) => record.rule === rule)
    const trouble = rule === 'blind' ? blind : down?.rule === rule ? down : null
    if (trouble === null || mode !== 'live') return known ? [clear(source, known, nowUs, 'recovered')] : []
    const due = trouble === down ? down.due : nowUs - trouble.sinceUs >= BLIND_US
    if (known || !due) return []
    const failures = [{ atUs: trouble.sinceUs, runId: null, targetId: 0, groupId: null, n: 0 }]
    const nothing = { windowUs: null, usualPerHour: null, usualInQuiet: 0, reason: reasonOf(trouble) }
    const signal = { rule, atUs: nowUs, targets: [], failures, ...nothing }
    const happening = takeSignal(source, signal, { ...around, late: false })
    return happening ? [happening] : []
  })
}

function reasonOf(trouble: NonNullable<SourceAlertState['blind' | 'down']>): IncidentReason {
  return 'problem' in trouble ? { kind: 'blind', problem: trouble.problem } : trouble.reason
}

/** The time of a recording stands still: what was open at its end is over by the clock on the wall. */
function ageing(source: SourceAlertState, nowUs: number): Happening[] {
  const { mode, importing, watermarkUs } = source
  if (mode === 'live' || importing || nowUs - watermarkUs < STALE_US) return []
  return source.open.map((record) => clear(source, record, Math.max(watermarkUs, record.lastUs), 'stale'))
}

function takeUserEvent(state: EngineState, event: UserEvent, around: EventSurroundings): Happening[] {
  if (event.kind === 'settings') {
    state.settings = event.settings
    around.settings = event.settings
    return []
  }
  if (event.kind === 'pause') {
    state.notify.pausedUntilUs = event.untilUs
    return []
  }
  const source = state.sources[event.sourceId]
  if (!source) return []
  if (event.kind === 'snooze') {
    const record = source.open.find(({ id }) => id === event.incidentId)
    if (record) Object.assign(record, { snooze: event.snooze, changed: true })
    return []
  }
  return mute(source, event, around.nowUs)
}

function mute(
  source: SourceAlertState,
  event: Extract<UserEvent, { kind: 'muteGroup' | 'muteTarget' }>,
  nowUs: number,
): Happening[] {
  const isGroup = event.kind === 'muteGroup'
  const id = isGroup ? event.groupId : event.targetId
  const list = isGroup ? 'mutedGroups' : 'mutedTargets'
  source[list] = source[list].filter((known) => known !== id)
  if (!event.muted) return []
  source[list].push(id)
  if (isGroup) keepRecent(source.recent, ({ groupId }) => groupId !== id)
  else forget(source, id, nowUs, true)
  return clearMuted(source, nowUs)
}

function knowSource(state: EngineState, event: Extract<SourceEvent, { kind: 'source' }>, nowUs: number): void {
  const { sourceId, name, mode, clockOffsetUs = null } = event
  const source = (state.sources[sourceId] ??= createSourceState(sourceId, name, mode))
  Object.assign(source, { name, mode })
  if (clockOffsetUs === null) return
  // One that is ahead needs nothing: no run counts as later than when it was read.
  const behindUs = Math.max(0, clockOffsetUs)
  const stepUs = behindUs - source.behindUs
  source.behindUs = behindUs
  if (stepUs >= STEP_US) stepBack(source, stepUs, nowUs - behindUs)
}

/** The source of an event; dropped, blind or seen where the event says so. */
function sourceOf(state: EngineState, event: SourceEvent): SourceAlertState | undefined {
  const { sourceId } = event
  if (event.kind === 'sourceRemoved') {
    Reflect.deleteProperty(state.sources, sourceId)
    Reflect.deleteProperty(state.notify.away, sourceId)
  }
  const source = state.sources[sourceId]
  if (source && event.kind === 'blind') source.blind ??= { sinceUs: event.sinceUs, problem: event.problem }
  if (source && event.kind === 'hassette') {
    // Its silence was none of the quiet in which incidents end.
    if (source.down && !event.down) source.resumedUs = Math.max(source.resumedUs, source.watermarkUs)
    source.down = event.down
  }
  if (source && event.kind === 'seen' && source.blind) {
    source.blind = null
    source.resumedUs = Math.max(source.resumedUs, source.watermarkUs)
  }
  return source
}
