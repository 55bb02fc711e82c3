import { MINUTE_US, HOUR_US, DAY_US, HOUR_MS } from '@shared/time'
import type { TimeWait } from '@shared/storage'
import type { Readable, Writable } from '../core/database'
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
interface TimeOrigin {
  /** Microseconds since 1970; may be set. */
  clockUs: () => number
  /** Milliseconds that only go forward. */
  elapsedMs: () => number
}

const REAL: TimeOrigin = { clockUs: () => Date.now() * 1000, elapsedMs: () => performance.now() }

/** Number of starts that are remembered. */
const STARTS = 16
/** A difference that changed by less is not written again, microseconds. */
const STEP_US = MINUTE_US

/** Asks the judge on behalf of an archive that is open for writing: its evidence lies there, and what it remembers. */
export function createTrustedTime(db: Writable, { clockUs, elapsedMs }: TimeOrigin = REAL): TrustedTime {
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

/** By how much two clocks differ is not told to the second, so that it is not written again and again. */
function rough({ aheadUs, ...waits }: TimeWait): TimeWait {
  return { ...waits, aheadUs: aheadUs === null ? null : Math.round(aheadUs / STEP_US) * STEP_US }
}

function startsOf(text: string | undefined): number[] {
  if (text === undefined) return []
  const found: unknown = JSON.parse(text)
  return Array.isArray(found) ? found.filter((each) => typeof each === 'number') : []
}

function prepareSigns(db: Readable) {
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

/** What a source told last of its own time, microseconds. */
export interface SourceSign {
  sourceId: number
  /** A Hassette is taken to write its file; of others nothing proves that a clock is right today. */
  live: boolean
  /** The heartbeat of its newest session. */
  heartbeatUs: number | null
  /** The newest thing that is known of it: a heartbeat, or the finish of a run. */
  newestUs: number | null
}

/** A look at the clocks. */
interface ClockLook {
  /** Our clock, microseconds since 1970; it may be wrong, and may be set. */
  wallUs: number
  /** Milliseconds that only go forward; on some systems they stand still while the machine sleeps. */
  elapsedMs: number
  signs: readonly SourceSign[]
}

/** What the rules that go by time may take for now. */
export interface ClockVerdict {
  /** Our clock, or less: what is known of the sources, gone on since. Microseconds. */
  nowUs: number
  /** Why nothing may be deleted by its age; null = it may. */
  waits: TimeWait | null
}

interface Moment {
  wallUs: number
  elapsedMs: number
}

/** A source that said nothing new for so long does not live, as far as it can prove a clock, milliseconds. */
const SILENCE_MS = HOUR_MS
/** Hassette's heartbeat comes every 5 minutes: so long a living source gets to object before starts count, milliseconds. */
const OBJECTION_MS = 900_000
/** Starts that lie between one and two days back tell of a clock that went on; a leap would rather lie elsewhere. */
const STARTS_US = [DAY_US, 2 * DAY_US] as const

/**
 * Judges whether our clock can be believed, so that a wrong one deletes nothing. It holds no clock and no file. It is
 * asked again and again, by one process; `earlierStartsUs` is what the clock said at earlier starts.
 *
 * After a start, and after the clock went forward by more than an hour beyond the time that passed, the clock is
 * unproven. A heartbeat of a live source within an hour of it proves it. While no source lives, so does a day in which
 * it went as the time that passed, to a minute, or a start about a day ago.
 */
export function createClockJudge(earlierStartsUs: readonly number[]): (look: ClockLook) => ClockVerdict {
  /** Newest that was heard of each source, and when it was news. Null = it was known when it was first looked at. */
  const heard = new Map<number, { newestUs: number; atMs: number | null }>()
  /** The heartbeat of each source that proved the clock: it does so once. */
  const used = new Map<number, number>()
  let start: Moment | null = null
  /** Since when the clock went as the time that passed. */
  let steady: Moment | null = null
  let proven: (Moment & { by: 'heartbeat' | 'itself' }) | null = null
  let wait: Pick<TimeWait, 'reason' | 'sinceUs'> = { reason: 'clock_unproven', sinceUs: 0 }
  /** No source is known to be further than this. */
  let evidence: { us: number; atMs: number } | null = null

  const evidenceUs = (elapsedMs: number): number =>
    evidence === null ? Infinity : evidence.us + Math.round((elapsedMs - evidence.atMs) * 1000)

  const hear = ({ elapsedMs, signs }: ClockLook): void => {
    for (const { sourceId, newestUs } of signs) {
      const known = heard.get(sourceId)
      if (newestUs === null || known?.newestUs === newestUs) continue
      heard.set(sourceId, { newestUs, atMs: known === undefined ? null : elapsedMs })
      if (evidence === null || newestUs > evidenceUs(elapsedMs)) evidence = { us: newestUs, atMs: elapsedMs }
    }
  }

  const isLiving = ({ sourceId, live }: SourceSign, elapsedMs: number): boolean => {
    const atMs = heard.get(sourceId)?.atMs ?? null
    return live && atMs !== null && elapsedMs - atMs <= SILENCE_MS
  }

  const byHeartbeat = ({ wallUs, signs }: ClockLook): boolean => {
    const near = signs.filter(({ live, heartbeatUs }) => live && isNear(heartbeatUs, wallUs))
    const isNews = near.some(({ sourceId, heartbeatUs }) => used.get(sourceId) !== heartbeatUs)
    // One that is known does not vouch for every small step that follows.
    if (near.length === 0 || (proven !== null && !isNews)) return false
    for (const { sourceId, heartbeatUs } of near) used.set(sourceId, heartbeatUs ?? 0)
    return true
  }

  const byItself = (look: ClockLook, began: Moment, steadySince: Moment): boolean => {
    if ((look.elapsedMs - steadySince.elapsedMs) * 1000 >= DAY_US) return true
    if (look.elapsedMs - began.elapsedMs < OBJECTION_MS || Math.abs(stepBetween(began, look)) > MINUTE_US) return false
    return earlierStartsUs.some((startUs) => {
      const agoUs = began.wallUs - startUs
      return agoUs >= STARTS_US[0] && agoUs <= STARTS_US[1]
    })
  }

  return (look) => {
    const { wallUs, elapsedMs, signs } = look
    if (start === null) wait = { reason: 'clock_unproven', sinceUs: wallUs }
    start ??= { wallUs, elapsedMs }
    steady ??= { wallUs, elapsedMs }
    hear(look)
    if (Math.abs(stepBetween(steady, look)) > MINUTE_US) steady = { wallUs, elapsedMs }
    if (proven !== null && stepBetween(proven, look) > HOUR_US) {
      proven = null
      wait = { reason: 'clock_jumped', sinceUs: wallUs }
    }
    const living = signs.filter((sign) => isLiving(sign, elapsedMs))
    const differs = living.length > 0 && !signs.some((sign) => sign.live && isNear(sign.heartbeatUs, wallUs))
    if (byHeartbeat(look)) proven = { wallUs, elapsedMs, by: 'heartbeat' }
    else if (living.length > 0) {
      // What the clock says of itself counts while nobody who knows better speaks.
      if (differs && proven?.by === 'itself') {
        proven = null
        wait = { reason: 'clock_unproven', sinceUs: wallUs }
      }
    } else if (byItself(look, start, steady)) {
      proven = { wallUs, elapsedMs, by: 'itself' }
      if ((elapsedMs - steady.elapsedMs) * 1000 >= DAY_US) steady = { wallUs, elapsedMs }
    }
    const nowUs = proven?.by === 'itself' ? wallUs : Math.min(wallUs, evidenceUs(elapsedMs))
    if (proven !== null) return { nowUs, waits: null }
    return { nowUs, waits: differs ? differing(wait, living, wallUs) : { ...wait, aheadUs: null } }
  }
}

/** How much further our clock went than the time that passed; negative where it was set back. */
function stepBetween(before: Moment, now: Moment): number {
  return now.wallUs - before.wallUs - (now.elapsedMs - before.elapsedMs) * 1000
}

function isNear(heartbeatUs: number | null, wallUs: number): boolean {
  return heartbeatUs !== null && Math.abs(wallUs - heartbeatUs) <= HOUR_US
}

function differing(wait: Pick<TimeWait, 'sinceUs'>, living: readonly SourceSign[], wallUs: number): TimeWait {
  const newestUs = Math.max(...living.map((sign) => sign.newestUs ?? 0))
  return { reason: 'clock_differs', sinceUs: wait.sinceUs, aheadUs: wallUs - newestUs }
}
