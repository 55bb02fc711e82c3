import { HOUR_US } from '@shared/time'
import type { HassetteSigns } from '../../api'
import type { SessionInput } from '../../batch'

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

/**
 * How far the clock of a Hassette is from ours, learnt from what is seen to be committed: arrival less the time that
 * the row carries. Positive = its clock is behind. Microseconds, but for `elapsedMs`, which only goes forward.
 */
interface ClockOffset {
  /** A heartbeat that was written between two looks: Hassette writes it at the time that it carries. */
  heartbeat(sampleUs: number, elapsedMs: number): void
  /** The newest finish of a commit that was written between two looks; a run may have waited to be committed. */
  commit(sampleUs: number, elapsedMs: number): void
  /** What is known now; null while that is nothing; 0 below a minute, which is less than can be told. */
  us(): number | null
}

/** Number of commits that must agree before an offset is believed, and before another one is. */
const AGREEING = 5
const SPREAD_US = 30_000_000
/** What lies further back says nothing of now, milliseconds. */
const MEMORY_MS = 600_000
/** A heartbeat comes every 5 minutes, and stands against commits until the next but one. */
const HEARTBEAT_MS = 660_000
const NOTICEABLE_US = 60_000_000

interface Sample {
  us: number
  atMs: number
}

export function createClockOffset(): ClockOffset {
  let commits: Sample[] = []
  let heartbeats: Sample[] = []
  let offsetUs: number | null = null

  const learn = (elapsedMs: number): void => {
    heartbeats = heartbeats.filter(({ atMs }) => elapsedMs - atMs < HEARTBEAT_MS).slice(-2)
    commits = commits.filter(({ atMs }) => elapsedMs - atMs < MEMORY_MS).slice(-AGREEING)
    const newest = heartbeats.at(-1)
    const byCommits = commits.length === AGREEING ? agreed(commits) : null
    // Runs may be committed late, all of them by the same time; a heartbeat never is.
    const contradicted = newest !== undefined && byCommits !== null && Math.abs(byCommits - newest.us) > NOTICEABLE_US
    const learnt = byCommits !== null && !contradicted ? byCommits : heartbeats.length === 2 ? agreed(heartbeats) : null
    if (learnt !== null) offsetUs = learnt
  }

  return {
    heartbeat: (us, atMs) => {
      heartbeats.push({ us, atMs })
      learn(atMs)
    },
    commit: (us, atMs) => {
      commits.push({ us, atMs })
      learn(atMs)
    },
    us: () => (offsetUs !== null && Math.abs(offsetUs) < NOTICEABLE_US ? 0 : offsetUs),
  }
}

/** The median of samples that lie close together; null when they do not. */
function agreed(samples: readonly Sample[]): number | null {
  const sorted = samples.map(({ us }) => us).sort((a, b) => a - b)
  const [first = 0] = sorted
  if ((sorted.at(-1) ?? 0) - first >= SPREAD_US) return null
  return sorted[Math.floor(sorted.length / 2)] ?? null
}
