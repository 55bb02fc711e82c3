import { SECOND_US, MINUTE_US, DAY_US } from '@shared/time'

/** How far back the usual is learnt from. */
export const BASELINE_US = 7 * DAY_US
/** A session's first seconds, in which failures are not looked at: entities and apps are still coming up. */
export const GRACE_US = 60 * SECOND_US
/** Runs are stored up to 5 s after they end and read some seconds later: until then the present is not known. */
export const BEHIND_US = 10 * SECOND_US
/** What is older than this when it is read is history and not news. */
export const LATE_US = 10 * MINUTE_US
