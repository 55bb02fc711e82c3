import type {
  Anchor,
  AppInput,
  BlockingInput,
  LogInput,
  ParentsInput,
  RunInput,
  SessionInput,
  TargetInput,
} from '@main/archive/batch'
import { fileFacts } from '@main/archive/file-facts'
import { DAY_US } from '@shared/time'
import type { Tier } from '@shared/run'
import type { HassetteFacts, SourceMode } from '@shared/source'
import { openHassetteFile, openHassetteImage, sourceFailure } from './identify'
import {
  anchorOfRow,
  appOf,
  jobOf,
  listenerOf,
  runOf,
  sessionsOf,
  blockingOf,
  logOf,
  toUs,
  durationOf,
} from './mapping'
import type { HassetteSchema } from './schema'
import { prepareAll } from './statements'
import type { Statements } from './statements'

/** Hassette writes its heartbeat every 5 minutes; after 11 it is gone. Also the border between live and snapshot. */
export const SILENCE_US = 660_000_000

/** So far a clock may be ahead of ours; a file from later than that is a recording. */
const FURTHEST_AHEAD_US = DAY_US

/** Log lines looked at by one statement. */
const LOG_SPAN = 2000

/** Reads one Hassette file. Every call is one or a few short statements; none leaves a transaction open. */
export interface HassetteReader {
  readonly userVersion: number
  parents(): ParentsInput
  /**
   * Changes whenever a session, handler, job or manifest came, went, was retired or removed, or a session another status;
   * cheap. A changed schedule, mode or message does not show in it.
   */
  parentsMark(): string
  /** At most `limit` executions beyond an id, in the order in which Hassette wrote them. */
  runsAfter(foreignId: number, limit: number): RunInput[]
  /** At most `limit` executions that started at or after a time (shifted), by their start. */
  runsFrom(startUs: number, limit: number): RunInput[]
  /** By what a run that was read here is known again. */
  anchorOf(run: RunInput): Anchor
  /** The execution or session with this number; null when the file has none. */
  anchorAt(kind: 'run' | 'session', foreignId: number): Anchor | null
  /** The execution of a tier with the highest id from one id to another; null when there is none. */
  newestRunIn(tier: Tier, fromId: number, toId: number): Anchor | null
  /** The sessions with the highest numbers, in order. */
  newestSessions(limit: number): Anchor[]
  /** Lowest and highest id of the executions that are there; null in a table without rows. */
  ids(): { oldest: number; newest: number } | null
  /** The highest id that the file ever gave to an execution. */
  sequence(): number
  /** Newest sign of life: heartbeats and executions, unshifted; null in a file without sessions. */
  newestSignUs(): number | null
  /** Lines of an execution up to a line's id. */
  logsOf(executionId: string, upToId: number): LogInput[]
  /** Lines of executions beyond a line's id, up to which id they were looked at, and whether there are more. */
  logsAfter(foreignId: number): { lines: (LogInput & { executionId: string })[]; lookedUpTo: number; more: boolean }
  newestLogId(): number
  blockingAfter(foreignId: number, limit: number): BlockingInput[]
  /** What can be said about the file at a glance; `breathe` is awaited between its statements. */
  facts(breathe: () => Promise<void>): Promise<Omit<HassetteFacts, 'bytes' | 'mode' | 'copied'>>
  close(): void
}

/** Where a Hassette database is: a file, or an image of one in memory. */
export type HassettePlace = { path: string } | { image: Uint8Array }

/** How a file is read. */
export interface ReaderOptions {
  /** Waits for somebody else's lock, milliseconds. */
  lockWaitMs?: number
  /** Hears how long each call kept the file, milliseconds. */
  onRead?: (milliseconds: number) => void
}

