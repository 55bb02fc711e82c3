import { DAY_US } from '@shared/time'
import { PASS_PERIODS_US, PASS_REASONS } from '@shared/storage'
import type { Bound, RetentionLogRow, TimeWait } from '@shared/storage'
import type { Readable, Writable } from '../core/database'
import { createMetaReader, createMetaWriter, META } from '../core/meta'

/** Passes that found nothing to do are told of for so long, microseconds. */
const IDLE_KEPT_US = 7 * DAY_US
const ROWS_KEPT = 5000

/** What a pass, or other work on the archive, did, for the log. Sizes in bytes, times in microseconds. */
interface LogEntry {
  atUs: number
  durationUs: number
  reason: RetentionLogRow['reason']
  bound: Bound | null
  runs: number
  frameworkRuns: number
  bytesBefore: number
  bytesAfter: number
  upToUs: number | null
  cancelled: boolean
}

/** What the retention remembers: its log, and when it is due again. */
interface RetentionLog extends Pick<Noted, 'due'> {
  write(entry: LogEntry): void
  /**
   * The rules of a pass are due again after their period; the time rule at once, where it could not do its work yet. Only
   * where it could is the log trimmed, too: that goes by time as well.
   */
  moveDue(rules: readonly Bound[], clockUs: number, timeWaits: boolean): void
  /** Notes whether the archive is over this limit with nothing left to go. */
  noteTooSmall(maxSizeMb: number, tooSmall: boolean): void
}

export function createRetentionLog(db: Writable): RetentionLog {
  const insert = db.prepare<[Record<string, number | string | null>]>(
    `INSERT INTO retention_log (at_us, duration_us, reason, bound, runs, framework_runs, bytes_before, bytes_after,
       up_to_us, cancelled)
     VALUES (@atUs, @durationUs, @reason, @bound, @runs, @frameworkRuns, @bytesBefore, @bytesAfter, @upToUs, @cancelled)`,
  )
  const trimIdle = db.prepare<[number]>(
    `DELETE FROM retention_log WHERE at_us < ? AND bound IS NULL AND runs = 0 AND bytes_after >= bytes_before
       AND reason IN (${PASS_REASONS.map((reason) => `'${reason}'`).join(', ')})`,
  )
  const trim = db.prepare(`DELETE FROM retention_log WHERE id <= (SELECT max(id) FROM retention_log) - ${ROWS_KEPT}`)
  const meta = createMetaWriter(db)

  return {
    write: db.transaction((entry: LogEntry) => {
      insert.run({ ...entry, cancelled: entry.cancelled ? 1 : 0 })
      trim.run()
    }).immediate,
    due: createNoted(db).due,
    moveDue: db.transaction((rules: readonly Bound[], clockUs: number, timeWaits: boolean) => {
      if (rules.includes('size')) meta.set(META.sizeDue, clockUs + PASS_PERIODS_US.size)
      if (!rules.includes('time')) return
      meta.set(META.timeDue, timeWaits ? clockUs : clockUs + PASS_PERIODS_US.time)
      if (!timeWaits) trimIdle.run(clockUs - IDLE_KEPT_US)
    }).immediate,
    noteTooSmall: (maxSizeMb, tooSmall) => {
      meta.set(META.tooSmallMb, tooSmall ? maxSizeMb : 0)
    },
  }
}

/** What was noted of the passes; on either connection. */
interface Noted {
  /** When the next passes are due, microseconds; null = there was none yet. */
  due(): { timeUs: number | null; sizeUs: number | null }
  /** Limits up to this one, MB, are known to be too small; 0 = none is. */
  tooSmallMb(): number
  /** What the writer takes for now, when our clock says `clockUs`, microseconds. */
  nowUs(clockUs: number): number
  /** Why nothing is deleted by its age now; null when it is. */
  timeWaits(): TimeWait | null
}

export function createNoted(db: Readable): Noted {
  const meta = createMetaReader(db)
  return {
    due: () => ({ timeUs: meta.number(META.timeDue) ?? null, sizeUs: meta.number(META.sizeDue) ?? null }),
    tooSmallMb: () => meta.number(META.tooSmallMb) ?? 0,
    nowUs: (clockUs) => clockUs - (meta.number(META.clockAhead) ?? 0),
    timeWaits: () => {
      const text = meta.text(META.timeWaits)
      return text === undefined ? null : (JSON.parse(text) as TimeWait)
    },
  }
}

type Stored = Omit<RetentionLogRow, 'cancelled'> & { cancelled: 0 | 1 }

/** The log of passes and of other work on the archive, newest first. */
export function createRetentionLogReader(db: Readable): (limit: number) => RetentionLogRow[] {
  const select = db.prepare<[number], Stored>(
    `SELECT id, at_us AS atUs, duration_us AS durationUs, reason, bound, runs, framework_runs AS frameworkRuns,
       bytes_before AS bytesBefore, bytes_after AS bytesAfter, up_to_us AS upToUs, cancelled
     FROM retention_log ORDER BY id DESC LIMIT ?`,
  )
  return (limit) => select.all(limit).map((row) => ({ ...row, cancelled: row.cancelled === 1 }))
}
