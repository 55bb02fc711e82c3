import { formatMoment, formatSpanLength, plural } from '@shared/format'
import { words } from '@shared/messages'
import type { ContentKind, StorageInfo, StorageTier, TimeWait } from '@shared/storage'
import { CONTENT_KINDS } from '@shared/storage'

/** A part of the bar of the archive: what it is, its bytes, its share of the whole bar (0 to 1). */
export interface UsePart {
  kind: ContentKind | 'reusable' | 'free'
  bytes: number
  share: number
}

/**
 * The bar from left to right: what the archive holds by content, what can be used again, and what is free up to the
 * limit. What `ls` counts and no content explains (the log of what is being written) is part of "other". Parts are
 * shares of the limit, or of the file when that is larger.
 */
export function useParts(info: StorageInfo): UsePart[] {
  const named = new Map(info.content.map(({ kind, bytes }) => [kind, bytes]))
  const known = info.content.reduce((sum, { bytes }) => sum + bytes, 0)
  const unexplained = Math.max(0, info.bytes - info.reusableBytes - known)
  const whole = Math.max(1, info.limitBytes, info.bytes)
  const parts: Omit<UsePart, 'share'>[] = [
    ...CONTENT_KINDS.map((kind) => ({
      kind,
      bytes: (named.get(kind) ?? 0) + (kind === 'other' ? unexplained : 0),
    })),
    { kind: 'reusable', bytes: info.reusableBytes },
    { kind: 'free', bytes: Math.max(0, info.limitBytes - info.bytes) },
  ]
  return parts.map((part) => ({ ...part, share: part.bytes / whole }))
}

/** What is in use, bytes, as the bar shows it: all that `ls` counts but what can be used again. */
export function bytesInUse({ bytes, reusableBytes }: StorageInfo): number {
  return bytes - reusableBytes
}

/** Bytes that a day brings at the rate of the last week; snapshots bring none. */
export function bytesPerDay(tiers: readonly StorageTier[]): number {
  return tiers.reduce(
    (sum, tier) => sum + (tier.runs === 0 || tier.snapshot ? 0 : (tier.runsPerDay * tier.bytes) / tier.runs),
    0,
  )
}

/** Which limit will bind, and when, as a sentence. */
export function bindsWords(info: StorageInfo, nowUs: number): string {
  const text = words.storage.use
  if (info.tiers.every(({ runs }) => runs === 0)) return text.noRuns
  if (info.tiers.every(({ snapshot }) => snapshot)) return text.snapshots
  if (info.binds === null) return text.nothingBinds
  const seconds = Math.floor((info.binds.atUs - nowUs) / 1_000_000)
  const when = seconds < 3600 ? text.now : text.about(formatSpanLength(seconds))
  if (info.binds.bound === 'size') return text.sizeBinds(bytesPerDay(info.tiers), when)
  return text.timeBinds(plural(info.limits.retentionDays, words.storage.unit.day), when)
}

/** Why nothing goes by its days for now, as a sentence. */
export function timeWaitsWords({ reason, sinceUs, aheadUs }: TimeWait, nowUs: number): string {
  const text = words.storage.use.timeWaits
  if (reason !== 'clock_differs') return text[reason](formatMoment(sinceUs, nowUs))
  const length = formatSpanLength(Math.abs(aheadUs ?? 0) / 1_000_000)
  return text.clock_differs(length, (aheadUs ?? 0) > 0)
}

/** The days that one click offers: more than what is kept now, and not what the size could never hold. */
export function offeredDays(retentionDays: number): number[] {
  return [30, 90].filter((days) => days > retentionDays)
}

/** Where the line of a kept tier begins and how long it is, as shares of the time since the oldest of all (0 to 1). */
export function keptSpans(
  tiers: readonly StorageTier[],
  nowUs: number,
): { fromUs: number; share: (us: number) => number } {
  const starts = tiers.flatMap(({ oldestRunUs, oldestTrendUs }) => [oldestRunUs ?? nowUs, oldestTrendUs ?? nowUs])
  const fromUs = Math.min(nowUs - 1, ...starts)
  return { fromUs, share: (us) => Math.min(1, Math.max(0, (nowUs - us) / (nowUs - fromUs))) }
}