/** Opens the database and looks what its schema has. Throws as `openHassetteFile` does; so does every call. */
export function createHassetteReader(
  place: HassettePlace,
  shiftUs: number,
  { lockWaitMs, onRead }: ReaderOptions = {},
): HassetteReader {
  const path = 'path' in place ? place.path : 'The recording'
  const { db, schema } = 'path' in place ? openHassetteFile(place.path, lockWaitMs) : openHassetteImage(place.image)
  const guard = <T>(read: () => T): T => {
    const began = performance.now()
    try {
      return read()
    } catch (error) {
      throw sourceFailure(error, path)
    } finally {
      onRead?.(performance.now() - began)
    }
  }
  try {
    const statements = guard(() => prepareAll(db, schema))
    return {
      userVersion: schema.userVersion,
      parents: () => readParents(statements, shiftUs, guard),
      parentsMark: () => guard(() => statements.parentsMark.get() ?? ''),
      runsAfter: (foreignId, limit) => {
        const rows = guard(() => statements.runs.all(foreignId, limit))
        return rows.map((row) => runOf(row, shiftUs))
      },
      runsFrom: (startUs, limit) => {
        const rows = guard(() => statements.runsFrom.all((startUs - shiftUs) / 1e6, limit))
        return rows.map((row) => runOf(row, shiftUs))
      },
      anchorOf: ({ tier, foreignId, executionId, startedUs }) => ({
        kind: tier,
        foreignId,
        uid: executionId,
        startedUs: startedUs - shiftUs,
      }),
      anchorAt: (kind, foreignId) => {
        const found = kind === 'run' ? statements.runAnchors.at : statements.sessionAnchors.at
        const row = guard(() => found.get(foreignId))
        return row ? anchorOfRow(row) : null
      },
      newestRunIn: (tier, fromId, toId) => {
        const row = guard(() => statements.runAnchors.newest.get(fromId, toId, Number(tier === 'framework')))
        return row ? anchorOfRow(row) : null
      },
      newestSessions: (limit) =>
        guard(() => statements.sessionAnchors.newest.all(limit))
          .map(anchorOfRow)
          .reverse(),
      ids: () =>
        guard(() => {
          const { oldest, newest } = statements.ids.get() ?? { oldest: null, newest: null }
          return oldest === null || newest === null ? null : { oldest, newest }
        }),
      sequence: () => guard(() => statements.sequence.get() ?? 0),
      newestSignUs: () => guard(() => newestSign(statements)),
      logsOf: (executionId, upToId) =>
        guard(() => statements.logs?.ofRun.all(executionId, upToId) ?? []).map((row) => logOf(row, shiftUs)),
      logsAfter: (foreignId) => {
        const { logs } = statements
        if (!logs) return { lines: [], lookedUpTo: foreignId, more: false }
        const newest = guard(() => logs.newestId.get() ?? 0)
        const lookedUpTo = Math.max(foreignId, Math.min(newest, foreignId + LOG_SPAN))
        if (lookedUpTo === foreignId) return { lines: [], lookedUpTo, more: false }
        const rows = guard(() => logs.between.all(foreignId, lookedUpTo))
        return {
          lines: rows.map((row) => ({ ...logOf(row, shiftUs), executionId: String(row.execution_id) })),
          lookedUpTo,
          more: lookedUpTo < newest,
        }
      },
      newestLogId: () => guard(() => statements.logs?.newestId.get() ?? 0),
      blockingAfter: (foreignId, limit) =>
        guard(() => statements.blocking?.all(foreignId, limit) ?? []).map((row) => blockingOf(row, shiftUs)),
      facts: (breathe) => readFacts(statements, schema, guard, breathe),
      close: () => db.close(),
    }
  } catch (error) {
    db.close()
    throw error
  }
}

/**
 * Live or snapshot, from the newest sign of life in the file and never from its date: a copy made an hour ago of a
 * Hassette that runs is a snapshot, too. Microseconds.
 */
export function modeOf(newestSignUs: number | null, nowUs: number): Exclude<SourceMode, 'sample'> {
  if (newestSignUs === null) return 'snapshot'
  const silenceUs = nowUs - newestSignUs
  return silenceUs > SILENCE_US || silenceUs < -FURTHEST_AHEAD_US ? 'snapshot' : 'live'
}

