import { DAY_US, HOUR_US, MINUTE_US } from '@shared/time'
import type { NotificationContent, RequestedNotification, WithheldReason } from '@shared/alert-notification'
import type { EngineState, SourceAlertState } from './engine-state'
import type { AlertEffect } from './events'
import type { IncidentRecord } from './incident-record'
import type { Happening } from './incidents'
import { affectedOf, notifiedIncident } from './notification-content'
import { isQuiet } from '@shared/alert-settings'

/** What decides about a notification. */
export interface NotifyContext {
  state: EngineState
  nowUs: number
  utcOffsetMinutes: number
  effects: AlertEffect[]
}

const CAP = 4
const CAP_US = HOUR_US
/** A notification that takes the place of another comes at most this often. */
const UPDATE_US = MINUTE_US
/** A recovery of what lasted shorter is not told. */
const WORTH_RECOVERING_US = 10 * MINUTE_US
/** Between two summaries of what was written late. */
const LATE_AGAIN_US = 10 * MINUTE_US
const REMIND_FIRST_US = 4 * HOUR_US
const LOUDER = 3
/** So few within 5 minutes are no peak to compare with: it had only begun. */
const SMALL_PEAK = 5

/** Kinds that are heard. */
type Announced = 'opened' | 'louder' | 'still'

/** Tells what happened to an incident, or says why not. */
export function notifyHappening(context: NotifyContext, { kind, source, record }: Happening): void {
  if (kind !== 'opened' || source.mode !== 'live' || source.importing) return
  if (!record.late) {
    announce(context, source, record, 'opened')
    return
  }
  withhold(context, record, 'opened', 'late')
  const { away } = context.state.notify
  away[source.id] = [...(away[source.id] ?? []), record.id]
}

/** What is due by time and by what changed in the batch, after all its events. */
export function notifyDue(context: NotifyContext, caughtUp: number[]): void {
  const { state, nowUs } = context
  const { notify } = state
  notify.sentUs = notify.sentUs.filter((us) => us > nowUs - CAP_US)
  if (notify.pausedUntilUs !== null && notify.pausedUntilUs <= nowUs) notify.pausedUntilUs = null
  if (notify.cappedUntilUs !== null && notify.cappedUntilUs <= nowUs) notify.cappedUntilUs = null
  for (const source of Object.values(state.sources)) {
    if (source.mode !== 'live') continue
    for (const record of source.open) notifyOpen(context, source, record)
    for (const record of source.closed) notifyRecovery(context, source, record)
  }
  tellAway(context, caughtUp)
  const quiet = inQuietHours(context)
  if (notify.quiet && !quiet) tellHeld(context)
  notify.quiet = quiet
}

function notifyOpen(context: NotifyContext, source: SourceAlertState, record: IncidentRecord): void {
  const { state, nowUs } = context
  if (record.snooze?.kind === 'until' && record.snooze.us <= nowUs) {
    record.snooze = null
    record.changed = true
    announce(context, source, record, 'still')
    return
  }
  if (record.shownUs === null || record.snooze !== null) return
  if (record.earlierPeak > 0 && record.peak > LOUDER * Math.max(SMALL_PEAK, record.earlierPeak)) {
    record.earlierPeak = 0
    announce(context, source, record, 'louder')
    return
  }
  const waitUs = record.lastNoticeUs === record.shownUs ? REMIND_FIRST_US : DAY_US
  if (state.settings.remind && nowUs - record.lastNoticeUs >= waitUs) announce(context, source, record, 'still')
  else if (record.newsworthy && nowUs - record.lastNoticeUs >= UPDATE_US) replace(context, source, record, 'update')
}

function notifyRecovery(context: NotifyContext, source: SourceAlertState, record: IncidentRecord): void {
  const dueUs = record.recoveryDueUs
  if (dueUs === null || source.watermarkUs < dueUs) return
  record.recoveryDueUs = null
  const lastedUs = (record.clearedUs ?? dueUs) - record.firstUs
  if (record.shownUs === null || record.recoveryTold || lastedUs < WORTH_RECOVERING_US) return
  record.recoveryTold = true
  replace(context, source, record, 'recovered')
}

