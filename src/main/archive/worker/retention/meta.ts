import type { Database } from 'better-sqlite3'

/** What the retention keeps in `meta`. Times in microseconds, unless said otherwise. */
export const META = {
  /**
   * Start of the oldest minute (hour) of which every row is there, seconds: rows of older ones were deleted, and what
   * stands there came later and is not whole. Absent while none was deleted.
   */
  minutesFrom: 'trends.minute.from',
  hoursFrom: 'trends.hour.from',
  /** When the next pass of each rule is due. */
  timeDue: 'retention.time.due',
  sizeDue: 'retention.size.due',
  /** The limit, MB, that the archive was over when nothing was left to go; 0 = it is not. */
  tooSmallMb: 'retention.too_small_mb',
} as const

/** What was noted of the passes; on either connection. */
export interface Noted {
  /** When the next passes are due, microseconds; null = there was none yet. */
  due(): { timeUs: number | null; sizeUs: number | null }
  /** Limits up to this one, MB, are known to be too small; 0 = none is. */
  tooSmallMb(): number
}

export function createNoted(db: Database): Noted {
  const get = db.prepare<[string], number>('SELECT v FROM meta WHERE k = ?').pluck()
  return {
    due: () => ({ timeUs: get.get(META.timeDue) ?? null, sizeUs: get.get(META.sizeDue) ?? null }),
    tooSmallMb: () => get.get(META.tooSmallMb) ?? 0,
  }
}
