import type { HassetteReader } from '@main/sources/hassette-file/reader'
import type { SyncReport } from '../../api'
import { keepsLogs } from '../../batch'
import type { AppendRole, RunInput } from '../../batch'
import type { Appender } from './append'
import type { CallContext } from '../core/serve'

const BATCH = 1000
const LONGEST_STATEMENT_MS = 30

/** How one reading goes. */
export interface ReadOptions {
  /** Between two statements, so that Hassette can checkpoint, milliseconds; 0 when nobody writes. */
  pauseMs: number
  context: Pick<CallContext, 'pause' | 'progress'>
  /** Reads sessions, handlers and jobs whole, though nothing shows that they changed. */
  whole?: boolean
  /** The file was looked at just before: whatever is new was written in between. */
  wasSeen?: boolean
  /** When the file was last seen to hold nothing new, by our clock, microseconds; not given when nobody watched it. */
  seenUs?: number | null
}

/** Which runs of a file go where. */
export interface Copy extends ReadOptions {
  reader: HassetteReader
  appender: Appender
  after: number
  role?: AppendRole
  /** Those of a batch that the source does not have yet. */
  lacking: (runs: RunInput[]) => RunInput[]
  refresh: () => void
  onBatch: (runs: number) => void
}

/** What was copied. */
export interface CopiedRuns extends Pick<SyncReport, 'runs' | 'trendsOnly'> {
  /** Newest finish of what the file had beyond the place, microseconds; null when that was nothing. */
  newestEndUs: number | null
}

/** Copies the runs after a place, a batch a transaction. Returns how many, and how many of them were counted only. */
export async function copyRuns(copy: Copy): Promise<CopiedRuns> {
  const { reader, appender, pauseMs, context, role = 'live' } = copy
  const total = Math.max(0, (reader.ids()?.newest ?? 0) - copy.after)
  let limit = BATCH
  let cursor = copy.after
  let done = 0
  const taken: CopiedRuns = { runs: 0, trendsOnly: 0, newestEndUs: null }
  for (;;) {
    const began = performance.now()
    const wanted = limit
    const found = reader.runsAfter(cursor, wanted)
    const last = found.at(-1)
    if (!last) return taken
    if (performance.now() - began > LONGEST_STATEMENT_MS) limit = Math.max(50, Math.floor(limit / 2))
    const runs = copy.lacking(found)
    // Hassette writes a session or a target before the runs that refer to it.
    if (!appender.knowsParentsOf(runs)) copy.refresh()
    const logCursor = role === 'live' ? appender.logs.cursor() : Number.MAX_SAFE_INTEGER
    for (const run of runs) {
      if (keepsLogs(run) && run.executionId !== null) run.logs = reader.logsOf(run.executionId, logCursor)
    }
    const place = { foreignId: last.foreignId, anchors: found.map((run) => reader.anchorOf(run)) }
    if (role === 'live') taken.trendsOnly += appender.append({ runs, cursor: place })
    else if (runs.length > 0) taken.trendsOnly += appender.append({ runs, cursor: null })
    cursor = last.foreignId
    done += found.length
    taken.runs += runs.length
    for (const { startedUs, durationUs } of found) {
      taken.newestEndUs = Math.max(taken.newestEndUs ?? 0, startedUs + durationUs)
    }
    if (runs.length > 0) copy.onBatch(runs.length)
    context.progress({ done, total: Math.max(total, done) })
    // A Hassette that writes without a pause would keep us here for ever, a run at a time; the next look takes the rest.
    if (found.length < wanted) return taken
    await context.pause(pauseMs)
  }
}
