import type { Writable } from '../core/database'
import type { LogInput, RunInput } from '../../batch'
import { keepsLogs, LOGS_OF_A_RUN } from '../../batch'
import { runId } from '../core/ids'
import { decodeUid } from '../core/execution-id'

/** Number of the newest failures that may still get lines. */
const FAILURES = 2000

/**
 * The log lines of failed app runs. Hassette stores lines and runs by different ways, so a line may come before its run
 * or after it. Lines up to the epoch's log cursor are fetched with their run; lines beyond it find their run here.
 */
export interface RunLogs {
  /** Writes the lines that came with a run and remembers it; within a transaction. */
  write(runId: number, run: RunInput): void
  /** Takes those of the lines whose run is known, and moves the cursor of lines; a transaction of its own. */
  take(lines: (LogInput & { executionId: string })[], lookedUpTo: number): number
  /** Up to which line the epoch was read. */
  cursor(): number
  forget(): void
}

interface Failure {
  runId: number
  lines: number
}

export function createRunLogs(db: Writable, epochId: number): RunLogs {
  const addLine = db.prepare<[number, number, string, string, string | null, number | null, string, string | null]>(
    `INSERT INTO run_logs (run_id, at_us, level, logger, function, line, message, error) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const selectCursor = db.prepare<[number], number>('SELECT last_log_id FROM epochs WHERE id = ?').pluck()
  const moveCursor = db.prepare<[number, number]>('UPDATE epochs SET last_log_id = ? WHERE id = ?')
  const selectStreams = db
    .prepare<[number], number>(`SELECT id FROM streams WHERE epoch_id = ? AND tier = 'app' AND role = 'live'`)
    .pluck()
  const selectFailures = db.prepare<[number, number, number], { id: number; uid: Uint8Array; lines: number }>(
    `SELECT r.id, r.uid, (SELECT count(*) FROM run_logs l WHERE l.run_id = r.id) AS lines
     FROM failures f JOIN runs r ON r.id = f.run_id
     WHERE f.run_id BETWEEN ? AND ? AND r.uid IS NOT NULL ORDER BY f.run_id DESC LIMIT ?`,
  )
  /** Oldest first; filled from the archive when it is first asked for. */
  let failures: Map<string, Failure> | null = null

  const known = (): Map<string, Failure> => {
    if (failures) return failures
    const rows = selectStreams
      .all(epochId)
      .flatMap((stream) => selectFailures.all(runId(stream, 0), runId(stream + 1, 0), FAILURES))
    failures = new Map(rows.reverse().map(({ id, uid, lines }) => [decodeUid(uid), { runId: id, lines }]))
    return failures
  }

  const add = (failure: Failure, line: LogInput): boolean => {
    if (failure.lines >= LOGS_OF_A_RUN) return false
    failure.lines++
    addLine.run(failure.runId, line.atUs, line.level, line.logger, line.function, line.line, line.message, line.error)
    return true
  }

  const takeAll = db.transaction((lines: (LogInput & { executionId: string })[], lookedUpTo: number): number => {
    let taken = 0
    for (const line of lines) {
      const failure = known().get(line.executionId)
      if (failure && add(failure, line)) taken++
    }
    moveCursor.run(lookedUpTo, epochId)
    return taken
  }).immediate

  return {
    write: (id, run) => {
      if (!keepsLogs(run) || run.executionId === null) return
      const failure = { runId: id, lines: 0 }
      const all = known()
      all.set(run.executionId, failure)
      if (all.size > FAILURES) all.delete(all.keys().next().value ?? '')
      for (const line of run.logs ?? []) add(failure, line)
    },
    take: (lines, lookedUpTo) => {
      try {
        return takeAll(lines, lookedUpTo)
      } catch (error) {
        failures = null
        throw error
      }
    },
    cursor: () => selectCursor.get(epochId) ?? 0,
    forget: () => {
      failures = null
    },
  }
}
