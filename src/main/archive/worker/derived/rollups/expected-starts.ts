import { HOUR_US, SECOND_US } from '@shared/time'
import type { Writable } from '../../core/database'
import { SESSIONS } from '../../core/ids'
import { createMetaWriter, expectedKey, META } from '../../core/meta'
import { zoneOf } from '../../core/time-zone'
import type { Zone } from '../../core/time-zone'
import { KEPT_S, bucketAt, RESOLUTION } from './accumulator'
import { expectedStarts, readSchedule } from './schedule'
import type { Schedule } from './schedule'

/** An hour is looked at so long after its end, microseconds: runs arrive when they have ended. */
const SETTLED_US = 120_000_000
/** A turn takes about so long, milliseconds. */
const TURN_MS = 15

/**
 * Counts the starts that the schedules of a source's jobs foresaw (`rollups.expected`), an hour at a time, once it is
 * over: so often as the schedule of today has starts in the part of the hour in which a session lived and had the job.
 * Jobs of apps only, since Hassette keeps a part of its own runs. `expected` stays NULL where nothing can be said. The
 * hour from which on nothing is counted yet is in `meta` (`trends.expected.<source>`, seconds); counting an hour again
 * gives the same.
 */
interface Expected {
  /** Counts some of the hours that are over; returns whether some are left. A transaction of its own. */
  advance(sourceId: number): boolean
  /** Counts all hours again, since older sessions were added. */
  again(sourceId: number): void
}

interface Job extends JobRow {
  schedule: Schedule
}

/** `flush` writes the trends that wait in memory, within a transaction; `nowUs` gives the time, microseconds. */
export function createExpected(db: Writable, flush: () => void, nowUs: () => number): Expected {
  const rows = createExpectedRows(db)
  /** Before this time there is nothing to do for a source, microseconds. */
  const dueUs = new Map<number, number>()

  const count = (sourceId: number): boolean => {
    const sessions = rows.sessions(sourceId)
    const newest = sessions.at(-1)
    if (!newest) return wait(sourceId, nowUs() + HOUR_US)
    const toUs = settledUntil(sessions, nowUs())
    let hourUs = Math.max(rows.countedTo(sourceId), oldestHour(sessions), rows.wholeDaysFrom())
    if (hourUs >= toUs) return wait(sourceId, Math.max(hourUs + HOUR_US + SETTLED_US, nowUs() + SETTLED_US))
    // In which sessions a job ran is known from their trends.
    flush()
    const clock = rows.clock(sourceId)
    const jobs = readable(rows.jobs(sourceId)).filter(({ schedule }) => schedule.kind === 'every' || !clock.moved)
    const zone = zoneOf(clock.zone)
    const touched = new Map<number, Set<number>>()
    const began = performance.now()
    while (hourUs < toUs && performance.now() - began < TURN_MS) {
      const living = sessions.filter((session) => session.endUs > hourUs && session.startUs < hourUs + HOUR_US)
      for (const job of jobs) {
        const starts = startsOf(job, hourUs, living, zone)
        if (starts === null) continue
        rows.write(RESOLUTION.hour, hourUs / SECOND_US, job.id, starts)
        const day = bucketAt(hourUs / SECOND_US, RESOLUTION.day)
        touched.set(day, (touched.get(day) ?? new Set()).add(job.id))
      }
      hourUs = living.length > 0 ? hourUs + HOUR_US : nextHour(sessions, hourUs, toUs)
    }
    for (const [day, ids] of touched) for (const id of ids) rows.sumDay(day, id)
    rows.setCountedTo(sourceId, hourUs)
    return hourUs < toUs
  }

  const wait = (sourceId: number, untilUs: number): false => {
    dueUs.set(sourceId, untilUs)
    return false
  }

  const advance = db.transaction(count).immediate
  return {
    advance: (sourceId) => nowUs() >= (dueUs.get(sourceId) ?? 0) && advance(sourceId),
    again: (sourceId) => {
      rows.setCountedTo(sourceId, 0)
      dueUs.delete(sourceId)
    },
  }
}

function readable(jobs: JobRow[]): Job[] {
  return jobs.flatMap((job) => {
    const schedule = readSchedule(job.label, job.detail)
    return schedule ? [{ ...job, schedule }] : []
  })
}

/** Up to which hour everything is known: of a session that runs, as far as there is a sign of its life. */
function settledUntil(sessions: SessionLife[], nowUs: number): number {
  const lastUs = Math.max(...sessions.map((session) => session.endUs))
  const runs = sessions.some((session) => session.runs && session.endUs === lastUs)
  const untilUs = runs ? lastUs : lastUs + HOUR_US - 1
  return hourOf(Math.min(untilUs, nowUs - SETTLED_US))
}

function oldestHour(sessions: SessionLife[]): number {
  const lastUs = Math.max(...sessions.map((session) => session.endUs))
  return hourOf(Math.max(lastUs - KEPT_S.hour * SECOND_US, Math.min(...sessions.map((session) => session.startUs))))
}

function nextHour(sessions: SessionLife[], hourUs: number, toUs: number): number {
  const later = sessions.filter((session) => session.startUs >= hourUs + HOUR_US)
  return Math.min(toUs, ...later.map((session) => hourOf(session.startUs)))
}

function hourOf(us: number): number {
  return Math.floor(us / HOUR_US) * HOUR_US
}

