import { HOUR_US } from '@main/util/time'
import type { Database } from 'better-sqlite3'
import { createExpectedRows } from './expected-rows'
import type { JobRow, SessionLife } from './expected-rows'
import { bucketAt, RESOLUTION } from './accumulator'
import { expectedStarts, readSchedule } from './schedule'
import type { Schedule } from './schedule'
import { zoneOf } from '../../core/time-zone'
import type { Zone } from '../../core/time-zone'

/** An hour is looked at so long after its end, microseconds: runs arrive when they have ended. */
const SETTLED_US = 120_000_000
/** Trends of hours are kept no longer. */
const KEPT_US = 90 * RESOLUTION.day * 1_000_000
/** A turn takes about so long, milliseconds. */
const TURN_MS = 15

/**
 * Counts the starts that the schedules of a source's jobs foresaw (`rollups.expected`), an hour at a time, once it is
 * over: so often as the schedule of today has starts in the part of the hour in which a session lived and had the job.
 * Jobs of apps only, since Hassette keeps a part of its own runs. `expected` stays NULL where nothing can be said. The
 * hour from which on nothing is counted yet is in `meta` (`trends.expected.<source>`, seconds); counting an hour again
 * gives the same.
 */
export interface Expected {
  /** Counts some of the hours that are over; answers whether some are left. A transaction of its own. */
  advance(sourceId: number): boolean
  /** Counts all hours again, since older sessions were added. */
  again(sourceId: number): void
}

interface Job extends JobRow {
  schedule: Schedule
}

/** `flush` writes the trends that wait in memory, within a transaction; `nowUs` gives the time, microseconds. */
export function createExpected(db: Database, flush: () => void, nowUs: () => number): Expected {
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
        rows.write(RESOLUTION.hour, hourUs / 1_000_000, job.id, starts)
        const day = bucketAt(hourUs / 1_000_000, RESOLUTION.day)
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
  return hourOf(Math.max(lastUs - KEPT_US, Math.min(...sessions.map((session) => session.startUs))))
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
