/** Where services take the time from. */
export interface Clock {
  /** Microseconds since 1970. */
  nowUs: () => number
  /** Milliseconds that only go forward. */
  elapsedMs: () => number
}

/** The clock of this computer; tests move it on. */
export interface MovableClock extends Clock {
  /** The clock of the wall goes on by so much at once, milliseconds, as when a machine slept. */
  move: (milliseconds: number) => void
  /** So much time passes at once, milliseconds, while the machine is awake. */
  pass: (milliseconds: number) => void
}

export function createMovableClock(): MovableClock {
  let movedMs = 0
  let passedMs = 0
  return {
    nowUs: () => (Date.now() + movedMs + passedMs) * 1000,
    elapsedMs: () => performance.now() + passedMs,
    move: (milliseconds) => {
      movedMs += milliseconds
    },
    pass: (milliseconds) => {
      passedMs += milliseconds
    },
  }
}
