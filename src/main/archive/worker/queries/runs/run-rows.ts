import type { RunRow } from '@shared/run'
import type { Database } from 'better-sqlite3'
import { marksOf, statusOf } from '../../core/run-codes'
import type { StoredRun } from './block-statements'
import type { Directory } from '../directory'

/** Longest first line of a message in a list, characters. */
const LINE_LENGTH = 200

interface FailureLine {
  errorType: string | null
  message: string | null
}

/** Turns stored runs into rows for a list. */
export function createRunRows(db: Database, directory: Directory): (run: StoredRun) => RunRow {
  const failure = db.prepare<[number], FailureLine>(
    `SELECT et.name AS errorType, substr(f.message, 1, ${LINE_LENGTH * 5}) AS message
     FROM failures f LEFT JOIN error_types et ON et.id = f.error_type_id WHERE f.run_id = ?`,
  )

  return (run) => {
    const target = directory.target(run.targetId)
    const status = statusOf(run.status)
    const failed = status === 'ok' || status === 'skipped' ? undefined : failure.get(run.id)
    const { dependencyFailure, manual, threadLeaked } = marksOf(run.flags)
    return {
      id: run.id,
      targetId: run.targetId,
      kind: target?.kind ?? 'handler',
      tier: target?.tier ?? 'app',
      appKey: target?.appKey ?? '',
      instanceIndex: target?.instanceIndex ?? 0,
      instanceCount: target?.instanceCount ?? 1,
      targetName: target?.name ?? '',
      startedUs: run.startedUs,
      durationUs: run.durationUs,
      status,
      dependencyFailure,
      manual,
      threadLeaked,
      errorType: failed?.errorType ?? null,
      errorLine: firstLine(failed?.message ?? null),
    }
  }
}

/** The first line that says something, at most 200 characters. */
export function firstLine(message: string | null): string | null {
  const line = message?.split(/\r?\n/).find((each) => each.trim() !== '')
  if (line === undefined) return null
  // By code points, lest half a character is left at the end.
  const characters = [...line.trim()]
  return characters.length <= LINE_LENGTH ? line.trim() : `${characters.slice(0, LINE_LENGTH - 1).join('')}…`
}
