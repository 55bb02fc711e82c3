import type { Tier } from '@shared/run'
import type { CoverageKind } from '@shared/trends'
import type { Writable } from '../core/database'
import type { AppendRole, ParentsInput, RunBatch, RunInput } from '../../batch'
import { encodeUid } from '../core/execution-id'
import { runId } from '../core/ids'
import { flagsOf } from '../core/run-codes'
import { createGroups } from '../derived/error-groups'
import type { WriterMemory } from '../derived/writer-memory'
import { createAnchors } from './epochs'
import { createRegistrations } from './registrations'
import { createRunLogs } from './run-logs'
import type { RunLogs } from './run-logs'

/** Bytes of a run without what may hang on it; measured. */
const PLAIN_RUN_BYTES = 32

/** Appends to one epoch of one source. */
export interface Appender {
  /** Brings apps, targets and sessions up to date. */
  update(parents: ParentsInput): void
  /** Whether every run's target and session is known; if not, `update` first. */
  knowsParentsOf(runs: RunInput[]): boolean
  /** Writes a batch and its cursor in one transaction. Returns how many of its runs were counted and not kept. */
  append(batch: RunBatch): number
  /** Takes log lines that came after their runs. */
  logs: Pick<RunLogs, 'take' | 'cursor'>
}

/** What an appender is for. */
interface AppenderOptions {
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
export function createAppender(db: Writable, memory: WriterMemory, options: AppenderOptions): Appender {
  const { sourceId, epochId, role = 'live', nowUs, keepsFrom = () => null } = options
  const { zones, recent, texts, trends } = memory
  const registrations = createRegistrations(db, sourceId, epochId)
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
    for (const part of [registrations, streams, groups, logs]) part.forget()
  }

  const ownersOf = (run: RunInput): Owners => ({
    stream: streams.of(run.tier),
    targetId: registrations.targetOf(run) ?? registrations.placeholder(run, nowUs()),
    sessionId: registrations.sessionOf(run) ?? null,
  })

  /** A run that is past its term already. */
  const countRun = (run: RunInput, { stream, targetId, sessionId }: Owners): void => {
    const groupId = groups.take(targetId, run, texts.typeOf(run.failure?.errorType ?? null), 'count')
    const { startedUs, durationUs, status } = run
    const flags = flagsOf(run)
    trends.add({
      sequence: null,
      streamId: stream.id,
      targetId,
      sessionId,
      startedUs,
      durationUs,
      status,
      flags,
      groupId,
    })
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
    if (run.failure) texts.write({ runId: id, errorTypeId, failure: run.failure })
    logs.write(id, run)
    const bytes = PLAIN_RUN_BYTES + (uid?.length ?? 0) + (context?.length ?? 0) + (run.failure?.message?.length ?? 0)
    zones.add({ id, targetId, startedUs, durationUs, status, flags, bytes })
    recent.add(targetId, { id, endUs: startedUs + durationUs, status, flags })
    const streamId = stream.id
    trends.add({ streamId, sequence, targetId, sessionId, startedUs, durationUs, status, flags, groupId })
  }

  /** A run is no older than its session: a clock that was wrong for a moment costs none. */
  const isWithin = (termUs: number, run: RunInput, sessionId: number | null): boolean => {
    if (run.startedUs >= termUs) return true
    const beganUs = sessionId === null ? undefined : statements.sessionStart.get(sessionId)
    return beganUs !== undefined && beganUs >= termUs && beganUs <= nowUs()
  }

  /** Keeps or counts each run. Returns how many were counted only. */
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
    for (const [sessionId, endUs] of sessionEnds) registrations.extendSession(sessionId, endUs)
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
    update: inTransaction((input: ParentsInput) => registrations.update(input, nowUs(), role)),
    knowsParentsOf: (runs) => {
      catchUp()
      return runs.every(
        (run) =>
          registrations.targetOf(run) !== undefined &&
          (run.foreignSessionId === null || registrations.sessionOf(run) !== undefined),
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

function prepareAll(db: Writable) {
  return {
    addRun: db.prepare<RunRow>(
      `INSERT INTO runs (id, target_id, session_id, started_us, duration_us, status, flags, group_id, uid, context)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    sessionStart: db.prepare<[number], number>('SELECT started_us FROM sessions WHERE id = ?').pluck(),
    moveCursor: db.prepare<[number, number]>('UPDATE epochs SET last_foreign_id = ? WHERE id = ?'),
  }
}

/** A stream that is appended to. */
interface Stream {
  id: number
  /** Sequence of its newest run; 0 before the first. */
  lastSequence: number
}

/** From the first start to the last finish of some runs, microseconds. */
interface Reach {
  fromUs: number
  toUs: number
}

/** The streams of one epoch in one role, and how far each reaches. */
interface Streams {
  /** The stream of a tier; made if need be. Within a transaction. */
  of(tier: Tier): Stream
  /** Notes its newest run. */
  move(stream: Stream): void
  /** Notes what it covers: `runs` are kept, `trends` are counted only. */
  extend(stream: Stream, kind: Exclude<CoverageKind, 'gap'>, reach: Reach): void
  /** Forgets everything kept in memory. */
  forget(): void
}

function createStreams(db: Writable, epochId: number, role: AppendRole): Streams {
  const find = db.prepare<[number, Tier], Stream>(
    `SELECT id, last_sequence AS lastSequence FROM streams WHERE epoch_id = ? AND tier = ? AND role = 'live'`,
  )
  const add = db.prepare<[number, Tier, AppendRole]>(`INSERT INTO streams (epoch_id, tier, role) VALUES (?, ?, ?)`)
  const move = db.prepare<[number, number]>('UPDATE streams SET last_sequence = ? WHERE id = ?')
  const extend = db.prepare<[number, number, number, CoverageKind]>(
    `UPDATE coverage SET from_us = min(from_us, ?), to_us = max(to_us, ?) WHERE stream_id = ? AND kind = ?`,
  )
  const cover = db.prepare<[number, CoverageKind, number, number]>(
    `INSERT INTO coverage (stream_id, kind, from_us, to_us) VALUES (?, ?, ?, ?)`,
  )
  const streams = new Map<Tier, Stream>()

  return {
    of: (tier) => {
      const known = streams.get(tier)
      if (known) return known
      // Runs of a backfill would stand before those of an earlier one, so it never goes on with a stream.
      const found = role === 'live' ? find.get(epochId, tier) : undefined
      const stream = found ?? { id: Number(add.run(epochId, tier, role).lastInsertRowid), lastSequence: 0 }
      streams.set(tier, stream)
      return stream
    },
    move: ({ id, lastSequence }) => {
      move.run(lastSequence, id)
    },
    extend: ({ id }, kind, { fromUs, toUs }) => {
      if (extend.run(fromUs, toUs, id, kind).changes === 0) cover.run(id, kind, fromUs, toUs)
    },
    forget: () => streams.clear(),
  }
}
