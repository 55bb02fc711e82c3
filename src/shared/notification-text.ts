import type { IncidentTarget } from './alert'
import { isSourceRule } from './alert-settings'
import type {
  AffectedApps,
  DeliveryFailure,
  IncidentReason,
  NotificationContent,
  NotifiedIncident,
} from './alert-notification'
import { groupTitle } from './error-group'
import { formatSpanLength } from './format'
import { alertWords } from './messages-alerts'
import { noticeWords } from './messages-tray'
import { MINUTE_US, SECOND_US } from './time'

/** Longest title and body of a notification, characters. */
const LONGEST = 120
const words = alertWords.notice

/** A notification in words; title and body have 120 characters at most. */
export interface NotificationText {
  title: string
  body: string
}

/** The words of a notification, the same wherever it is shown. */
export function notificationText(content: NotificationContent): NotificationText {
  switch (content.kind) {
    case 'opened':
      return openedText(content.incident)
    case 'update':
      return updateText(content.incident)
    case 'louder':
      return louderText(content.incident)
    case 'still':
      return stillText(content.incident)
    case 'recovered':
      return recoveredText(content.incident)
    case 'digest':
      return text(words.digest(content.open), content.affected.map(appsText).join(', '))
    case 'summary': {
      const title = content.writtenLate ? words.writtenLate : words.away
      return text(title(content.spikes, content.open), content.affected.map(appsText).join(', '))
    }
    case 'capped':
      return text(words.capped(content.open), words.cappedBody)
    case 'test':
      return alertWords.test
  }
}

/** Which apps are concerned, in a few words: the app, and how many others. */
export function appsText({ apps, count, target }: AffectedApps): string {
  const [first] = apps
  if (first === undefined) return ''
  if (count === 1) return target === null ? first : `${first}.${target}`
  return count === 2 ? apps.join(', ') : words.more(first, count - 1)
}

/** The apps of handlers and jobs, in their order. */
export function affectedApps(targets: readonly Pick<IncidentTarget, 'appKey' | 'name'>[]): AffectedApps {
  const apps = [...new Set(targets.map(({ appKey }) => appKey))]
  const [only] = targets
  return { apps: apps.slice(0, 2), count: apps.length, target: targets.length === 1 && only ? only.name : null }
}

/** Why an incident is: a sentence within a line. */
function incidentReasonText(reason: IncidentReason): string {
  switch (reason.kind) {
    case 'failure':
      return groupTitle(reason.cause)
    case 'blind':
      return alertWords.blindReason(reason.problem.message)
    case 'down':
      return alertWords.downReason[reason.how]
    case 'stopped':
      return alertWords.stoppedReason
  }
}

/** Why the system showed no notification: its own words, where it has any. */
export function deliveryFailureWords(failure: DeliveryFailure): string {
  return failure.reason === 'system' ? failure.said : noticeWords.failures[failure.reason]
}

/** Local `14:02` of a moment in microseconds, by the offset of local time to UTC. */
function localClock(us: number, offsetMinutes: number): string {
  return new Date((us + offsetMinutes * MINUTE_US) / 1000).toISOString().slice(11, 16)
}

function openedText(incident: NotifiedIncident): NotificationText {
  const { rule, source, affected } = incident
  if (isSourceRule(rule)) return text(words[rule](source, moment(incident)), reasonOf(incident) ?? '')
  const body = joined([reasonOf(incident), usualOf(incident)])
  return text(words.where(whatFailed(incident), appsText(affected)), body)
}

function updateText(incident: NotifiedIncident): NotificationText {
  const { failures, affected, also } = incident
  const names = also.length > 0 ? words.also(also.join(', ')) : reasonOf(incident)
  const total = words.total(failures, since(incident))
  return text(words.where(total, appsText(affected)), joined([names, usualOf(incident)]))
}

function stillText(incident: NotifiedIncident): NotificationText {
  if (isSourceRule(incident.rule)) return openedText(incident)
  const { failures, affected } = incident
  const body = joined([words.total(failures, since(incident)), reasonOf(incident)])
  return text(words.still(since(incident), appsText(affected)), body)
}

function louderText(incident: NotifiedIncident): NotificationText {
  const body = joined([reasonOf(incident), usualOf(incident)])
  return text(words.louder(incident.peak, appsText(incident.affected)), body)
}

function recoveredText({
  rule,
  source,
  affected,
  firstUs,
  endUs,
  isUsualAgain,
  failures,
}: NotifiedIncident): NotificationText {
  if (rule === 'blind') return text(words.seenAgain(source), '')
  if (isSourceRule(rule)) return text(words.runsAgain(source), '')
  const length = formatSpanLength(Math.max(0, Math.round((endUs - firstUs) / SECOND_US)))
  const title = isUsualAgain ? words.usualAgain : words.recovered
  return text(title(appsText(affected)), words.lasted(length, failures))
}

function since({ firstUs, utcOffsetMinutes }: NotifiedIncident): string {
  return localClock(firstUs, utcOffsetMinutes)
}

/** When an incident began: with its day where that is not the one on which it opened. */
function moment({ firstUs, openedUs, utcOffsetMinutes }: NotifiedIncident): string {
  // `Fri, 05 Nov 2027 …`
  const dayOf = (us: number): string =>
    new Date((us + utcOffsetMinutes * MINUTE_US) / 1000).toUTCString().slice(5, 11).replace(/^0/, '')
  const day = dayOf(firstUs) === dayOf(openedUs) ? '' : `${dayOf(firstUs)} `
  return `${day}${localClock(firstUs, utcOffsetMinutes)}`
}

function whatFailed({ rule, failures, windowUs }: NotifiedIncident): string {
  switch (rule) {
    case 'rate':
      return words.rate(failures, windowWords(windowUs ?? 0))
    case 'streak':
      return words.streak(failures)
    case 'failures':
      return words.failures(failures)
    default:
      return words.missed(failures)
  }
}

function windowWords(us: number): string {
  const minutes = Math.round(us / MINUTE_US)
  return minutes % 60 === 0 && minutes > 0 ? `${minutes / 60} h` : `${minutes} min`
}

function usualOf({ usualPerHour }: NotifiedIncident): string | null {
  if (usualPerHour === null) return null
  return usualPerHour < 0.05 ? words.almostNever : words.usual(usualPerHour.toFixed(usualPerHour < 10 ? 1 : 0))
}

function reasonOf({ reason }: NotifiedIncident): string | null {
  return reason === null ? null : incidentReasonText(reason)
}

function joined(parts: (string | null)[]): string {
  const given = parts.filter((part): part is string => part !== null && part !== '')
  const last = given.at(-1) ?? ''
  if (given.length < 2) return last
  // What is usual stands at the end, and is never cut.
  const room = LONGEST - last.length - 3
  return `${cut(given.slice(0, -1).join(' · '), room)} · ${last}`
}

function text(title: string, body: string): NotificationText {
  return { title: cut(title, LONGEST), body: cut(body, LONGEST) }
}

function cut(line: string, length: number): string {
  const oneLine = line.replace(/\s+/g, ' ').trim()
  return oneLine.length <= length ? oneLine : `${oneLine.slice(0, length - 1).trimEnd()}…`
}
