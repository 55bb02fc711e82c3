import type { Tier } from '@shared/run'
import type { Database } from 'better-sqlite3'
import type { AppendRole, ParentsInput, RunBatch, RunInput } from '../../batch'
import { createAnchors } from './anchors'
import { createGroups } from '../derived/error-groups'
import { runId } from '../core/ids'
import { createParents } from './registrations'
import { flagsOf } from '../core/run-codes'
import { createRunLogs } from './run-logs'
import type { RunLogs } from './run-logs'
import { createStreams } from './streams'
import type { Reach, Stream } from './streams'
import { encodeUid } from '../core/execution-id'
import type { WriterMemory } from '../derived/writer-memory'

/** Bytes of a run without what may hang on it; measured. */
const PLAIN_RUN_BYTES = 32

/** Appends to one epoch of one source. */
export interface Appender {
  /** Brings apps, targets and sessions up to date. */
  update(parents: ParentsInput): void
  /** Whether every run's target and session is known; if not, `update` first. */
  knowsParentsOf(runs: RunInput[]): boolean
  /** Writes a batch and its cursor in one transaction. Answers how many of its runs were counted and not kept. */
  append(batch: RunBatch): number
  /** Takes log lines that came after their runs. */
  logs: Pick<RunLogs, 'take' | 'cursor'>
}

/** What an appender is for. */
export interface AppenderOptions {
  sourceId: number
  epochId: number
  /** By default `live`. */
  role?: AppendRole
  /** The time of our read, microseconds. */
  nowUs: () => number
  /**
   * Runs that started before (microseconds), in a session that began before, are past their term already: counted, and
   * not kept. Null keeps all.
   */
  keepsFrom?: (tier: Tier) => number | null
}

/** What the archive calls what a run belongs to. */
interface Owners {
  stream: Stream
  targetId: number
  sessionId: number | null
}

