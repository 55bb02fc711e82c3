import { MINUTE_US, SECOND_US } from '@main/util/time'
import type { IncidentTarget, NoticeRequest } from '@shared/alert'
import { isSourceRule } from '@shared/alert-settings'
import { formatSpanLength } from '@shared/format'
import { alertWords } from '@shared/messages-alerts'
import type { SourceAlertState } from './engine-state'
import type { IncidentRecord } from './incident-record'
import { publicIncident } from './incident-record'

/** Longest title and body of a notification, characters. */
const LONGEST = 120
const words = alertWords.notice

type Text = Pick<NoticeRequest, 'title' | 'body'>

/** How an incident is told when it opens. */
export function openedText(source: SourceAlertState, record: IncidentRecord, offsetMinutes: number): Text {
  if (isSourceRule(record.rule)) {
    return text(words[record.rule](source.name, moment(record, offsetMinutes)), record.error ?? '')
  }
  return text(words.where(whatFailed(record), whereOf(record)), joined([record.error, usualOf(record)]))
}

/** How an incident that grew takes the place of its first notification. */
export function updateText(record: IncidentRecord, offsetMinutes: number): Text {
  const { also } = publicIncident(record)
  const names = also.length > 0 ? words.also(also.map(({ appKey }) => appKey).join(', ')) : record.error
  const total = words.total(record.failures, clock(record.firstUs, offsetMinutes))
  return text(words.where(total, whereOf(record)), joined([names, usualOf(record)]))
}

/** How an incident that goes on is told again. */
export function stillText(source: SourceAlertState, record: IncidentRecord, offsetMinutes: number): Text {
  if (isSourceRule(record.rule)) return openedText(source, record, offsetMinutes)
  const since = clock(record.firstUs, offsetMinutes)
  return text(words.still(since, whereOf(record)), joined([words.total(record.failures, since), record.error]))
}

/** How an incident that came back worse is told. */
export function louderText(record: IncidentRecord): Text {
  return text(words.louder(record.peak, whereOf(record)), joined([record.error, usualOf(record)]))
}

/** How the end of an incident is told. */
export function recoveredText(source: SourceAlertState, record: IncidentRecord): Text {
  if (record.rule === 'blind') return text(words.seenAgain(source.name), '')
  if (isSourceRule(record.rule)) return text(words.runsAgain(source.name), '')
  // A rate is over with its last failure; a handler that fails is down until it succeeds.
  const endUs = record.rule === 'rate' ? record.lastUs : (record.clearedUs ?? record.lastUs)
  const length = formatSpanLength(Math.max(0, Math.round((endUs - record.firstUs) / SECOND_US)))
  const title = record.ending === 'usual' ? words.usualAgain(whereOf(record)) : words.recovered(whereOf(record))
  return text(title, words.lasted(length, record.failures))
}

/** What is told of several incidents at once. */
export function listText(title: string, records: IncidentRecord[]): Text {
  return text(title, records.map(whereOf).join(', '))
}

/** Where an incident is, in a few words: its app, and how many others. */
export function whereOf(record: IncidentRecord): string {
  return whereOfTargets(publicIncident(record).targets)
}

/** The same of its handlers and jobs. */
export function whereOfTargets(targets: readonly IncidentTarget[]): string {
  const apps = [...new Set(targets.map(({ appKey }) => appKey))]
  const [first] = targets
  if (!first) return ''
  if (apps.length === 1) return targets.length === 1 ? `${first.appKey}.${first.name}` : first.appKey
  return apps.length === 2 ? apps.join(', ') : words.more(first.appKey, apps.length - 1)
}

/** Local `14:02` of a moment in microseconds, by the offset of local time to UTC. */
export function clock(us: number, offsetMinutes: number): string {
  return new Date((us + offsetMinutes * MINUTE_US) / 1000).toISOString().slice(11, 16)
}

/** When an incident began: with its day where that is not the one on which it opened. */
function moment({ firstUs, openedUs }: IncidentRecord, offsetMinutes: number): string {
  // `Fri, 05 Nov 2027 …`
  const dayOf = (us: number): string => new Date((us + offsetMinutes * MINUTE_US) / 1000).toUTCString().slice(5, 11)
  const day = dayOf(firstUs) === dayOf(openedUs) ? '' : `${dayOf(firstUs).replace(/^0/, '')} `
  return `${day}${clock(firstUs, offsetMinutes)}`
}

function whatFailed({ rule, failures, windowUs }: IncidentRecord): string {
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

function usualOf({ usualPerHour }: IncidentRecord): string | null {
  if (usualPerHour === null) return null
  return usualPerHour < 0.05 ? words.almostNever : words.usual(usualPerHour.toFixed(usualPerHour < 10 ? 1 : 0))
}

function joined(parts: (string | null)[]): string {
  const given = parts.filter((part): part is string => part !== null && part !== '')
  const last = given.at(-1) ?? ''
  if (given.length < 2) return last
  // What is usual stands at the end, and is never cut.
  const room = LONGEST - last.length - 3
  return `${cut(given.slice(0, -1).join(' · '), room)} · ${last}`
}

function text(title: string, body: string): Text {
  return { title: cut(title, LONGEST), body: cut(body, LONGEST) }
}

function cut(line: string, length: number): string {
  const oneLine = line.replace(/\s+/g, ' ').trim()
  return oneLine.length <= length ? oneLine : `${oneLine.slice(0, length - 1).trimEnd()}…`
}
