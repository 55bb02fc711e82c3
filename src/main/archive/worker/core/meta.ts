import type { TimeWait } from '@shared/storage'
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
  /** What our clock said at the last starts, as JSON. */
  clockStarts: 'clock.starts',
  /** How far our clock is ahead of what may be taken for now. */
  clockAhead: 'clock.ahead',
  /** Why nothing is deleted by its age, as JSON; absent while it is. */
  timeWaits: 'retention.time.waits',
} as const

/** What was noted of the passes; on either connection. */
export interface Noted {
  /** When the next passes are due, microseconds; null = there was none yet. */
  due(): { timeUs: number | null; sizeUs: number | null }
  /** Limits up to this one, MB, are known to be too small; 0 = none is. */
  tooSmallMb(): number
  /** What the writer takes for now, when our clock says `clockUs`, microseconds. */
  nowUs(clockUs: number): number
  /** Why nothing is deleted by its age now; null when it is. */
  timeWaits(): TimeWait | null
}

export function createNoted(db: Database): Noted {
  const get = db.prepare<[string], number>('SELECT v FROM meta WHERE k = ?').pluck()
  const getText = db.prepare<[string], string>('SELECT v FROM meta WHERE k = ?').pluck()
  return {
    due: () => ({ timeUs: get.get(META.timeDue) ?? null, sizeUs: get.get(META.sizeDue) ?? null }),
    tooSmallMb: () => get.get(META.tooSmallMb) ?? 0,
    nowUs: (clockUs) => clockUs - (get.get(META.clockAhead) ?? 0),
    timeWaits: () => {
      const text = getText.get(META.timeWaits)
      return text === undefined ? null : (JSON.parse(text) as TimeWait)
    },
  }
}
