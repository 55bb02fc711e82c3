import type { Database } from 'better-sqlite3'
import { RESOLUTION } from './accumulator'

/** A session as long as there is a sign of its life, microseconds. */
export interface SessionLife {
  startUs: number
  endUs: number
  /** Whether it may still live. */
  runs: boolean
}

/** A job of an app with what its source says of its schedule. */
export interface JobRow {
  id: number
  label: string | null
  detail: string | null
  /** Start of the oldest session that is known to have had it, microseconds. */
  knownUs: number
  retiredUs: number | null
  removedUs: number | null
}

/** What `Expected` reads and writes; within its transaction. */
export interface ExpectedRows {
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

export function createExpectedRows(db: Database): ExpectedRows {
  const selectSessions = db.prepare<[number], { startUs: number; endUs: number; ending: string }>(
    `SELECT x.started_us AS startUs, x.ending,
       coalesce(x.ended_us, max(x.started_us, coalesce(x.heartbeat_us, 0), coalesce(x.last_run_us, 0))) AS endUs
     FROM epochs e JOIN sessions x ON x.epoch_id = e.id WHERE e.source_id = ? ORDER BY x.started_us`,
  )
  // A job that was there before its first run is not told from one that was set up later; the trends of sessions say in
  // which it ran.
  const selectJobs = db.prepare<[number], JobRow>(
    `SELECT t.id, t.schedule_label AS label, t.schedule_detail AS detail, t.retired_us AS retiredUs,
       t.removed_us AS removedUs, min(t.first_seen_us, coalesce(
         (SELECT min(x.started_us) FROM epochs e JOIN sessions x ON x.epoch_id = e.id CROSS JOIN rollups r
          ON r.resolution = ${RESOLUTION.session} AND r.bucket = x.id AND r.target_id = t.id AND r.n > 0
          WHERE e.source_id = a.source_id), t.first_seen_us)) AS knownUs
     FROM apps a JOIN targets t ON t.app_id = a.id WHERE a.source_id = ? AND t.kind = 'job' AND t.tier = 'app'`,
  )
  const selectClock = db.prepare<[number], { zone: string | null; moved: number }>(
    `SELECT time_zone AS zone, mode = 'sample' AS moved FROM sources WHERE id = ?`,
  )
  const selectMeta = db.prepare<[string], number>('SELECT v FROM meta WHERE k = ?').pluck()
  const setMeta = db.prepare<[string, number]>(
    'INSERT INTO meta (k, v) VALUES (?, ?) ON CONFLICT (k) DO UPDATE SET v = excluded.v',
  )
  const add = db.prepare<[number, number, number, number]>(
    `INSERT INTO rollups (resolution, bucket, target_id, n, failed, timed_out, cancelled, skipped, di, expected, sum_us)
     VALUES (?, ?, ?, 0, 0, 0, 0, 0, 0, ?, 0)
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
    countedTo: (sourceId) => (selectMeta.get(keyOf(sourceId)) ?? 0) * 1_000_000,
    setCountedTo: (sourceId, hourUs) => {
      setMeta.run(keyOf(sourceId), hourUs / 1_000_000)
    },
    wholeDaysFrom: () =>
      Math.ceil((selectMeta.get('trends.hour.from') ?? 0) / RESOLUTION.day) * RESOLUTION.day * 1_000_000,
    write,
    sumDay: (day, jobId) => {
      const starts = selectDay.get(day, RESOLUTION.hour, jobId) ?? null
      if (starts !== null) write(RESOLUTION.day, day, jobId, starts)
    },
  }
}

function keyOf(sourceId: number): string {
  return `trends.expected.${sourceId}`
}
