import { MINUTE_US } from '@main/util/time'
import type { TimeWait } from '@shared/storage'
import type { Database } from 'better-sqlite3'
import { createClockJudge } from './clock-judge'
import type { ClockVerdict, SourceSign } from './clock-judge'
import { createMetaWriter, META } from '../core/meta'

/** The time of everything that is deleted, or not kept, because of its age. */
export interface TrustedTime {
  /** What our clock says, right or wrong, microseconds. */
  clockUs(): number
  /** What may be taken for now, and whether it may. */
  look(): ClockVerdict
  /** Writes what the reader tells people of it, where that changed; no transaction is open. */
  note(): void
}

/** Where the time comes from. */
export interface TimeOrigin {
  /** Microseconds since 1970; may be set. */
  clockUs: () => number
  /** Milliseconds that only go forward. */
  elapsedMs: () => number
}

const REAL: TimeOrigin = { clockUs: () => Date.now() * 1000, elapsedMs: () => performance.now() }

/** So many starts are remembered. */
const STARTS = 16
/** A difference that changed by less is not written again, microseconds. */
const STEP_US = MINUTE_US

/** Asks the judge on behalf of an archive that is open for writing: its evidence lies there, and what it remembers. */
export function createTrustedTime(db: Database, { clockUs, elapsedMs }: TimeOrigin = REAL): TrustedTime {
  const meta = createMetaWriter(db)
  const selectSigns = prepareSigns(db)
  const earlier = startsOf(meta.text(META.clockStarts))
  const judge = createClockJudge(earlier)
  const starts = JSON.stringify([...earlier, clockUs()].slice(-STARTS))
  let noted: { aheadUs: number; waits: string | null } | null = null

  const look = (): ClockVerdict =>
    judge({
      wallUs: clockUs(),
      elapsedMs: elapsedMs(),
      signs: selectSigns.all().map((sign) => ({ ...sign, live: sign.live === 1 })),
    })

  const write = db.transaction((aheadUs: number, waits: string | null): void => {
    meta.set(META.clockStarts, starts)
    meta.set(META.clockAhead, aheadUs)
    if (waits === null) meta.remove(META.timeWaits)
    else meta.set(META.timeWaits, waits)
  }).immediate

  return {
    clockUs,
    look,
    note: () => {
      const { nowUs, waits } = look()
      const found = { aheadUs: clockUs() - nowUs, waits: waits === null ? null : JSON.stringify(rough(waits)) }
      if (noted?.waits === found.waits && Math.abs(noted.aheadUs - found.aheadUs) < STEP_US) return
      try {
        write(found.aheadUs, found.waits)
        noted = found
      } catch {
        // On a full disk it is written the next time; what is deleted does not hang on it.
      }
    },
  }
}

/** By how much two clocks differ is not told to the second, lest it be written again and again. */
function rough({ aheadUs, ...waits }: TimeWait): TimeWait {
  return { ...waits, aheadUs: aheadUs === null ? null : Math.round(aheadUs / STEP_US) * STEP_US }
}

function startsOf(text: string | undefined): number[] {
  if (text === undefined) return []
  const found: unknown = JSON.parse(text)
  return Array.isArray(found) ? found.filter((each) => typeof each === 'number') : []
}

function prepareSigns(db: Database) {
  // The session that runs, or the one that was added last: what an older one said may come from a clock that was set.
  return db.prepare<[], Omit<SourceSign, 'live'> & { live: number }>(
    `SELECT source.id AS sourceId, source.mode = 'live' AS live,
         coalesce(session.heartbeat_us, session.started_us) AS heartbeatUs,
         max(coalesce(session.heartbeat_us, session.started_us), coalesce(session.last_run_us, 0)) AS newestUs
       FROM sources source JOIN sessions session ON session.id =
         (SELECT s.id FROM epochs e JOIN sessions s ON s.epoch_id = e.id WHERE e.source_id = source.id
          ORDER BY s.ending = 'running' DESC, s.id DESC LIMIT 1)
       WHERE source.removed_us IS NULL AND source.mode <> 'sample'`,
  )
}