/**
 * Whether somebody may be writing the file right now, so that reading must leave pauses. An empty `-wal` is what our own
 * connections leave; a running Hassette never cuts its one to nothing.
 */
export function mayBeWritten(path: string, nowMs: number): boolean {
  const wal = fileFacts(`${path}-wal`)
  return wal !== null && wal.size > 0 && nowMs - wal.mtimeMs < SILENCE_US / 1000
}

function readParents(statements: Statements, shiftUs: number, guard: <T>(read: () => T) => T): ParentsInput {
  const sessions: SessionInput[] = sessionsOf(
    guard(() => statements.sessions.all()),
    shiftUs,
  )
  const stop = cleanStop(sessions)
  const targets: TargetInput[] = [
    ...guard(() => statements.listeners.all()).map((row) => listenerOf(row, shiftUs, stop)),
    ...guard(() => statements.jobs.all()).map((row) => jobOf(row, shiftUs, stop)),
  ]
  const apps: AppInput[] = guard(() => statements.manifests?.all() ?? []).map(appOf)
  return { apps, sessions, targets }
}

/** When the newest of the cleanly ended sessions stopped; a later one may have failed before it registered anything. */
function cleanStop(sessions: SessionInput[]): number | null {
  return sessions.findLast((session) => session.ending === 'clean')?.stoppedUs ?? null
}

function newestSign(statements: Statements): number | null {
  const row = statements.newest.get()
  if (!row || row.heartbeat === null) return null
  return Math.max(toUs(row.heartbeat, 0) ?? 0, toUs(row.started, 0) ?? 0)
}

/** Released versions by the schema that they write; of two schemas there is no release. */
const VERSIONS: Record<number, string> = {
  9: '0.48',
  10: '0.49–0.50',
  11: '0.50–0.51',
  12: '0.51–0.55',
  13: '0.56–0.59',
  14: '0.59–0.60',
  15: '0.60',
}

/** Number of spans of time in which a large file is counted, so that no statement holds it for long. */
const SPANS = 16
/** A file whose ids span less than this is counted at once, runs. */
const SMALL = 20_000

/** Facts of a file without its rows being read in; unshifted. */
async function readFacts(
  statements: Statements,
  schema: HassetteSchema,
  guard: <T>(read: () => T) => T,
  breathe: () => Promise<void>,
): Promise<Omit<HassetteFacts, 'bytes' | 'mode' | 'copied'>> {
  const { oldest, newest } = guard(() => statements.starts.get()) ?? { oldest: null, newest: null }
  const last = guard(() => statements.newest.get())
  const ids = guard(() => statements.ids.get())
  const isSmall = (ids?.newest ?? 0) - (ids?.oldest ?? 0) < SMALL
  const countOf = async (tier: Tier): Promise<number> => {
    if (typeof oldest !== 'number' || typeof newest !== 'number') return 0
    const spans = isSmall ? 1 : SPANS
    let count = 0
    for (let span = 0; span < spans; span++) {
      const from = oldest + ((newest - oldest) * span) / spans
      const to = span === spans - 1 ? Number.MAX_VALUE : oldest + ((newest - oldest) * (span + 1)) / spans
      count += guard(() => statements.countStarts.get(tier, from, to)) ?? 0
      await breathe()
    }
    return count
  }
  return {
    schemaVersion: schema.userVersion,
    hassetteVersions: VERSIONS[schema.userVersion] ?? null,
    sessions: guard(() => statements.countSessions.get()) ?? 0,
    appRuns: await countOf('app'),
    frameworkRuns: await countOf('framework'),
    oldestRunUs: toUs(oldest, 0),
    newestRunUs: last && last.started !== null ? (toUs(last.started, 0) ?? 0) + durationOf(last.duration) : null,
  }
}
