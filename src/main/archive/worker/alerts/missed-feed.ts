import { SECOND_US } from '@shared/time'
import type { SourceEvent } from '@main/alerts/engine/events'
import type { Readable } from '../core/database'
import { SESSIONS } from '../core/ids'
import { unpackRecent } from '../derived/recent-runs'
import { bucketAt, RESOLUTION } from '../derived/rollups/accumulator'
import { expectedStarts, readSchedule } from '../derived/rollups/schedule'
import { createMetaReader, expectedKey } from '../core/meta'
import { zoneOf } from '../core/time-zone'
import { TARGET_NAME } from './outcome'
import type { ToldPlaces } from './store'

/** Tells starts of jobs that their schedules foresaw and that were not. */
export interface MissedFeed {
  /**
   * What was missed in the hours that were counted since; `places` moves on. It begins with the hour of `nowUs` (our
   * clock): what was before is history, whenever it is counted.
   */
  next(sourceId: number, places: Pick<ToldPlaces, 'missedTo'>, nowUs: number): SourceEvent[]
}

interface HourRow {
  targetId: number
  appKey: string
  targetName: string
  /** Start of the hour, seconds. */
  bucket: number
  expected: number
  started: number
  /** Starts of the hour before beyond what was expected there: one may have begun just before the hour. */
  surplus: number
  scheduleLabel: string | null
  scheduleDetail: string | null
  timeZone: string | null
  /** Start of the newest session before the hour was over, microseconds. */
  sessionUs: number | null
  ids: Uint8Array
  ends: Uint8Array
  outcomes: string
}
const JUST_AFTER_US = 600 * SECOND_US

export function createMissedFeed(db: Readable): MissedFeed {
  const meta = createMetaReader(db)
  const selectHour = db.prepare<[number, number], HourRow>(
    `SELECT t.id AS targetId, a.app_key AS appKey, ${TARGET_NAME} AS targetName, r.bucket, r.expected, r.n AS started,
       coalesce((SELECT p.n - p.expected FROM rollups p WHERE p.resolution = ${RESOLUTION.hour}
         AND p.bucket = r.bucket - ${RESOLUTION.hour} AND p.target_id = t.id), 0) AS surplus,
       t.schedule_label AS scheduleLabel, t.schedule_detail AS scheduleDetail, s.time_zone AS timeZone,
       (SELECT max(x.started_us) FROM ${SESSIONS} WHERE e.source_id = s.id
         AND x.started_us < (r.bucket + ${RESOLUTION.hour}) * ${SECOND_US}) AS sessionUs,
       coalesce(n.ids, x'') AS ids, coalesce(n.ends, x'') AS ends, coalesce(n.outcomes, '') AS outcomes
     FROM sources s JOIN apps a ON a.source_id = s.id
     JOIN targets t ON t.app_id = a.id AND t.kind = 'job' AND t.tier = 'app'
     CROSS JOIN rollups r ON r.resolution = ${RESOLUTION.hour} AND r.bucket = ? AND r.target_id = t.id
     LEFT JOIN target_recent n ON n.target_id = t.id
     WHERE s.id = ? AND r.expected > r.n`,
  )

  const missedOf = (sourceId: number, row: HourRow): SourceEvent[] => {
    const { targetId, appKey, targetName, bucket, expected, started, surplus } = row
    const dueUs = (bucket + RESOLUTION.hour) * SECOND_US
    // A start that fell just over the border of the hour makes up for one that lacks in it.
    const ranAfter = unpackRecent(row).filter(({ endUs }) => endUs >= dueUs && endUs < dueUs + JUST_AFTER_US).length
    const missed = expected - started - (surplus > 0 ? 1 : 0) - (ranAfter > expectedAfter(row, dueUs) ? 1 : 0)
    const event: SourceEvent = { kind: 'missed', sourceId, targetId, appKey, targetName, dueUs }
    return Array.from({ length: Math.max(0, missed) }, () => event)
  }

  return {
    next: (sourceId, { missedTo }, nowUs) => {
      const thisHour = bucketAt(Math.floor(nowUs / SECOND_US), RESOLUTION.hour)
      // One run whose clock was ahead is enough to have hours counted that have not come yet.
      const countedTo = Math.min(thisHour, meta.number(expectedKey(sourceId)) ?? 0)
      const from = (missedTo[sourceId] ??= thisHour)
      if (countedTo <= from) return []
      missedTo[sourceId] = countedTo
      const events: SourceEvent[] = []
      for (let hour = from; hour < countedTo; hour += RESOLUTION.hour) {
        for (const row of selectHour.all(hour, sourceId)) events.push(...missedOf(sourceId, row))
      }
      return events
    },
  }
}

/** Starts that are due just after the hour: those make up for none in it. */
function expectedAfter({ scheduleLabel, scheduleDetail, timeZone, sessionUs }: HourRow, dueUs: number): number {
  const schedule = readSchedule(scheduleLabel, scheduleDetail)
  if (!schedule || sessionUs === null) return 0
  return expectedStarts(schedule, [dueUs, dueUs + JUST_AFTER_US], [sessionUs, Infinity], zoneOf(timeZone))
}
