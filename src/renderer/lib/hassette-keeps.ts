import { THIN, formatDay, formatMoment } from '@shared/format'
import { words } from '@shared/messages'
import type { HassetteFacts } from '@shared/source'
import { DAY_US, HOUR_US } from '@shared/time'

/** What Hassette itself still holds, and which of its limits took the rest. Times in microseconds. */
export type HassetteKeeps =
  | { kind: 'nothing' }
  /** A copied file: no limit acts on it any more. */
  | { kind: 'copy'; fromUs: number; toUs: number }
  /** Its days bind. */
  | { kind: 'days'; sinceUs: number; days: number }
  /** Its size binds, long before its days do. */
  | { kind: 'size'; reachUs: number; framework: boolean }
  /** The archive holds older runs than Hassette, though neither of its usual limits explains that. */
  | { kind: 'own'; sinceUs: number }
  | { kind: 'more'; sinceUs: number; days: number }
  /** No limit has bound yet. */
  | { kind: 'all'; sinceUs: number; days: number }

/** Hassette's usual `database.max_size_mb`, 500; nearly full counts as full, since its failsafe stops just below. */
const FULL_BYTES = 475_000_000

/**
 * Says why Hassette's file reaches back as far as it does. Its configuration is not in the file, so its usual values are
 * held against what it holds: 30 days since 0.58 (schema 13 is written by 0.56–0.59, so that both are possible), 7
 * before, and 500 MB. `archivedUs` = the oldest run of it that the archive knows.
 */
export function hassetteKeeps(facts: HassetteFacts, nowUs: number, archivedUs: number | null): HassetteKeeps {
  const { oldestRunUs: sinceUs, newestRunUs } = facts
  if (sinceUs === null || newestRunUs === null) return { kind: 'nothing' }
  if (facts.mode === 'snapshot') return { kind: 'copy', fromUs: sinceUs, toUs: newestRunUs }
  const reachUs = Math.max(0, nowUs - sinceUs)
  const usual = facts.schemaVersion <= 12 ? [7] : facts.schemaVersion === 13 ? [7, 30] : [30]
  // A quiet home has no run just behind the limit, and a stopped Hassette deletes nothing.
  const bound = usual.find((days) => Math.abs(reachUs - days * DAY_US) <= DAY_US)
  if (bound !== undefined) return { kind: 'days', sinceUs, days: bound }
  const days = usual.at(-1) ?? 30
  if (reachUs > days * DAY_US) return { kind: 'more', sinceUs, days }
  if (facts.bytes >= FULL_BYTES) {
    return { kind: 'size', reachUs, framework: facts.frameworkRuns > facts.appRuns }
  }
  if (archivedUs !== null && archivedUs < sinceUs - DAY_US) return { kind: 'own', sinceUs }
  return { kind: 'all', sinceUs, days }
}

/** That in words; `warning` = history is being lost, `setting` = what to raise in Hassette's configuration. */
export function keepsWords(
  keeps: HassetteKeeps,
  nowUs: number,
): { lead: string; text: string; warning: boolean; setting: string | null } {
  const text = words.upkeep.holds
  const since = (us: number): string => formatDay(us, nowUs)
  const calm = (lead: string, setting: string | null = null) => ({ lead, text: '', warning: false, setting })
  switch (keeps.kind) {
    case 'nothing':
      return calm(text.nothing)
    case 'copy':
      return calm(text.copy(formatMoment(keeps.fromUs, nowUs), formatMoment(keeps.toUs, nowUs)))
    case 'days':
      return calm(text.days(since(keeps.sinceUs), keeps.days), 'database.retention_days')
    case 'size':
      return {
        lead: text.size(formatReach(keeps.reachUs)),
        text: keeps.framework ? text.sizeFramework : text.sizeFull,
        warning: true,
        setting: 'database.max_size_mb',
      }
    case 'own':
      return calm(text.own(formatMoment(keeps.sinceUs, nowUs)), 'database.retention_days')
    case 'more':
      return calm(text.more(since(keeps.sinceUs), keeps.days))
    case 'all':
      return calm(text.all(formatMoment(keeps.sinceUs, nowUs), keeps.days))
  }
}

/** How far something reaches back: `4.1 h` below two days, else `6 d`, `9 d 12 h` below a month. Microseconds. */
export function formatReach(us: number): string {
  const hours = us / HOUR_US
  if (hours < 1) return `${Math.max(0, Math.round(hours * 60))}${THIN}m`
  if (hours < 47.95) return `${hours.toFixed(1)}${THIN}h`
  const whole = Math.round(hours)
  const days = Math.floor(whole / 24)
  const rest = whole % 24
  return days >= 30 || rest === 0 ? `${days}${THIN}d` : `${days}${THIN}d ${rest}${THIN}h`
}
