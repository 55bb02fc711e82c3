import type { Snooze } from '@shared/alert'

/** An open incident as the tray names it. */
export interface TrayIncident {
  id: number
  /** Who and what, one line: `kitchen_lights.on_motion fails every run`. */
  title: string
  /** First failure, µs UTC. */
  sinceUs: number
  snooze: Snooze | null
  /** The page that shows it, as the window's router knows it. */
  path: string
}

/** A watched source as the tray names it. */
export interface TraySource {
  name: string
  /**
   * `stopped`: its Hassette was ended and says so; `down`: it ended otherwise, or says nothing any more; `unsure`: its
   * newest sign is old, and it was not watched for long enough to say more; `blind`: nobody can tell what happens there.
   */
  state: 'live' | 'stopped' | 'down' | 'unsure' | 'blind'
  /** Since when, µs UTC; null where it does not matter or is not known. */
  sinceUs: number | null
}

/** Why nothing is recorded: the archive is not open, or cannot be written for now. `why` is a sentence. */
export interface TrayArchive {
  state: 'closed' | 'held'
  why: string
}

/** Everything the tray tells. */
export interface TrayState {
  /** Whether failures are judged at all: else nothing is called fine, and nothing is said of incidents. */
  judged: boolean
  /** All open incidents, the one to name first first. */
  incidents: readonly TrayIncident[]
  sources: readonly TraySource[]
  archive?: TrayArchive | null
  /** When notifications come again, µs UTC; `'resumed'` = when somebody says so; null = they are not paused. */
  paused: number | 'resumed' | null
}

/** What the tray may ask of the alerts. */
export interface QuietControls {
  /** Snoozes every open incident. */
  snooze: (snooze: Snooze) => void
  endSnooze: () => void
  /** µs UTC; null = until resumed. */
  pause: (untilUs: number | null) => void
  resume: () => void
}

/** Keeps what the tray shows, for those who know it and for the tray. */
export interface TrayStateStore {
  current: () => TrayState
  /** Null as long as nobody can snooze or pause anything; the menu then offers neither. */
  controls: () => QuietControls | null
  publish: (state: TrayState) => void
  takeControls: (controls: QuietControls | null) => void
  /** Hears of every change; returns how to stop hearing. */
  onChange: (listener: () => void) => () => void
}

/** Builds a store of which nobody has said anything yet. */
export function createTrayStateStore(): TrayStateStore {
  const listeners = new Set<() => void>()
  let state: TrayState = { judged: false, incidents: [], sources: [], paused: null }
  let controls: QuietControls | null = null
  const tell = (): void => listeners.forEach((listener) => listener())
  return {
    current: () => state,
    controls: () => controls,
    publish: (next) => {
      state = next
      tell()
    },
    takeControls: (next) => {
      controls = next
      tell()
    },
    onChange: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
