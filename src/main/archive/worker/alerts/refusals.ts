import SQLite from 'better-sqlite3'

/** Where the engine itself fails, again and again: what it cannot take is left out, so that it never stands still. */
export interface Refusals {
  /** Tells the engine what follows a place; counts the failures that are not the archive's. Throws them all the same. */
  tell(place: string, work: () => void): void
  /** Whether what follows a place was tried often enough; it is forgotten with that. */
  giveUp(place: string): boolean
}

/** A look comes every five seconds. */
const TRIES = 3

export function createRefusals(): Refusals {
  const failed = new Map<string, number>()
  return {
    tell: (place, work) => {
      try {
        work()
      } catch (thrown) {
        if (!(thrown instanceof SQLite.SqliteError)) failed.set(place, (failed.get(place) ?? 0) + 1)
        throw thrown
      }
      failed.delete(place)
    },
    giveUp: (place) => (failed.get(place) ?? 0) >= TRIES && failed.delete(place),
  }
}
