import type { Incident } from '@shared/alert'
import type { AlertNotification } from '@shared/alert-notification'
import { isSourceRule } from '@shared/alert-settings'
import { words } from '@shared/messages'
import { shortMoment } from './lead'
import { formatLength } from './session-words'
import type { ShapeKind } from './shapes'
import { visibleText } from './visible-text'

const text = words.incidents
/** Below this a usual rate reads as a zero. */
const ALMOST_NONE = 0.05

/** A handler or job of an incident as people know it. */
export function memberName(target: { appKey: string; name: string }): string {
  return visibleText(`${target.appKey}.${target.name}`)
}

/** Where an incident is: its first handler or job and how many others, or the source that it is about. */
export function incidentWhere(incident: Incident, source: string | null): string {
  const [first, ...others] = incident.targets
  if (isSourceRule(incident.rule) || !first) return source === null ? text.unknownSource : visibleText(source)
  return others.length === 0 ? memberName(first) : text.others(memberName(first), others.length)
}

/** What is wrong and where, as a title. */
export function incidentTitle(incident: Incident, source: string | null): string {
  return text.title[incident.rule](incidentWhere(incident, source))
}

/** The shape of an incident: what it is about, never colour alone. */
export function incidentShape({ rule }: Pick<Incident, 'rule'>): ShapeKind {
  if (rule === 'rate' || rule === 'streak') return 'dependency'
  if (rule === 'failures') return 'failed'
  return rule === 'missed' ? 'timed_out' : 'skipped'
}

/**
 * When an incident ended, microseconds: a rate with its last failure, the others when it was seen to work again; of one
 * that is open `untilUs`, which is now, or the end of a recording.
 */
export function incidentEndUs(incident: Incident, untilUs: number): number {
  if (incident.ending === null) return Math.max(untilUs, incident.firstUs)
  return incident.rule === 'rate' ? incident.lastUs : (incident.clearedUs ?? incident.lastUs)
}

/** `0.3`, `12`: a usual rate an hour. Null when it was almost none. */
export function usualRate(perHour: number): string | null {
  return perHour < ALMOST_NONE ? null : perHour.toFixed(perHour < 10 ? 1 : 0)
}

/** What happened so far, in a sentence; `reason` = why a source is not watched, or taken for down. */
export function incidentSentence(incident: Incident, untilUs: number, reason: string | null): string {
  const { rule, failures, reopened, late } = incident
  const more = [...(reopened > 0 ? [text.reopened(reopened)] : []), ...(late ? [text.late] : [])]
  if (isSourceRule(rule)) return [...(reason === null ? [] : [sentence(visibleText(reason))]), ...more].join(' ')
  if (rule === 'missed') return [text.missed(failures), ...more].join(' ')
  const length = formatLength(incidentEndUs(incident, untilUs) - incident.firstUs)
  const count = rule === 'failures' ? text.failed(failures, length) : text.dependency(failures, length)
  return [`${count}${usualWords(incident)}`, ...more].join(' ')
}

/** The five facts of an incident that is open, always in this order. */
export function incidentFacts(
  incident: Incident,
  notifications: readonly AlertNotification[],
  nowUs: number,
  untilUs: number,
): { label: string; value: string; title?: string; bad?: boolean }[] {
  const { failures, targets, firstUs, ending } = incident
  const some = targets.length > 1 ? { title: text.runsOfTitle(failures, targets.length) } : {}
  return [
    { label: text.since, value: shortMoment(firstUs, nowUs) },
    {
      label: ending === null ? text.lasts : text.lasted,
      value: formatLength(incidentEndUs(incident, untilUs) - firstUs),
    },
    { label: text.affected, value: affectedWords(incident), bad: hasPeak(incident), ...some },
    { label: text.peak, value: peakWords(incident) },
    { label: text.told, value: toldWords(incident, notifications, nowUs) },
  ]
}

/** How many runs an incident hit: `41 runs`, `2 starts`. */
export function affectedWords(incident: Incident): string {
  const { rule, failures, targets } = incident
  if (isSourceRule(rule)) return text.everything
  return targets.length > 1 && rule !== 'missed' ? text.runsOf(failures, targets.length) : countWords(incident)
}

/** The same without how many handlers and jobs they are of. */
export function countWords({ rule, failures }: Incident): string {
  return rule === 'missed' ? text.starts(failures) : text.runs(failures)
}

/** Whether there is a height of its failures: only runs have one. */
export function hasPeak({ rule }: Pick<Incident, 'rule'>): boolean {
  return !isSourceRule(rule) && rule !== 'missed'
}

/** Most failures within five minutes. */
export function peakWords(incident: Incident): string {
  return hasPeak(incident) ? text.peakOf(incident.peak) : text.none
}

/** When an incident was notified, or why not. `notifications` are those of all incidents, newest first. */
export function toldWords(incident: Incident, notifications: readonly AlertNotification[], nowUs: number): string {
  const own = notifications.filter(({ incidentId }) => incidentId === incident.id)
  const sent = own.filter(({ state }) => state.kind === 'sent')
  const last = sent.at(0)
  if (last) {
    const moment = shortMoment(last.atUs, nowUs)
    return sent.length === 1 ? text.toldOnce(moment) : text.toldTimes(moment, sent.length)
  }
  const newest = own[0]?.state
  if (!newest) return incident.late ? text.toldNot(words.noticeList.withheld.late) : text.toldNotYet
  if (newest.kind === 'failed') return text.toldFailed
  return newest.kind === 'withheld' ? text.toldNot(words.noticeList.withheld[newest.reason]) : text.toldPending
}

/** The state of an incident in a word or two. */
export function incidentState(incident: Incident, nowUs: number): string {
  if (incident.ending !== null) {
    if (incident.ending !== 'recovered' || !isSourceRule(incident.rule)) return text.ending[incident.ending]
    return incident.rule === 'blind' ? text.watchedAgain : text.runsAgain
  }
  return isSnoozed(incident, nowUs) ? snoozeWords(incident, nowUs) : text.isOpen
}

/** Whether an incident is not to be heard of now. */
export function isSnoozed({ snooze }: Pick<Incident, 'snooze'>, nowUs: number): boolean {
  return snooze !== null && (snooze.kind === 'recovery' || snooze.us > nowUs)
}

/** Until when it is snoozed. */
export function snoozeWords({ snooze }: Pick<Incident, 'snooze'>, nowUs: number): string {
  return snooze?.kind === 'until' ? text.snoozedUntil(shortMoment(snooze.us, nowUs)) : text.snoozedRecovery
}

const RULE_WEIGHT = { down: 4, rate: 3, streak: 3, failures: 3, blind: 2, stopped: 2, missed: 1 } as const

/** Open incidents, the worst first: what is snoozed last, then by rule and failures, then the newer. */
export function worstFirst(open: readonly Incident[], nowUs: number): Incident[] {
  return [...open].sort(
    (a, b) =>
      Number(isSnoozed(a, nowUs)) - Number(isSnoozed(b, nowUs)) ||
      RULE_WEIGHT[b.rule] - RULE_WEIGHT[a.rule] ||
      b.failures - a.failures ||
      b.openedUs - a.openedUs,
  )
}

function usualWords({ usualPerHour }: Incident): string {
  if (usualPerHour === null) return '.'
  const rate = usualRate(usualPerHour)
  return rate === null ? text.usualNone : text.usual(rate)
}

function sentence(words: string): string {
  const capital = words.charAt(0).toUpperCase() + words.slice(1)
  return /[.!?]$/.test(capital) ? capital : `${capital}.`
}
