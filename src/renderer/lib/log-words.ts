import { formatMoment } from '@shared/format'
import { words } from '@shared/messages'
import type { RetentionLogRow } from '@shared/storage'

/** A pass of the retention in plain words: why it ran, and what it did. */
export function logWords(row: RetentionLogRow, nowUs: number): { why: string; what: string } {
  const text = words.storage.log
  switch (row.reason) {
    case 'compact':
    case 'backup':
    case 'restore':
    case 'move':
      return { why: text.byYou, what: ended(row, text.work[row.reason]) }
    case 'source_removed': {
      const gone = removed(row, nowUs)
      return {
        why: text.byYou,
        what: ended(row, gone === null ? text.work.source_removed : `${text.work.source_removed}: ${gone}`),
      }
    }
    default: {
      const gone = removed(row, nowUs)
      if (gone === null) return { why: text.reason[row.reason], what: ended(row, text.nothing) }
      return { why: text.reason[row.reason], what: ended(row, gone) }
    }
  }
}

/** Bytes that a pass gave back; none when the archive grew meanwhile. */
export function freedBytes(row: RetentionLogRow): number {
  return Math.max(0, row.bytesBefore - row.bytesAfter)
}

function removed({ runs, frameworkRuns, upToUs, bound }: RetentionLogRow, nowUs: number): string | null {
  const text = words.storage.log
  const app = runs > frameworkRuns ? text.app(runs - frameworkRuns) : null
  const framework = frameworkRuns > 0 ? text.framework(frameworkRuns) : null
  const what = app !== null && framework !== null ? text.both(app, framework) : (app ?? framework)
  if (what === null) return null
  const because = bound === null ? what : `${what} ${text.bound[bound]}`
  return text.removed(because, upToUs === null ? null : formatMoment(upToUs, nowUs))
}

function ended(row: RetentionLogRow, what: string): string {
  return row.cancelled ? `${what}; ${words.storage.log.cancelled}` : what
}
