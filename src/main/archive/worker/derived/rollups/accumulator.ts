import { MINUTE_US } from '@shared/time'
import { RUN_FLAG, RUN_STATUSES } from '@shared/run'
import type { RunStatus } from '@shared/run'
import { slotOf } from '../../core/histogram'

/** Lengths of a bucket in seconds, as `rollups.resolution` has them. `session` is no length: its bucket is a session. */
export const RESOLUTION = { session: 0, minute: 60, hour: 3600, day: 86_400 } as const

/** How long rows of each length are kept, seconds; days are kept for ever. What is older is deleted by its age. */
export const KEPT_S = { minute: 48 * RESOLUTION.hour, hour: 90 * RESOLUTION.day, session: 90 * RESOLUTION.day } as const

/** One row of `rollups` to be added to what is stored. */
export interface RowTally {
  resolution: number
  /** Start of the bucket in seconds since 1970 (UTC), or the session's id. */
  bucket: number
  /** A target, or −stream for the total of a stream. */
  targetId: number
  /** What adds up to it. */
  parts: Tally[]
}

/** One row of `group_rollups` to be added to what is stored. */
export interface GroupTally {
  resolution: number
  bucket: number
  groupId: number
  n: number
}

/**
 * What was counted and is not written yet. A run touches one tally, that of its minute; the longer buckets and the totals
 * are summed up from these when they are written.
 */
interface OpenBuckets {
  add(run: TrendRun): void
  /** How many runs are in it. */
  runs(): number
  /** Rows of minutes before `minutesFrom` (seconds) are left out. */
  rows(minutesFrom: number): RowTally[]
  groupRows(): GroupTally[]
  clear(): void
}

interface Minute {
  streamId: number
  targetId: number
  sessionId: number | null
  startS: number
  tally: Tally
  /** The same minute of the same target in another stream or session. */
  other: Minute | null
}

export function createOpenBuckets(): OpenBuckets {
  const minutes: Minute[] = []
  /** By target and minute in one number: texts as keys take time, and there is one for nearly every run of an import. */
  const heads = new Map<number, Minute>()
  /** The minute that each target was in last, since the next run is mostly in it, too. */
  const latest = new Map<number, Minute>()
  /** Failures of a group by hour. */
  const groups = new Map<number, Map<number, number>>()
  let runs = 0

  const minuteOf = ({ streamId, targetId, sessionId }: TrendRun, startS: number): Minute => {
    const last = latest.get(targetId)
    if (last && last.startS === startS && last.streamId === streamId && last.sessionId === sessionId) return last
    // Minutes are below 2^26 until 2097.
    const key = targetId * 2 ** 26 + startS / RESOLUTION.minute
    const head = heads.get(key) ?? null
    let minute = head
    while (minute && (minute.streamId !== streamId || minute.sessionId !== sessionId)) minute = minute.other
    if (!minute) {
      minute = { streamId, targetId, sessionId, startS, tally: emptyTally(), other: head }
      minutes.push(minute)
      heads.set(key, minute)
    }
    latest.set(targetId, minute)
    return minute
  }

  return {
    add: (run) => {
      runs++
      const startS = Math.floor(run.startedUs / MINUTE_US) * RESOLUTION.minute
      tallyRun(minuteOf(run, startS).tally, run)
      if (run.groupId === null) return
      const hour = bucketAt(startS, RESOLUTION.hour)
      const ofGroup = groups.get(run.groupId) ?? new Map<number, number>()
      groups.set(run.groupId, ofGroup.set(hour, (ofGroup.get(hour) ?? 0) + 1))
    },
    runs: () => runs,
    rows: (minutesFrom) => {
      const rows = createRows()
      for (const minute of minutes) {
        if (minute.startS >= minutesFrom) rows.add(RESOLUTION.minute, minute.startS, minute)
        rows.add(RESOLUTION.hour, bucketAt(minute.startS, RESOLUTION.hour), minute)
        rows.add(RESOLUTION.day, bucketAt(minute.startS, RESOLUTION.day), minute)
        if (minute.sessionId !== null) rows.add(RESOLUTION.session, minute.sessionId, minute)
      }
      return rows.all()
    },
    groupRows: () =>
      [...groups].flatMap(([groupId, hours]) => {
        const days = new Map<number, number>()
        for (const [hour, n] of hours) {
          const day = bucketAt(hour, RESOLUTION.day)
          days.set(day, (days.get(day) ?? 0) + n)
        }
        return [
          ...[...hours].map(([bucket, n]) => ({ resolution: RESOLUTION.hour, bucket, groupId, n })),
          ...[...days].map(([bucket, n]) => ({ resolution: RESOLUTION.day, bucket, groupId, n })),
        ]
      }),
    clear: () => {
      minutes.length = 0
      for (const kept of [heads, latest, groups]) kept.clear()
      runs = 0
    },
  }
}

