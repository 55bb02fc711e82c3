import type { RetentionLogRow } from '@shared/storage'
import type { Database } from 'better-sqlite3'

interface Stored extends Omit<RetentionLogRow, 'frameworkRuns' | 'upToUs' | 'cancelled'> {
  detail: string
}

/** The log of passes and of other work on the archive, newest first. */
export function createStorageLog(db: Database): (limit: number) => RetentionLogRow[] {
  const select = db.prepare<[number], Stored>(
    `SELECT id, at_us AS atUs, duration_us AS durationUs, reason, bound, runs, coalesce(bytes_before, 0) AS bytesBefore,
       coalesce(bytes_after, 0) AS bytesAfter, detail
     FROM retention_log ORDER BY id DESC LIMIT ?`,
  )
  return (limit) =>
    select.all(limit).map(({ detail, ...row }) => {
      const { frameworkRuns, upToUs, cancelled } = JSON.parse(detail) as Record<string, unknown>
      return {
        ...row,
        frameworkRuns: typeof frameworkRuns === 'number' ? frameworkRuns : 0,
        upToUs: typeof upToUs === 'number' ? upToUs : null,
        cancelled: cancelled === true,
      }
    })
}
