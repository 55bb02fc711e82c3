import { MINUTE_US } from '@shared/time'
import { BEHIND_US } from './time'

/**
 * The time of a run or of a session's start is what a clock said, and that clock may have been wrong. Known for certain are
 * only the order in which Hassette wrote things down, and that none of them lies ahead of us. The used time of a thing is
 * its own unless that shows it to be ahead; then it is one at which it changes nothing else. All times in microseconds.
 */
export interface ClaimedTime {
  us: number
  /** Only times of one session say something about one another. */
  sessionId: number | null
}

/** What is known when times are read. */
export interface Around {
  /** Newest used time of what was written down before; -Infinity when nothing was. */
  newestUs: number
  /** Our clock. */
  nowUs: number
}

/** How far the last times of a sequence are ahead of our clock as one, and which is the first of them. */
export interface ClockLead {
  us: number
  fromIndex: number
}

/** Number of rows after one, in the order of writing, that tell whether it is ahead. */
export const FOLLOWING = 20
/** The order of writing is no order of time to the second: failed writes are tried again. */
const TOLERANCE_US = MINUTE_US
/** Fewer that follow outvote nothing. */
const FEWEST = 3

const NO_LEAD: ClockLead = { us: 0, fromIndex: Infinity }

/**
 * The used times of the first `count` of a sequence, which is in the order in which it was written down; the rest only
 * follows them. Never later than their own, nor than our clock. The same sequence gives the same in any slices, if each
 * slice is followed by `FOLLOWING` more of it and `newestUs` goes on from the one before.
 */
export function usedTimes(
  times: readonly ClaimedTime[],
  { newestUs, nowUs }: Around,
  { us: leadUs, fromIndex }: ClockLead = NO_LEAD,
  count = times.length,
): number[] {
  let newest = newestUs
  return times.slice(0, count).map((_, index) => {
    const plausible = plausibleTime(times, index, newest)
    const led = index < fromIndex ? plausible : plausible - leadUs
    const used = Math.min(led, nowUs)
    newest = Math.max(newest, used)
    return used
  })
}

/**
 * Whether the end of a sequence lies ahead of our clock, as when Hassette's is fast: from the last jump forward on that is
 * as wide. One alone is no end.
 */
export function clockLeadOf(times: readonly ClaimedTime[], { newestUs, nowUs }: Around): ClockLead {
  if (times.length < FEWEST) return NO_LEAD
  const end = Math.min(...times.slice(-FEWEST).map(({ us }) => us))
  if (end <= nowUs) return NO_LEAD
  const us = end - (nowUs - BEHIND_US)
  let newest = newestUs
  let fromIndex = 0
  for (let index = 0; index < times.length; index++) {
    const plausible = plausibleTime(times, index, newest)
    if (plausible - newest >= us) fromIndex = index
    newest = Math.max(newest, plausible)
  }
  return { us, fromIndex }
}

/**
 * Its own time, unless it is ahead: of most of those that follow it, or of the first that follows and is not itself behind
 * what was before. Then that of the one that follows.
 */
function plausibleTime(times: readonly ClaimedTime[], index: number, newestUs: number): number {
  const { us, sessionId } = times[index] ?? { us: 0, sessionId: null }
  let following = 0
  let earlier = 0
  let isAhead: boolean | null = newestUs === -Infinity ? false : null
  let next: number | null = null
  let lowest: number | null = null
  for (let i = index + 1; i < Math.min(times.length, index + 1 + FOLLOWING); i++) {
    const other = times[i]
    if (other?.sessionId !== sessionId) continue
    following++
    const isEarlier = other.us < us - TOLERANCE_US
    const goesOn = other.us >= newestUs - TOLERANCE_US
    if (goesOn) isAhead ??= isEarlier
    if (!isEarlier) continue
    earlier++
    lowest ??= other.us
    if (goesOn) next ??= other.us
  }
  if (isAhead !== true && (following < FEWEST || earlier * 2 <= following)) return us
  return Math.min(us, next ?? (newestUs === -Infinity ? (lowest ?? us) : newestUs))
}
