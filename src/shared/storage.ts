import * as v from 'valibot'
import type { Problem } from './result'
import type { Tier } from './run'
import { MAX_RETENTION_DAYS, MIN_SIZE_MB } from './settings'
import { DAY_US, HOUR_US } from './time'

const days = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MAX_RETENTION_DAYS))

/** Bytes of a megabyte, as limits count it. */
export const MB_BYTES = 1_000_000

/** The limits of the archive. */
export const limitsSchema = v.strictObject({
  retentionDays: days,
  frameworkRetentionDays: days,
  maxSizeMb: v.pipe(v.number(), v.integer(), v.minValue(MIN_SIZE_MB)),
})
export type Limits = v.InferOutput<typeof limitsSchema>

/** Which limit made a pass delete something. */
export const BOUNDS = ['time', 'size'] as const
export type Bound = (typeof BOUNDS)[number]

/** Time between two passes of a rule, microseconds; the archive keeps when the next one is due. */
export const PASS_PERIODS_US: Readonly<Record<Bound, number>> = { time: HOUR_US, size: DAY_US }

export const CONTENT_KINDS = ['runs', 'failures', 'logs', 'trends', 'other'] as const
export type ContentKind = (typeof CONTENT_KINDS)[number]

/** How much a stream kind of a source takes, and how far it reaches. */
export interface StorageTier {
  sourceId: number
  tier: Tier
  runs: number
  oldestRunUs: number | null
  newestRunUs: number | null
  /** Oldest trend, day or finer. */
  oldestTrendUs: number | null
  /** Over the last 7 days, or what there is of them. */
  runsPerDay: number
  /** Bytes of runs and what belongs to them. */
  bytes: number
  /** Exempt from the time rule. */
  snapshot: boolean
}

/** Why nothing is deleted by its age for now. */
export interface TimeWait {
  /**
   * Our clock is not proven since the start; it went forward further than the time that passed; or a source that lives
   * says something else. See docs/retention.md.
   */
  reason: 'clock_unproven' | 'clock_jumped' | 'clock_differs'
  /** By our clock, microseconds. */
  sinceUs: number
  /** How far our clock is ahead of the source (behind: negative), microseconds; null unless they differ. */
  aheadUs: number | null
}

/** The archive as the Storage page shows it. Sizes in bytes. */
export interface StorageInfo {
  path: string
  /** What `ls` shows: file + WAL + SHM. */
  bytes: number
  /** Pages in use. */
  usedBytes: number
  /** Pages that can be used again or given back. */
  reusableBytes: number
  limitBytes: number
  diskFreeBytes: number | null
  content: { kind: ContentKind; bytes: number }[]
  tiers: StorageTier[]
  limits: Limits
  /** Which limit will bind, at the rate of the last 7 days; null when none will within ten years. */
  binds: { bound: Bound; atUs: number } | null
  /** How many days of runs the size limit would hold at this rate; null without runs. */
  daysBySize: number | null
  /** Even without a run it is over its limit. */
  limitTooSmall: boolean
  /** When the next passes are due, microseconds. */
  nextTimePassUs: number | null
  nextSizePassUs: number | null
  /** Null while runs and trends go when they are past their days. */
  timeWaits: TimeWait | null
}

/** Why a pass of the retention ran. */
export const PASS_REASONS = ['start', 'hourly', 'daily', 'growth', 'by_hand', 'limits_changed'] as const
export type PassReason = (typeof PASS_REASONS)[number]

/** Why there is a row in the log: a pass, or other work on the archive. */
export const LOG_REASONS = [...PASS_REASONS, 'compact', 'backup', 'restore', 'move', 'source_removed'] as const

/** One pass of the retention. */
export interface RetentionLogRow {
  id: number
  atUs: number
  durationUs: number
  reason: (typeof LOG_REASONS)[number]
  /** Null when nothing had to go. */
  bound: Bound | null
  /** Of both tiers. */
  runs: number
  /** Also among `runs`. */
  frameworkRuns: number
  bytesBefore: number
  bytesAfter: number
  /** Newest run deleted, by start; null when none was. */
  upToUs: number | null
  /** Cut short by somebody or by the app's end; the rest follows in the next pass. */
  cancelled: boolean
}

/** What lower limits would remove. */
export interface RetentionPreview {
  /** Of both tiers. */
  runs: number
  /** Also among `runs`. */
  frameworkRuns: number
  /** Runs that start before this go, per tier; null = none. */
  appUpToUs: number | null
  frameworkUpToUs: number | null
  /** Roughly how much room that gives back. */
  bytes: number
}

export const WORK_KINDS = ['clean', 'compact', 'backup', 'restore', 'move'] as const
export type WorkKind = (typeof WORK_KINDS)[number]

/** Long work on the archive; one at a time. */
export interface StorageWork {
  kind: WorkKind
  /** Started by the app itself, not by somebody. */
  automatic: boolean
  /** What is being done now. */
  step: 'deleting' | 'shrinking' | 'copying' | 'checking' | 'replacing'
  /** Share done, 0 to 1; null while it cannot be told. */
  share: number | null
  /** Somebody asked for its end; it comes when the copy ends. */
  cancelling: boolean
}

/** How long work came to its end. */
export interface WorkDone {
  kind: WorkKind
  outcome: 'done' | 'cancelled' | 'failed'
  bytesBefore: number
  bytesAfter: number
  runs: number
  /** A cleaning deleted nothing by its age: that waits, see `StorageInfo.timeWaits`. */
  timeWaits: boolean
  /** The file that lies there now beside the archive: the backup, what a restore set aside, what a move left behind. */
  file: string | null
  problem: Problem | null
}
