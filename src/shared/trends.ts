import * as v from 'valibot'
import { idSchema, spanSchema, tierChoiceSchema } from './filter'
import type { Tier } from './run'

/** What figures are asked of. `targetId` null = every handler and job of the tier. */
export const trendScopeSchema = v.strictObject({
  sourceId: idSchema,
  tier: tierChoiceSchema,
  span: spanSchema,
  targetId: v.nullable(idSchema),
})
export type TrendScope = v.InferOutput<typeof trendScopeSchema>

/** An IANA name, e.g. `Europe/Berlin`. */
export const timeZoneSchema = v.pipe(
  v.string(),
  v.maxLength(60),
  v.regex(/^[A-Za-z0-9_+\-/]+$/),
  v.check((zone) => {
    try {
      return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== ''
    } catch {
      return false
    }
  }),
)

/**
 * How far the counts of an answer are what was asked. `rounded`: runs at the range's ends are known only as trends, so
 * the answer is of this range instead. `approximate`: part of what is asked can no longer be told apart.
 */
export type Precision = { kind: 'exact' } | { kind: 'rounded'; fromUs: number; toUs: number } | { kind: 'approximate' }

/** Counts and durations over a range. Failure rate = failed / (runs − skipped). */
export interface Figures {
  runs: number
  failed: number
  /** Also among `failed`. */
  dependencyFailures: number
  timedOut: number
  cancelled: number
  skipped: number
  /** Starts of jobs that should have been and were not; null when no schedule can be read. */
  missed: number | null
  /** Durations of ok and failed runs, microseconds; from histograms, within 3.1 %. Null without such runs. */
  p50Us: number | null
  p95Us: number | null
  p99Us: number | null
}

/** Figures of a range and of the equal range before it; `before` null when the archive does not reach back so far. */
export interface TrendSummary {
  figures: Figures
  before: Figures | null
  precision: Precision
}

/** One bar or point of a chart: runs that started in [fromUs, fromUs + the series' step). */
export interface TrendPoint {
  fromUs: number
  ok: number
  failed: number
  /** Also among `failed`. */
  dependencyFailures: number
  timedOut: number
  cancelled: number
  skipped: number
  p50Us: number | null
  p95Us: number | null
  p99Us: number | null
}

/** A chart over a range, without holes: every step is there, also where nothing ran. */
export interface TrendSeries {
  /** Length of a step, microseconds; days are local days, so that some are 23 or 25 hours. */
  stepUs: number
  points: TrendPoint[]
  /** End of the last point's step; later than now while that one is forming. */
  endUs: number
  precision: Precision
}

/** Runs by weekday and hour of day, in the zone asked for. */
export interface Heatmap {
  /** 168 cells: weekday (0 = Monday) · 24 + hour. */
  cells: { runs: number; failed: number; timedOut: number }[]
  precision: Precision
}

/** Why a target needs attention, the gravest first. */
export type AttentionReason =
  | { kind: 'failing'; /** Failures in a row, at most 50 are counted. */ runs: number; sinceUs: number }
  | { kind: 'new_group'; groupId: number; title: string; firstUs: number }
  | { kind: 'slower'; p95Us: number; beforeUs: number }
  | { kind: 'never_ran'; sinceUs: number }
  | { kind: 'missed'; runs: number; expected: number }

/** A target that needs attention. */
export interface AttentionRow {
  targetId: number
  kind: 'handler' | 'job'
  tier: Tier
  appKey: string
  instanceIndex: number
  instanceCount: number
  name: string
  strip: string
  reasons: AttentionReason[]
}

/** What the overview says of the targets of a tier. */
export interface Attention {
  /** At most 8, the gravest first. */
  rows: AttentionRow[]
  /** How many need attention in all. */
  total: number
  handlers: number
  jobs: number
}

/** What a row of coverage says of a time: runs are kept, they are only counted, or something is missing. */
export const COVERAGE_KINDS = ['runs', 'trends', 'gap'] as const
export type CoverageKind = (typeof COVERAGE_KINDS)[number]

/**
 * Why something is missing that a source had, as the archive keeps it: `deleted` by Hassette before it was read,
 * `recreated` = it went with a database that another one replaced, `not_watching` = nobody watched.
 */
export const STORED_GAP_REASONS = ['deleted', 'recreated', 'not_watching'] as const
export type StoredGapReason = (typeof STORED_GAP_REASONS)[number]

/** What is known of a range. Times in microseconds. */
export interface Coverage {
  /** From here on every run is kept; null when none of the range is. */
  runsFromUs: number | null
  /** From here on trends are kept; null when none of the range is. */
  trendsFromUs: number | null
  /** Newest moment that is known of. */
  toUs: number | null
  /** Times within the range of which something is missing. */
  gaps: {
    fromUs: number
    toUs: number
    /** `dropped` by Hassette itself: known by its sessions. */
    reason: StoredGapReason | 'dropped'
    /** How many are missing; null where that is not known. */
    runs: number | null
  }[]
  /** Why runs do not reach back further: the days, the size, or that the source had no older ones when it was added. */
  bound: 'time' | 'size' | 'source' | null
}

/** A session with its figures, newest first in lists. */
export interface SessionRow {
  id: number
  startedUs: number
  /** Null while it runs. */
  endedUs: number | null
  ending: 'running' | 'clean' | 'crashed' | 'killed'
  errorType: string | null
  errorMessage: string | null
  runs: number
  failed: number
  dependencyFailures: number
  timedOut: number
  /** Rows that Hassette itself dropped. */
  dropped: number
  /** Stalls of its event loop. */
  blockingEvents: number
  precision: Precision
}