/** Null when no session that lived in the hour had the job. */
function startsOf(job: Job, hourUs: number, living: SessionLife[], zone: Zone): number | null {
  let starts: number | null = null
  for (const { startUs, endUs, runs } of living) {
    const goneUs = Math.min(job.retiredUs ?? Infinity, job.removedUs ?? Infinity, runs ? Infinity : endUs)
    if (startUs < job.knownUs || goneUs <= Math.max(startUs, hourUs)) continue
    starts = (starts ?? 0) + expectedStarts(job.schedule, [hourUs, hourUs + HOUR_US], [startUs, goneUs], zone)
  }
  return starts
}

/** A session as long as there is a sign of its life, microseconds. */
interface SessionLife {
  startUs: number
  endUs: number
  /** Whether it may still live. */
  runs: boolean
}

/** A job of an app with what its source says of its schedule. */
interface JobRow {
  id: number
  label: string | null
  detail: string | null
  /** Start of the oldest session that is known to have had it, microseconds. */
  knownUs: number
  retiredUs: number | null
  removedUs: number | null
}

/** What `Expected` reads and writes; within its transaction. */
interface ExpectedRows {
  /** Sessions of a source, oldest first. */
  sessions(sourceId: number): SessionLife[]
  jobs(sourceId: number): JobRow[]
  /** Hassette's time zone, if it is known; and whether all times were moved, so that no clock fits them. */
  clock(sourceId: number): { zone: string | null; moved: boolean }
  /** Start of the first hour that is not counted, microseconds; 0 before the first. */
  countedTo(sourceId: number): number
  setCountedTo(sourceId: number, hourUs: number): void
  /** From here on no trends of hours were deleted, microseconds: days before cannot be summed up again. */
  wholeDaysFrom(): number
  /** Bucket in seconds. A row is made where there is something to expect. */
  write(resolution: number, bucket: number, jobId: number, starts: number): void
  /** Makes a day that of its hours. */
  sumDay(day: number, jobId: number): void
}

export function createExpectedRows(db: Writable): ExpectedRows {
  const selectSessions = db.prepare<[number], { startUs: number; endUs: number; ending: string }>(
    `SELECT x.started_us AS startUs, x.ending,
       coalesce(x.ended_us, max(x.started_us, coalesce(x.heartbeat_us, 0), coalesce(x.last_run_us, 0))) AS endUs
     FROM ${SESSIONS} WHERE e.source_id = ? ORDER BY x.started_us`,
  )
  // A job that was there before its first run is not told from one that was set up later; the trends of sessions say in
  // which it ran.
  const selectJobs = db.prepare<[number], JobRow>(
    `SELECT t.id, t.schedule_label AS label, t.schedule_detail AS detail, t.retired_us AS retiredUs,
       t.removed_us AS removedUs, min(t.first_seen_us, coalesce(
         (SELECT min(x.started_us) FROM ${SESSIONS} CROSS JOIN rollups r
          ON r.resolution = ${RESOLUTION.session} AND r.bucket = x.id AND r.target_id = t.id AND r.n > 0
          WHERE e.source_id = a.source_id), t.first_seen_us)) AS knownUs
     FROM apps a JOIN targets t ON t.app_id = a.id WHERE a.source_id = ? AND t.kind = 'job' AND t.tier = 'app'`,
  )
  const selectClock = db.prepare<[number], { zone: string | null; moved: number }>(
    `SELECT time_zone AS zone, mode = 'sample' AS moved FROM sources WHERE id = ?`,
  )
  const meta = createMetaWriter(db)
  const add = db.prepare<[number, number, number, number]>(
    `INSERT INTO rollups (resolution, bucket, target_id, n, failed, timed_out, cancelled, skipped, di, expected)
     VALUES (?, ?, ?, 0, 0, 0, 0, 0, 0, ?)
     ON CONFLICT (resolution, bucket, target_id) DO UPDATE SET expected = excluded.expected`,
  )
  const change = db.prepare<[number, number, number, number]>(
    'UPDATE rollups SET expected = ? WHERE resolution = ? AND bucket = ? AND target_id = ?',
  )
  const selectDay = db
    .prepare<[number, number, number], number | null>(
      `SELECT sum(r.expected) FROM json_each('[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23]') h
       CROSS JOIN rollups r ON r.resolution = ${RESOLUTION.hour} AND r.bucket = ? + ? * h.value AND r.target_id = ?`,
    )
    .pluck()

  const write: ExpectedRows['write'] = (resolution, bucket, jobId, starts) => {
    if (starts > 0) add.run(resolution, bucket, jobId, starts)
    else change.run(starts, resolution, bucket, jobId)
  }

  return {
    sessions: (sourceId) =>
      selectSessions
        .all(sourceId)
        .map(({ startUs, endUs, ending }) => ({ startUs, endUs, runs: ending === 'running' })),
    jobs: (sourceId) => selectJobs.all(sourceId),
    clock: (sourceId) => {
      const { zone = null, moved = 0 } = selectClock.get(sourceId) ?? {}
      return { zone, moved: moved === 1 }
    },
    countedTo: (sourceId) => (meta.number(expectedKey(sourceId)) ?? 0) * SECOND_US,
    setCountedTo: (sourceId, hourUs) => {
      meta.set(expectedKey(sourceId), hourUs / SECOND_US)
    },
    wholeDaysFrom: () => Math.ceil((meta.number(META.hoursFrom) ?? 0) / RESOLUTION.day) * RESOLUTION.day * SECOND_US,
    write,
    sumDay: (day, jobId) => {
      const starts = selectDay.get(day, RESOLUTION.hour, jobId) ?? null
      if (starts !== null) write(RESOLUTION.day, day, jobId, starts)
    },
  }
}
