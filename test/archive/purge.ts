import type { SyntheticArchive } from '../support/synthetic'

/** Which runs and trends go: what `Known` (queries/trends/known.ts) says of it is kept. */
export interface Purge {
  /** Runs that started before; microseconds. */
  runsUs?: number
  /** Rows of minutes and hours that begin before; microseconds. */
  minutesUs?: number
  hoursUs?: number
  sessions?: number[]
}

/** Deletes as the retention does, by plain means: trends are written first, coverage says what is gone. */
export function purge({ db, memory }: SyntheticArchive, { runsUs, minutesUs, hoursUs, sessions = [] }: Purge): void {
  const deleteTrends = (resolution: number, key: string, us: number): void => {
    const second = Math.ceil(us / 1e6 / resolution) * resolution
    db.prepare('DELETE FROM rollups WHERE resolution = ? AND bucket < ?').run(resolution, second)
    db.prepare('INSERT INTO meta (k, v) VALUES (?, ?) ON CONFLICT (k) DO UPDATE SET v = max(v, excluded.v)').run(
      key,
      second,
    )
  }
  db.transaction(() => {
    memory.trends.flush()
    if (runsUs !== undefined) {
      deleteRows(db, db.prepare<[number], number>('SELECT id FROM runs WHERE started_us < ?').pluck().all(runsUs))
    }
    if (minutesUs !== undefined) deleteTrends(60, 'trends.minute.from', minutesUs)
    if (hoursUs !== undefined) deleteTrends(3600, 'trends.hour.from', hoursUs)
    for (const session of sessions) db.prepare('DELETE FROM rollups WHERE resolution = 0 AND bucket = ?').run(session)
  }).immediate()
  memory.forget()
}

/** Deletes runs by their ids, with their zone map; trends stay. */
export function deleteRuns({ db, memory }: SyntheticArchive, ids: number[]): void {
  db.transaction(() => {
    memory.trends.flush()
    deleteRows(db, ids)
  }).immediate()
  memory.forget()
}

function deleteRows(db: SyntheticArchive['db'], ids: number[]): void {
  const gone = db
    .prepare<[string], { stream: number; fromUs: number; toUs: number }>(
      `SELECT id / 1099511627776 AS stream, min(started_us) AS fromUs, max(started_us) AS toUs FROM runs
       WHERE id IN (SELECT value FROM json_each(?)) GROUP BY 1`,
    )
    .all(JSON.stringify(ids))
  db.prepare('DELETE FROM runs WHERE id IN (SELECT value FROM json_each(?))').run(JSON.stringify(ids))
  db.prepare('DELETE FROM failures WHERE run_id NOT IN (SELECT id FROM runs)').run()
  db.exec(`DELETE FROM blocks WHERE NOT EXISTS (SELECT 1 FROM runs WHERE id / 4096 = block)`)
  db.exec(`UPDATE blocks SET n = (SELECT count(*) FROM runs WHERE id / 4096 = block)`)
  for (const { stream, fromUs, toUs } of gone) {
    db.prepare(`UPDATE coverage SET from_us = max(from_us, ?) WHERE stream_id = ? AND kind = 'runs'`).run(
      toUs + 1,
      stream,
    )
    const changed = db
      .prepare(
        `UPDATE coverage SET from_us = min(from_us, ?), to_us = max(to_us, ?) WHERE stream_id = ? AND kind = 'trends'`,
      )
      .run(fromUs, toUs, stream)
    if (changed.changes > 0) continue
    db.prepare(`INSERT INTO coverage (stream_id, kind, from_us, to_us) VALUES (?, 'trends', ?, ?)`).run(
      stream,
      fromUs,
      toUs,
    )
  }
}
