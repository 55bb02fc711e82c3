import { BARE_TARGET } from '@main/archive/batch'
import type { AppendRole, ParentsInput, RunInput, SessionInput, TargetInput } from '@main/archive/batch'
import { openForWriting, migrate } from '@archive/core'
import type { WriterMemory } from '@archive/derived'
import { createWriterMemory } from '@archive/derived'
import type { Appender } from '@archive/ingest'
import { createAppender } from '@archive/ingest'
import { RUN_STATUSES } from '@shared/run'
import type { Tier } from '@shared/run'
import type { Database } from 'better-sqlite3'

/** 2026-01-01T00:00:00Z in microseconds: the clock of made-up runs. */
export const BEGIN_US = 1_767_225_600_000_000

/** An empty archive with one source, to be filled with made-up runs. */
export interface SyntheticArchive {
  db: Database
  sourceId: number
  /** Shared by all its appenders. */
  memory: WriterMemory
  /** A new epoch with its own streams. */
  epoch(): { id: number; appender: Appender }
  /** A new appender for an epoch; each of role backfill has streams of its own. */
  reopen(epochId: number, role?: AppendRole): Appender
}

/** `nowUs` gives the time of the reads, microseconds: trends of minutes reach back 48 h from it. */
export function createSynthetic(path: string, nowUs = (): number => BEGIN_US): SyntheticArchive {
  const db = openForWriting(path)
  migrate(db, path)
  const added = db
    .prepare(`INSERT INTO sources (name, mode, file_path) VALUES ('synthetic', 'snapshot', ?)`)
    .run(`${path}.source`)
  const sourceId = Number(added.lastInsertRowid)
  const memory = createWriterMemory(db, { nowUs })
  const reopen = (epochId: number, role: AppendRole = 'live') =>
    createAppender(db, memory, { sourceId, epochId, role, nowUs })
  return {
    db,
    sourceId,
    memory,
    epoch: () => {
      const id = Number(
        db.prepare(`INSERT INTO epochs (source_id, first_seen_us, reason) VALUES (?, 0, 'first')`).run(sourceId)
          .lastInsertRowid,
      )
      return { id, appender: reopen(id) }
    },
    reopen,
  }
}

export function madeTarget(foreignId: number, more: Partial<TargetInput> = {}): TargetInput {
  return {
    ...BARE_TARGET,
    foreignId,
    kind: 'handler',
    tier: 'app',
    appKey: `app_${foreignId % 3}`,
    instanceIndex: 0,
    name: `target_${foreignId}`,
    topic: 'topic',
    method: 'method',
    ...more,
  }
}

export function madeSession(foreignId: number, more: Partial<SessionInput> = {}): SessionInput {
  return {
    foreignId,
    startedUs: BEGIN_US,
    stoppedUs: null,
    heartbeatUs: BEGIN_US,
    ending: 'running',
    errorType: null,
    errorMessage: null,
    errorTraceback: null,
    droppedOverflow: 0,
    droppedExhausted: 0,
    droppedShutdown: 0,
    ...more,
  }
}

export function madeParents(targets: TargetInput[], sessions = [madeSession(1)]): ParentsInput {
  return { apps: [], sessions, targets }
}

export function madeRun(foreignId: number, more: Partial<RunInput> = {}): RunInput {
  const status = more.status ?? 0
  const failed = RUN_STATUSES[status] === 'failed' || RUN_STATUSES[status] === 'timed_out'
  return {
    foreignId,
    kind: 'handler',
    foreignTargetId: 1,
    foreignSessionId: 1,
    tier: 'app' satisfies Tier,
    startedUs: BEGIN_US + foreignId * 1000,
    durationUs: 500,
    status,
    dependencyFailure: false,
    manual: false,
    threadLeaked: false,
    origin: null,
    executionId: null,
    contextId: null,
    failure: failed ? { errorType: 'ValueError', message: `message ${foreignId}`, traceback: 'Traceback' } : null,
    ...more,
  }
}

/** A batch whose cursor is its last run. */
export function batchOf(runs: RunInput[]) {
  return { runs, cursor: { foreignId: runs.at(-1)?.foreignId ?? 0, anchors: [] } }
}
