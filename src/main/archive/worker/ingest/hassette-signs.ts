import { HOUR_US } from '@main/util/time'
import type { HassetteSigns } from '../../api'
import type { SessionInput } from '../../batch'
import { createClockOffset } from './clock-offset'

/** What one reading of a file found. Times in microseconds by Hassette's clock, `nowUs` by ours. */
export interface Findings {
  nowUs: number
  /** Milliseconds that only go forward. */
  elapsedMs: number
  /** The file was looked at just before: whatever is new was written in between. */
  wasSeen: boolean
  /** As they stand now, by number; null when they were not read since nothing of them changed. */
  sessions: readonly SessionInput[] | null
  /** Newest finish of the runs that came; null when none did. */
  newestEndUs: number | null
  /** Anything else came: a log line, a stall, a handler. */
  others: boolean
}

/** The signs of life of one Hassette, from reading to reading. */
export interface SignReader {
  take(findings: Findings): void
  signs(): HassetteSigns
}

/** A run that comes so long after an end was first seen, and is of later, was no last word of that session. */
const LAST_WORDS_MS = 60_000
/** Two heartbeats were seen to be written so far apart as they say, but for this. */
const HEARTBEAT_SLACK_US = 60_000_000
/** No Hassette is asked to be silent for longer. */
const LONGEST_HEARTBEAT_US = HOUR_US

/** `heartbeatUs` = the longest time between two heartbeats that was seen of this source before. */
export function createSignReader(heartbeatUs: number): SignReader {
  const offset = createClockOffset()
  let count = 0
  let longestUs = heartbeatUs
  let session: SessionInput | null = null
  let newestUs: number | null = null
  /** When the end of `session` was first seen; null while it has none. */
  let endSeenMs: number | null = null
  let overruled = false
  /** The newest heartbeat, if it was seen to be written, and when, by our clock that only goes forward. */
  let beat: { us: number; atMs: number } | null = null

  const takeSession = (next: SessionInput, { nowUs, elapsedMs, wasSeen }: Findings): void => {
    const isSame = session?.foreignId === next.foreignId && session.startedUs === next.startedUs
    if (!isSame) {
      beat = null
      overruled = false
      endSeenMs = null
    }
    const beats = isSame && wasSeen && next.heartbeatUs !== null && next.heartbeatUs > (session?.heartbeatUs ?? 0)
    if (beats && next.heartbeatUs !== null && endOf(next) === null) {
      offset.heartbeat(nowUs - next.heartbeatUs, elapsedMs)
      const apartUs = beat === null ? 0 : next.heartbeatUs - beat.us
      const watchedUs = beat === null ? 0 : (elapsedMs - beat.atMs) * 1000
      if (Math.abs(apartUs - watchedUs) < HEARTBEAT_SLACK_US && apartUs < LONGEST_HEARTBEAT_US) {
        longestUs = Math.max(longestUs, apartUs)
      }
      beat = { us: next.heartbeatUs, atMs: elapsedMs }
    }
    if (endOf(next) === null) endSeenMs = null
    else endSeenMs ??= elapsedMs
    session = next
    newestUs = Math.max(newestUs ?? 0, next.heartbeatUs ?? 0, next.startedUs)
  }

  return {
    take: (findings) => {
      const { nowUs, elapsedMs, wasSeen, sessions, newestEndUs, others } = findings
      if (!wasSeen) beat = null
      const newest = sessions?.at(-1)
      const changed = newest !== undefined && JSON.stringify(newest) !== JSON.stringify(session)
      if (changed || newestEndUs !== null || others) count++
      if (changed) takeSession(newest, findings)
      if (newestEndUs === null) return
      newestUs = Math.max(newestUs ?? 0, newestEndUs)
      if (wasSeen) offset.commit(nowUs - newestEndUs, elapsedMs)
      const endedUs = session === null ? null : endOf(session)
      if (endedUs === null || endSeenMs === null) return
      if (newestEndUs > endedUs && elapsedMs - endSeenMs > LAST_WORDS_MS) overruled = true
    },
    signs: () => {
      const endedUs = session === null || overruled ? null : endOf(session)
      return {
        count,
        newestUs,
        session:
          session === null
            ? null
            : { startedUs: session.startedUs, ending: endedUs === null ? 'running' : session.ending, endedUs },
        heartbeatUs: longestUs,
        offsetUs: offset.us(),
      }
    },
  }
}

/** When a session ended by its own word; a failure that says no time is one that a Hassette survived. */
function endOf({ ending, stoppedUs, heartbeatUs }: SessionInput): number | null {
  if (ending === 'running') return null
  if (ending === 'crashed' && stoppedUs === null) return null
  return Math.max(stoppedUs ?? 0, heartbeatUs ?? 0)
}
