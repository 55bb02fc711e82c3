import type { HassetteState } from '@shared/source'
import type { HassetteSigns } from '../archive/api'

/** Hassette writes a heartbeat every 5 minutes, microseconds; one that is set to beat seldomer shows it. */
const HEARTBEAT_US = 300_000_000
const SLACK_US = 60_000_000
/** How long a Hassette must have ended before that is told: it may only be restarted. Milliseconds. */
const DOWN_TOLD_MS = 600_000
const STOPPED_TOLD_MS = 1_800_000

/** Looks further apart were not close enough to say that we watched in between: the process or the machine stood still. */
const CLOSE_MS = 30_000

/** What is known of one Hassette at a moment. */
export interface HassetteView {
  signs: HassetteSigns
  /** Time that we watched it, awake, since its last sign came; since we began to watch where none came. Milliseconds. */
  silentMs: number
  /** When the last sign came, microseconds by our clock; null where none came while we watched. */
  signUs: number | null
  /** Whether a sign came since we began to watch. */
  sure: boolean
  /** Time that we watched it, awake, since its session was first seen to have ended, milliseconds. */
  endedMs: number
}

/**
 * Whether a Hassette runs (truth: its own words, and else its silence). Silence counts only while we watch: what came
 * before is known to nobody. Times in microseconds by our clock.
 */
export function hassetteState(
  { signs, silentMs, signUs, sure, endedMs }: HassetteView,
  nowUs: number,
): HassetteState | null {
  const { session, offsetUs, newestUs, heartbeatUs } = signs
  if (session === null) return null
  const ours = (us: number): number => Math.min(nowUs, us + (offsetUs ?? 0))
  const newest = signUs ?? ours(newestUs ?? session.startedUs)
  if (session.endedUs === null) {
    const limitUs = 2 * Math.max(HEARTBEAT_US, heartbeatUs) + SLACK_US
    if (silentMs * 1000 < limitUs) {
      const old = !sure && nowUs - newest > limitUs ? newest : null
      return { kind: 'running', sinceUs: ours(session.startedUs), sure, signUs: old }
    }
    return { kind: 'down', how: 'silent', sinceUs: Math.min(nowUs, newest), due: true }
  }
  if (session.ending === 'clean') {
    return { kind: 'stopped', sinceUs: ours(session.endedUs), due: endedMs >= STOPPED_TOLD_MS }
  }
  const how = session.ending === 'killed' ? 'killed' : 'crashed'
  return { kind: 'down', how, sinceUs: ours(Math.max(session.endedUs, newestUs ?? 0)), due: endedMs >= DOWN_TOLD_MS }
}

/**
 * Follows the signs of one Hassette that is watched. `elapsedMs` = milliseconds that only go forward. Time counts as
 * watched only while `state` is asked every half minute or oftener.
 */
export class HassetteWatch {
  #signs: HassetteSigns | null = null
  #signUs: number | null = null
  #sure = false
  #signMs = 0
  #endedMs = 0
  #lookedMs = 0

  /** Signs as the watching tells them. */
  take(signs: HassetteSigns, nowUs: number, elapsedMs: number): void {
    const before = this.#signs
    if (before === null) {
      this.startOver(elapsedMs)
    } else if (signs.count !== before.count) {
      this.#signMs = elapsedMs
      this.#signUs = nowUs
      this.#sure = true
    }
    if (before !== null && signs.session?.endedUs !== before.session?.endedUs) this.#endedMs = elapsedMs
    this.#signs = signs
  }

  /** Nothing is known of the time up to now: it was not watched, or the machine slept. */
  startOver(elapsedMs: number): void {
    this.#signMs = elapsedMs
    this.#endedMs = elapsedMs
    this.#lookedMs = elapsedMs
    this.#sure = false
  }

  /** Nothing of it can be seen any more; the next signs begin anew. */
  forget(): void {
    this.#signs = null
    this.#signUs = null
  }

  /** Our clock less that of Hassette, microseconds; null while that is not known. */
  offsetUs(): number | null {
    return this.#signs?.offsetUs ?? null
  }

  /** Null while nothing is known. */
  state(nowUs: number, elapsedMs: number): HassetteState | null {
    if (this.#signs === null) return null
    if (elapsedMs - this.#lookedMs > CLOSE_MS) this.startOver(elapsedMs)
    this.#lookedMs = elapsedMs
    return hassetteState(
      {
        signs: this.#signs,
        silentMs: elapsedMs - this.#signMs,
        signUs: this.#signUs,
        sure: this.#sure,
        endedMs: elapsedMs - this.#endedMs,
      },
      nowUs,
    )
  }
}
