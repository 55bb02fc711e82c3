/**
 * How far the clock of a Hassette is from ours, learnt from what is seen to be committed: arrival less the time that
 * the row carries. Positive = its clock is behind. Microseconds, but for `elapsedMs`, which only goes forward.
 */
export interface ClockOffset {
  /** A heartbeat that was written between two looks: Hassette writes it at the time that it carries. */
  heartbeat(sampleUs: number, elapsedMs: number): void
  /** The newest finish of a commit that was written between two looks; a run may have waited to be committed. */
  commit(sampleUs: number, elapsedMs: number): void
  /** What is known now; null while that is nothing; 0 below a minute, which is less than can be told. */
  us(): number | null
}

/** So many commits must agree before anything is believed, and before something else is. */
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
