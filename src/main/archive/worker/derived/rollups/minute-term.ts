import type { Database } from 'better-sqlite3'
import { bucketAt, RESOLUTION } from './accumulator'

/** Trends of minutes are kept so long, seconds. */
const KEPT_S = 48 * 3600
/** Minutes from this second on are whole; see `META` of the retention, which moves it on as well. */
const KEY = 'trends.minute.from'

/**
 * Which minutes are worth a row: those past their term would be deleted at once, and a history that is read in would
 * consist of them for the most part.
 */
export interface MinuteTerm {
  /** Start of the oldest minute that gets a row, seconds; notes it where it was another. Within a transaction. */
  move(): number
}

/** `nowUs` gives the time, microseconds. */
export function createMinuteTerm(db: Database, nowUs: () => number): MinuteTerm {
  const select = db.prepare<[string], number>('SELECT v FROM meta WHERE k = ?').pluck()
  const write = db.prepare<[string, number]>(
    'INSERT INTO meta (k, v) VALUES (?, ?) ON CONFLICT (k) DO UPDATE SET v = excluded.v',
  )
  return {
    move: () => {
      const nowS = nowUs() / 1_000_000
      const known = select.get(KEY) ?? 0
      // A clock that was ahead for a while has moved it into the future: from the next minute on all is there again.
      const from =
        known > nowS + RESOLUTION.minute
          ? bucketAt(nowS, RESOLUTION.minute) + RESOLUTION.minute
          : Math.max(known, bucketAt(nowS - KEPT_S, RESOLUTION.minute))
      if (from !== known) write.run(KEY, from)
      return from
    },
  }
}