/** Start of the bucket that a second lies in. */
export function bucketAt(second: number, resolution: number): number {
  return Math.floor(second / resolution) * resolution
}

function createRows() {
  const rows: RowTally[] = []
  /** By resolution and bucket in one number, then by target. */
  const byBucket = new Map<number, Map<number, Tally[]>>()

  const addTo = (targets: Map<number, Tally[]>, resolution: number, bucket: number, targetId: number, part: Tally) => {
    const parts = targets.get(targetId)
    if (parts) {
      parts.push(part)
      return
    }
    const row = { resolution, bucket, targetId, parts: [part] }
    targets.set(targetId, row.parts)
    rows.push(row)
  }

  return {
    add: (resolution: number, bucket: number, { streamId, targetId, tally }: Minute): void => {
      // Buckets are below 2^34 s and resolutions below 2^17.
      const key = resolution * 2 ** 34 + bucket
      const targets = byBucket.get(key) ?? new Map<number, Tally[]>()
      byBucket.set(key, targets)
      addTo(targets, resolution, bucket, targetId, tally)
      addTo(targets, resolution, bucket, -streamId, tally)
    },
    all: () => rows,
  }
}

/** What a row of `rollups` counts, before it is written. Times and durations in microseconds. */
export interface Tally {
  /** All runs, whatever came of them. */
  n: number
  /** Dependency failures are among them. */
  failed: number
  timedOut: number
  cancelled: number
  skipped: number
  di: number
  /** Of the durations of ok and failed runs, as are `maxUs` and `slots`. */
  minUs: number | null
  maxUs: number | null
  /** The histogram's slot of each duration. */
  slots: number[]
}

/** A run as trends count it. */
export interface TrendRun {
  streamId: number
  /** Its place in the stream; null for a run that is counted and not kept. */
  sequence: number | null
  targetId: number
  sessionId: number | null
  startedUs: number
  durationUs: number
  /** Index into `RUN_STATUSES`. */
  status: number
  flags: number
  groupId: number | null
}

const code = (status: RunStatus): number => RUN_STATUSES.indexOf(status)
const OK = code('ok')
const FAILED = code('failed')
const TIMED_OUT = code('timed_out')
const CANCELLED = code('cancelled')
const SKIPPED = code('skipped')

export function emptyTally(): Tally {
  return {
    n: 0,
    failed: 0,
    timedOut: 0,
    cancelled: 0,
    skipped: 0,
    di: 0,
    minUs: null,
    maxUs: null,
    slots: [],
  }
}

/** Counts a run. */
function tallyRun(tally: Tally, run: TrendRun): void {
  const { status, durationUs } = run
  tally.n++
  if (status === FAILED) {
    tally.failed++
    if ((run.flags & RUN_FLAG.dependencyFailure) !== 0) tally.di++
  } else if (status === TIMED_OUT) tally.timedOut++
  else if (status === CANCELLED) tally.cancelled++
  else if (status === SKIPPED) tally.skipped++
  if (status !== OK && status !== FAILED) return
  if (tally.minUs === null || durationUs < tally.minUs) tally.minUs = durationUs
  if (tally.maxUs === null || durationUs > tally.maxUs) tally.maxUs = durationUs
  tally.slots.push(slotOf(durationUs))
}

/** Adds what another one counted, without its slots. */
export function mergeCounts(into: Omit<Tally, 'slots'>, from: Tally): void {
  into.n += from.n
  into.failed += from.failed
  into.timedOut += from.timedOut
  into.cancelled += from.cancelled
  into.skipped += from.skipped
  into.di += from.di
  into.minUs = pick(Math.min, into.minUs, from.minUs)
  into.maxUs = pick(Math.max, into.maxUs, from.maxUs)
}

function pick(of: (a: number, b: number) => number, a: number | null, b: number | null): number | null {
  if (a === null) return b
  return b === null ? a : of(a, b)
}
