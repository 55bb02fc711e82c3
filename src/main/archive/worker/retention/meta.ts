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
