/** Lengths of time in microseconds. */
export const SECOND_US = 1_000_000
export const MINUTE_US = 60 * SECOND_US
export const HOUR_US = 60 * MINUTE_US
export const DAY_US = 24 * HOUR_US

/** How far back the usual is learnt from. */
export const BASELINE_US = 7 * DAY_US
/** A session's first seconds, in which failures are not looked at: entities and apps are still coming up. */
export const GRACE_US = 60 * SECOND_US
/** Runs are stored up to 5 s after they end and read some seconds later: until then the present is not known. */
export const BEHIND_US = 10 * SECOND_US
/** What is older than this when it is read is history and not news. */
export const LATE_US = 10 * MINUTE_US