/** All that append on one connection share its `memory`. */
export function createAppender(db: Database, memory: WriterMemory, options: AppenderOptions): Appender {
  const { sourceId, epochId, role = 'live', nowUs, keepsFrom = () => null } = options
  const { zones, recent, texts, trends } = memory
  const parents = createParents(db, sourceId, epochId)
  const streams = createStreams(db, epochId, role)
  const groups = createGroups(db, sourceId)
  const logs = createRunLogs(db, epochId)
  const anchors = createAnchors(db)
  const statements = prepareAll(db)
  let version = memory.version()

  /** Somebody may have undone or deleted what is kept in memory here. */
  const catchUp = (): void => {
    if (version === memory.version()) return
    version = memory.version()
    for (const part of [parents, streams, groups, logs]) part.forget()
  }

  const ownersOf = (run: RunInput): Owners => ({
    stream: streams.of(run.tier),
    targetId: parents.targetOf(run) ?? parents.placeholder(run, nowUs()),
    sessionId: parents.sessionOf(run) ?? null,
  })

  /** A run that is past its term already. */
  const countRun = (run: RunInput, { stream, targetId, sessionId }: Owners): void => {
    const groupId = groups.take(targetId, run, texts.typeOf(run.failure?.errorType ?? null), 'count')
    const { startedUs, durationUs, status } = run
    const none = { sequence: null, id: null }
    const flags = flagsOf(run)
    trends.add({ ...none, streamId: stream.id, targetId, sessionId, startedUs, durationUs, status, flags, groupId })
  }

  const keepRun = (run: RunInput, { stream, targetId, sessionId }: Owners): void => {
    const sequence = ++stream.lastSequence
    const id = runId(stream.id, sequence)
    const flags = flagsOf(run)
    // Framework successes are many and nobody looks for one by its id.
    const keepsIds = run.tier === 'app' || run.failure !== null
    const uid = keepsIds && run.executionId !== null ? encodeUid(run.executionId) : null
    const context = keepsIds && run.contextId !== null ? encodeUid(run.contextId) : null
    const errorTypeId = texts.typeOf(run.failure?.errorType ?? null)
    const groupId = groups.take(targetId, run, errorTypeId, 'keep')
    const { startedUs, durationUs, status } = run
    statements.addRun.run(id, targetId, sessionId, startedUs, durationUs, status, flags, groupId, uid, context)
    if (run.failure) texts.write({ runId: id, targetId, errorTypeId, groupId, failure: run.failure })
    logs.write(id, run)
    const bytes = PLAIN_RUN_BYTES + (uid?.length ?? 0) + (context?.length ?? 0) + (run.failure?.message?.length ?? 0)
    zones.add({ id, targetId, startedUs, durationUs, status, flags, bytes })
    recent.add(targetId, { id, endUs: startedUs + durationUs, status, flags })
    const streamId = stream.id
    trends.add({ streamId, sequence, id, targetId, sessionId, startedUs, durationUs, status, flags, groupId })
  }

  /** A run is no older than its session: a clock that was wrong for a moment costs none. */
  const isWithin = (termUs: number, run: RunInput, sessionId: number | null): boolean => {
    if (run.startedUs >= termUs) return true
    const beganUs = sessionId === null ? undefined : statements.sessionStart.get(sessionId)
    return beganUs !== undefined && beganUs >= termUs && beganUs <= nowUs()
  }

  /** Keeps or counts each run. Answers how many were counted only. */
  const take = (runs: RunInput[]): number => {
    const term = { app: keepsFrom('app') ?? -Infinity, framework: keepsFrom('framework') ?? -Infinity }
    const sessionEnds = new Map<number, number>()
    const reaches = { runs: new Map<Stream, Reach>(), trends: new Map<Stream, Reach>() }
    let counted = 0
    for (const run of runs) {
      const owners = ownersOf(run)
      const keeps = isWithin(term[run.tier], run, owners.sessionId)
      if (keeps) keepRun(run, owners)
      else countRun(run, owners)
      if (!keeps) counted++
      const { stream, sessionId } = owners
      const endUs = run.startedUs + run.durationUs
      if (sessionId !== null) sessionEnds.set(sessionId, Math.max(sessionEnds.get(sessionId) ?? 0, endUs))
      widen(keeps ? reaches.runs : reaches.trends, stream, run.startedUs, endUs)
    }
    for (const [sessionId, endUs] of sessionEnds) parents.extendSession(sessionId, endUs)
    for (const [stream, reach] of reaches.runs) {
      streams.extend(stream, 'runs', reach)
      streams.move(stream)
    }
    for (const [stream, reach] of reaches.trends) streams.extend(stream, 'trends', reach)
    return counted
  }

  const inTransaction = <I, O>(work: (input: I) => O): ((input: I) => O) => {
    const transaction = db.transaction(work).immediate
    return (input) => {
      catchUp()
      try {
        return transaction(input)
      } catch (error) {
        memory.forget()
        throw error
      }
    }
  }

  return {
    update: inTransaction((input: ParentsInput) => parents.update(input, nowUs(), role)),
    knowsParentsOf: (runs) => {
      catchUp()
      return runs.every(
        (run) =>
          parents.targetOf(run) !== undefined &&
          (run.foreignSessionId === null || parents.sessionOf(run) !== undefined),
      )
    },
    append: inTransaction(({ runs, cursor }: RunBatch) => {
      const counted = take(runs)
      zones.flush()
      recent.flush()
      groups.flush()
      trends.flushDue()
      if (cursor) {
        statements.moveCursor.run(cursor.foreignId, epochId)
        anchors.add(epochId, cursor.anchors)
      }
      return counted
    }),
    logs: {
      cursor: logs.cursor,
      take: (...lines) => {
        catchUp()
        return logs.take(...lines)
      },
    },
  }
}

function widen(reaches: Map<Stream, Reach>, stream: Stream, fromUs: number, toUs: number): void {
  const reach = reaches.get(stream)
  if (!reach) {
    reaches.set(stream, { fromUs, toUs })
    return
  }
  reach.fromUs = Math.min(reach.fromUs, fromUs)
  reach.toUs = Math.max(reach.toUs, toUs)
}

type RunRow = [
  id: number,
  targetId: number,
  sessionId: number | null,
  startedUs: number,
  durationUs: number,
  status: number,
  flags: number,
  groupId: number | null,
  uid: Uint8Array | null,
  context: Uint8Array | null,
]

function prepareAll(db: Database) {
  return {
    addRun: db.prepare<RunRow>(
      `INSERT INTO runs (id, target_id, session_id, started_us, duration_us, status, flags, group_id, uid, context)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    sessionStart: db.prepare<[number], number>('SELECT started_us FROM sessions WHERE id = ?').pluck(),
    moveCursor: db.prepare<[number, number]>('UPDATE epochs SET last_foreign_id = ? WHERE id = ?'),
  }
}
