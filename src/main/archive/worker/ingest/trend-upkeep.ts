import type { Database } from 'better-sqlite3'
import { createExpected } from '../derived/rollups/expected-starts'
import type { WriterMemory } from '../derived/writer-memory'

/** After a reading no more runs than these wait to be counted: whoever looks at trends has to add them up each time. */
const MOST_WAITING = 1000

/** What is to be done about trends when a source was read to its end. */
export interface TrendUpkeep {
  /** Writes what waits, and counts the starts that were expected, in turns; `breathe` is awaited between them. */
  afterReading(sourceId: number, breathe: () => Promise<void>): Promise<void>
  /** Runs older than what was read were added, perhaps of sessions that were not known. */
  historyAdded(sourceId: number): void
}

/** `nowUs` gives the time, microseconds. */
export function createTrendUpkeep(db: Database, memory: WriterMemory, nowUs: () => number): TrendUpkeep {
  const { trends } = memory
  const flush = db.transaction(() => trends.flush()).immediate
  const expected = createExpected(db, () => trends.flush(), nowUs)

  const orForget = <T>(work: () => T): T => {
    try {
      return work()
    } catch (error) {
      memory.forget()
      throw error
    }
  }

  return {
    afterReading: async (sourceId, breathe) => {
      if (trends.isDue(MOST_WAITING)) orForget(() => flush())
      while (orForget(() => expected.advance(sourceId))) await breathe()
    },
    historyAdded: expected.again,
  }
}