/** A notification that is heard. */
function announce(context: NotifyContext, source: SourceAlertState, record: IncidentRecord, kind: Announced): void {
  const { state, nowUs } = context
  const { notify } = state
  const reason = reasonAgainst(context, record)
  if (reason === 'quiet_hours') notify.held.push(record.id)
  if (reason !== null) {
    withhold(context, record, kind, reason)
    return
  }
  if (notify.sentUs.length >= CAP) {
    notify.cappedUntilUs = nowUs + CAP_US
    withhold(context, record, kind, 'cap')
    const open = openOf(state)
    send(context, { kind: 'capped', open: open.length })
    return
  }
  notify.sentUs.push(nowUs)
  record.shownUs ??= nowUs
  record.lastNoticeUs = nowUs
  record.newsworthy = false
  const incident = notifiedIncident(source, record, context.utcOffsetMinutes)
  send(context, { kind, incident }, { incidentId: record.id })
}

/** A silent one in the place of the first. */
function replace(
  context: NotifyContext,
  source: SourceAlertState,
  record: IncidentRecord,
  kind: 'update' | 'recovered',
): void {
  if (reasonAgainst(context, record) !== null) return
  record.newsworthy = false
  if (kind === 'update') record.lastNoticeUs = context.nowUs
  const incident = notifiedIncident(source, record, context.utcOffsetMinutes)
  send(context, { kind, incident }, { incidentId: record.id, silent: true, replaces: record.id })
}

/** One notification for all that began while nobody looked, once everything is read. */
function tellAway(context: NotifyContext, caughtUp: number[]): void {
  const { state } = context
  const { away, held } = state.notify
  const ids = caughtUp.flatMap((sourceId) => away[sourceId] ?? [])
  const all = Object.values(state.sources).flatMap(({ open, closed }) => [...open, ...closed])
  const writtenLate = all.filter(({ id }) => ids.includes(id)).every((record) => record.writtenLate)
  // What is written late comes little by little: the rest of it is told together.
  if (writtenLate && Math.abs(context.nowUs - state.notify.lateToldUs) < LATE_AGAIN_US) return
  for (const sourceId of caughtUp) Reflect.deleteProperty(away, sourceId)
  const told = all.filter(({ id, rule }) => ids.includes(id) && state.settings.enabled && state.settings.notify[rule])
  const open = told.filter(({ ending }) => ending === null)
  if (told.length === 0 || state.notify.pausedUntilUs !== null) return
  if (inQuietHours(context)) {
    held.push(...open.map(({ id }) => id))
    return
  }
  if (writtenLate) state.notify.lateToldUs = context.nowUs
  const counts = { spikes: told.length, open: open.length }
  send(context, { kind: 'summary', ...counts, writtenLate, affected: affectedOf(told) })
}

/** One notification after quiet hours, if anything that they held back is still open. */
function tellHeld(context: NotifyContext): void {
  const { state, nowUs } = context
  const open = openOf(state)
  const held = open.filter(({ id, snooze }) => state.notify.held.includes(id) && snooze === null)
  state.notify.held = []
  if (held.length === 0 || state.notify.pausedUntilUs !== null) return
  for (const record of held) {
    record.shownUs ??= nowUs
    record.lastNoticeUs = nowUs
  }
  send(context, { kind: 'digest', open: open.length, affected: affectedOf(open) })
}

function reasonAgainst(context: NotifyContext, record: IncidentRecord): WithheldReason | null {
  const { settings, notify } = context.state
  if (!settings.enabled || !settings.notify[record.rule]) return 'off'
  if (record.snooze !== null) return 'snoozed'
  if (notify.pausedUntilUs !== null && context.nowUs < notify.pausedUntilUs) return 'paused'
  if (inQuietHours(context)) return 'quiet_hours'
  return notify.cappedUntilUs !== null && context.nowUs < notify.cappedUntilUs ? 'cap' : null
}

function inQuietHours({ state, nowUs, utcOffsetMinutes }: NotifyContext): boolean {
  return isQuiet(state.settings.quietHours, nowUs, utcOffsetMinutes)
}

/** Open incidents of live sources. */
function openOf(state: EngineState): IncidentRecord[] {
  return Object.values(state.sources).flatMap(({ mode, open }) => (mode === 'live' ? open : []))
}

function send(
  { effects }: NotifyContext,
  content: NotificationContent,
  how: Partial<Omit<RequestedNotification, 'content'>> = {},
): void {
  effects.push({ kind: 'notify', notification: { incidentId: null, silent: false, replaces: null, ...how, content } })
}

function withhold(
  { effects }: NotifyContext,
  { id }: IncidentRecord,
  notificationKind: Announced,
  reason: WithheldReason,
): void {
  effects.push({ kind: 'withheld', incidentId: id, notificationKind, reason })
}
