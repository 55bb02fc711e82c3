let read: () => number = () => Date.now()

/** Now, in microseconds since 1970. The one clock of the window, so that tests can stop it. */
export function nowUs(): number {
  return read() * 1000
}

/** Replaces the clock; milliseconds since 1970. For tests of the window in a plain browser only. */
export function setClock(clock: () => number): void {
  read = clock
}
