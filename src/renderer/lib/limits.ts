import { formatCount, formatMoment, plural } from '@shared/format'
import { words } from '@shared/messages'
import type { SettingChange, Settings } from '@shared/settings'
import { MAX_RETENTION_DAYS, MIN_SIZE_MB } from '@shared/settings'
import type { Limits, RetentionPreview } from '@shared/storage'

/** The settings that limit the archive. */
export const LIMIT_NAMES = ['db_retention_days', 'db_framework_retention_days', 'db_max_size_mb'] as const
export type LimitName = (typeof LIMIT_NAMES)[number]

/** The limits that settings mean; framework runs are kept as long as app runs unless they have days of their own. */
export function limitsOf(settings: Settings): Limits {
  return {
    retentionDays: settings.db_retention_days,
    frameworkRetentionDays: settings.db_framework_retention_days ?? settings.db_retention_days,
    maxSizeMb: settings.db_max_size_mb,
  }
}

/** The limits with one setting changed; null days of framework runs = those of app runs. */
export function limitsWith(settings: Settings, name: LimitName, value: number | null): Limits {
  return limitsOf({ ...settings, [name]: value })
}

/** Whether anything could go: one of the limits is tighter. */
export function tightens(before: Limits, after: Limits): boolean {
  return (
    after.retentionDays < before.retentionDays ||
    after.frameworkRetentionDays < before.frameworkRetentionDays ||
    after.maxSizeMb < before.maxSizeMb
  )
}

/** Least and most of a limit; null = no upper end. */
export function limitBounds(name: LimitName): { least: number; most: number | null } {
  return name === 'db_max_size_mb' ? { least: MIN_SIZE_MB, most: null } : { least: 1, most: MAX_RETENTION_DAYS }
}

/** Reads what was typed for a limit; null when it is none that is accepted. Spaces between thousands are let be. */
export function parseLimit(name: LimitName, text: string): number | null {
  const digits = text.replace(/[\s\u202f\u00a0]/g, '')
  if (!/^\d{1,9}$/.test(digits)) return null
  const { least, most } = limitBounds(name)
  const value = Number(digits)
  return value >= least && (most === null || value <= most) ? value : null
}

/** The change of a setting, as the contract wants it; null when the value does not fit the setting. */
export function limitChange(name: LimitName, value: number | null): SettingChange | null {
  if (name === 'db_framework_retention_days') return { name, value }
  return value === null ? null : { name, value }
}

/** A limit with its unit: `7 days`, `500 MB`, `as app runs`. */
export function limitValue(name: LimitName, value: number | null): string {
  const text = words.storage
  if (value === null) return text.same
  return name === 'db_max_size_mb' ? `${formatCount(value)} ${text.unit.mb}` : plural(value, text.unit.day)
}

/** Whether a preview takes anything. */
export function removesNothing(preview: RetentionPreview): boolean {
  return preview.runs === 0
}

/** What lower limits would remove, in words: first what goes, then what stays and what it gives. */
export function previewWords(preview: RetentionPreview, nowUs: number): { goes: string; stays: string } {
  const text = words.storage
  const appRuns = preview.runs - preview.frameworkRuns
  const parts = [
    { runs: appRuns, count: text.log.app(appRuns), upToUs: preview.appUpToUs },
    {
      runs: preview.frameworkRuns,
      count: text.log.framework(preview.frameworkRuns),
      upToUs: preview.frameworkUpToUs,
    },
  ]
    .filter(({ runs }) => runs > 0)
    .map(({ count, upToUs }) => ({ count, moment: upToUs === null ? null : formatMoment(upToUs, nowUs) }))
  const older = (count: string, moment: string | null): string => (moment === null ? count : text.older(count, moment))
  const [first, second] = parts
  const what =
    first === undefined
      ? ''
      : second === undefined
        ? older(first.count, first.moment)
        : first.moment === second.moment
          ? older(text.log.both(first.count, second.count), first.moment)
          : text.log.both(older(first.count, first.moment), older(second.count, second.moment))
  return {
    goes: text.removes(what),
    stays: `${text.trendsStay}${preview.bytes > 0 ? ` ${text.gives(preview.bytes)}` : ''}`,
  }
}
