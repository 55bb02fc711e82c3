import type { Tier } from '@shared/run'
import type { Database } from 'better-sqlite3'
import type { AppendRole, ParentsInput, RunBatch, RunInput } from '../batch'
import { createFailureTexts } from './failure-texts'
import { createGroups } from './groups'
import { runId } from './ids'
import { createParents } from './parents'
import { createRecentRuns } from './recent'
import { flagsOf } from './run-codes'
import { createRunLogs } from './run-logs'
import type { RunLogs } from './run-logs'
import { encodeUid } from './uid'
import { createZoneMap } from './zone-map'

/** Bytes of a run without what may hang on it; measured. */
const PLAIN_RUN_BYTES = 32

/** Appends to one epoch of one source. */
export interface Appender {
  /** Brings apps, targets and sessions up to date. */
  update(parents: ParentsInput): void
  /** Whether every run's target and session is known; if not, `update` first. */
  knowsParentsOf(runs: RunInput[]): boolean
  /** Writes a batch and its cursor in one transaction. */
  append(batch: RunBatch): void
  /** Takes log lines that came after their runs. */
  logs: RunLogs
  /** Forgets everything kept in memory, because somebody else wrote to the same source. */
  forget(): void
}

interface Stream {
  id: number
  lastSequence: number
}

/** `nowUs` gives the time of our read, microseconds. */
export function createAppender(
  db: Database,
  sourceId: number,
  epochId: number,
  nowUs: () => number,
  role: AppendRole = 'live',
): Appender {
  const parents = createParents(db, sourceId, epochId)
  const zones = createZoneMap(db)
  const recent = createRecentRuns(db)
  const texts = createFailureTexts(db)
  const groups = createGroups(db, sourceId)
  const logs = createRunLogs(db, epochId)
  const statements = prepareAll(db)
  const streams = new Map<Tier, Stream>()

  const streamOf = (tier: Tier): Stream => {
    const known = streams.get(tier)
    if (known) return known
    // Runs of a backfill would stand before those of an earlier one, so it never goes on with a stream.
    const found = role === 'live' ? statements.findStream.get(epochId, tier) : undefined
    const stream = found ?? {
      id: Number(statements.addStream.run(epochId, tier, role).lastInsertRowid),
      lastSequence: 0,
    }
    streams.set(tier, stream)
    return stream
  }

  const appendRun = (run: RunInput): void => {
    const stream = streamOf(run.tier)
    const id = runId(stream.id, ++stream.lastSequence)
    const targetId = parents.targetOf(run) ?? parents.placeholder(run, nowUs())
    const sessionId = parents.sessionOf(run) ?? null
    const flags = flagsOf(run)
    // Framework successes are many and nobody looks for one by its id.
    const keepsIds = run.tier === 'app' || run.failure !== null
    const uid = keepsIds && run.executionId !== null ? encodeUid(run.executionId) : null
    const context = keepsIds && run.contextId !== null ? encodeUid(run.contextId) : null
    const errorTypeId = texts.typeOf(run.failure?.errorType ?? null)
    const groupId = groups.take(targetId, run, errorTypeId)
    const { startedUs, durationUs, status } = run
    statements.addRun.run(id, targetId, sessionId, startedUs, durationUs, status, flags, groupId, uid, context)
    if (run.failure) texts.write({ runId: id, targetId, errorTypeId, groupId, failure: run.failure })
    logs.write(id, run)
    const bytes = PLAIN_RUN_BYTES + (uid?.length ?? 0) + (context?.length ?? 0) + (run.failure?.message?.length ?? 0)
    zones.add({ id, targetId, startedUs, durationUs, status, flags, bytes })
    recent.add(targetId, { id, endUs: startedUs + durationUs, status, flags })
  }

  const extend = (runs: RunInput[]): void => {
    const sessionEnds = new Map<number, number>()
    const spans = new Map<Tier, { from: number; to: number }>()
    for (const run of runs) {
      const endUs = run.startedUs + run.durationUs
      const sessionId = parents.sessionOf(run)
      if (sessionId !== undefined) sessionEnds.set(sessionId, Math.max(sessionEnds.get(sessionId) ?? 0, endUs))
      const span = spans.get(run.tier)
      if (span) Object.assign(span, { from: Math.min(span.from, run.startedUs), to: Math.max(span.to, endUs) })
      else spans.set(run.tier, { from: run.startedUs, to: endUs })
    }
    for (const [sessionId, endUs] of sessionEnds) parents.extendSession(sessionId, endUs)
    for (const [tier, { from, to }] of spans) {
      const stream = streamOf(tier)
      if (statements.extendCoverage.run(from, to, stream.id).changes === 0) {
        statements.addCoverage.run(stream.id, from, to)
      }
      statements.moveStream.run(stream.lastSequence, stream.id)
    }
  }

  const forget = (): void => {
    for (const part of [parents, zones, recent, texts, groups, logs]) part.forget()
    streams.clear()
  }

  const inTransaction = <T>(work: (input: T) => void): ((input: T) => void) => {
    const transaction = db.transaction(work).immediate
    return (input) => {
      try {
        transaction(input)
      } catch (error) {
        forget()
        throw error
      }
    }
  }

  return {
    update: inTransaction((input: ParentsInput) => parents.update(input, nowUs(), role)),
    knowsParentsOf: (runs) =>
      runs.every(
        (run) =>
          parents.targetOf(run) !== undefined &&
          (run.foreignSessionId === null || parents.sessionOf(run) !== undefined),
      ),
    append: inTransaction(({ runs, cursor }: RunBatch) => {
      for (const run of runs) appendRun(run)
      extend(runs)
      zones.flush()
      recent.flush()
      groups.flush()
      if (cursor) statements.moveCursor.run(cursor.foreignId, cursor.foreignId, cursor.uid, cursor.startedUs, epochId)
    }),
    logs,
    forget,
  }
}

function prepareAll(db: Database) {
  return {
    findStream: db.prepare<[number, Tier], Stream>(
      `SELECT id, last_sequence AS lastSequence FROM streams WHERE epoch_id = ? AND tier = ? AND role = 'live'`,
    ),
    addStream: db.prepare<[number, Tier, AppendRole]>(`INSERT INTO streams (epoch_id, tier, role) VALUES (?, ?, ?)`),
    moveStream: db.prepare<[number, number]>('UPDATE streams SET last_sequence = ? WHERE id = ?'),
    addRun: db.prepare<
      [
        number,
        number,
        number | null,
        number,
        number,
        number,
        number,
        number | null,
        Uint8Array | null,
        Uint8Array | null,
      ]
    >(
      `INSERT INTO runs (id, target_id, session_id, started_us, duration_us, status, flags, group_id, uid, context)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    extendCoverage: db.prepare<[number, number, number]>(
      `UPDATE coverage SET from_us = min(from_us, ?), to_us = max(to_us, ?) WHERE stream_id = ? AND kind = 'runs'`,
    ),
    addCoverage: db.prepare<[number, number, number]>(
      `INSERT INTO coverage (stream_id, kind, from_us, to_us) VALUES (?, 'runs', ?, ?)`,
    ),
    moveCursor: db.prepare<[number, number, string | null, number, number]>(
      `UPDATE epochs SET last_foreign_id = ?, anchor_id = ?, anchor_uid = ?, anchor_started_us = ? WHERE id = ?`,
    ),
  }
}
