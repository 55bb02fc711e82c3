/** What the notifying remembers. Times by our clock, microseconds since 1970. */
export interface NotifyState {
  /** Our clock at the last batch. */
  nowUs: number
  /** Notifications that were heard, within the last hour. */
  sentUs: number[]
  /** No more until then: there were too many. */
  cappedUntilUs: number | null
  /** Somebody wants none until then. */
  pausedUntilUs: number | null
  /** Whether the last batch came in quiet hours. */
  quiet: boolean
  /** Incidents that quiet hours held back. */
  held: number[]
  /** Incidents by source that began while nobody looked. */
  away: Record<string, number[]>
  /** When it was last told that something was written late. */
  lateToldUs: number
}

export function createNotifyState(): NotifyState {
  return {
    nowUs: 0,
    sentUs: [],
    cappedUntilUs: null,
    pausedUntilUs: null,
    quiet: false,
    held: [],
    away: {},
    lateToldUs: 0,
  }
}
