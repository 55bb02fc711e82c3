import type { HassetteReader } from '@main/sources/hassette-file/reader'
import type { Tier } from '@shared/run'
import type { Writable } from '../core/database'
import type { HassetteSigns, SyncReport } from '../../api'
import type { AppendRole, ParentsInput, RunInput } from '../../batch'
import { createExpected } from '../derived/rollups/expected-starts'
import type { WriterMemory } from '../derived/writer-memory'
import { createAppender } from './append'
import type { Appender } from './append'
import { createBlockingEvents } from './blocking-events'
import { copyRuns } from './copy-runs'
import type { ReadOptions } from './copy-runs'
import { createCountedBefore, createKnownRuns } from './known-runs'
import type { CountedBefore, KnownRuns } from './known-runs'
import { createEpochs } from './epochs'
import type { Epoch } from './epochs'
import { createGaps } from './gaps'
import { createSignReader } from './hassette-signs'
import type { SignReader } from './hassette-signs'

/** Targets can change in ways that their mark does not show (a schedule, a mode); so they are read whole this often. */
const WHOLE_PARENTS_MS = 60_000
const nowUs = (): number => Date.now() * 1000

/** Brings what is new in a Hassette file into the archive. */
interface Sync {
  /** Reads everything beyond the cursor. */
  read(sourceId: number, reader: HassetteReader, options: ReadOptions): Promise<SyncReport>
  /** Reads a copy of a file that the source was read from, of whatever age, and adds what the source lacks. */
  readCopy(sourceId: number, epochId: number, reader: HassetteReader, options: ReadOptions): Promise<SyncReport>
  knownRuns: KnownRuns
  /** What is known of the Hassette behind a source, since it was read last. */
  signs(sourceId: number): HassetteSigns
}

/** What is kept of a source between two readings, so that a small one is cheap. */
interface Kept {
  epochId: number
  appender: Appender
  mark: string | null
  /** Schema of the file, as the archive has it. */
  version: number | null
  wholeAtMs: number
  sessions: number
  targets: number
  signs: SignReader
}

/** What a sync works with. `onCommitted` hears of every batch after its transaction. */
interface SyncOptions {
  memory: WriterMemory
  onCommitted: (sourceId: number, runs: number) => void
  /** The term of a source's runs; see `AppenderOptions`. By default all are kept. */
  keepsFrom?: (sourceId: number, tier: Tier) => number | null
}

export function createSync(db: Writable, { memory, onCommitted, keepsFrom = () => null }: SyncOptions): Sync {
  const epochs = createEpochs(db)
  const knownRuns = createKnownRuns(db)
  const gaps = createGaps(db, knownRuns)
  const counted = createCountedBefore(db)
  const blocking = createBlockingEvents(db)
  const keepVersion = db.prepare<[number, number]>('UPDATE sources SET schema_version = ? WHERE id = ?')
  const heartbeatOf = db.prepare<[number], number | null>('SELECT heartbeat_us FROM sources WHERE id = ?').pluck()
  const keepHeartbeat = db.prepare<[number, number]>('UPDATE sources SET heartbeat_us = ? WHERE id = ?')
  const kept = new Map<number, Kept>()
  const trends = createRollupUpkeep(db, memory, nowUs)

  const appenderFor = (sourceId: number, epochId: number, role: AppendRole): Appender =>
    createAppender(db, memory, {
      sourceId,
      epochId,
      role,
      nowUs,
      keepsFrom: (tier) => keepsFrom(sourceId, tier),
    })

  const keptFor = (sourceId: number, epochId: number): Kept => {
    const known = kept.get(sourceId)
    if (known?.epochId === epochId) return known
    const made: Kept = {
      epochId,
      appender: appenderFor(sourceId, epochId, 'live'),
      mark: null,
      version: null,
      wholeAtMs: -Infinity,
      sessions: 0,
      targets: 0,
      signs: createSignReader(heartbeatOf.get(sourceId) ?? 0),
    }
    kept.set(sourceId, made)
    return made
  }

  /** Sessions, handlers, jobs and apps, if any of them changed; returns what they are now, null if they were not read. */
  const updateParents = (state: Kept, reader: HassetteReader, whole = false): ParentsInput | null => {
    const mark = reader.parentsMark()
    const now = performance.now()
    if (!whole && mark === state.mark && now - state.wholeAtMs < WHOLE_PARENTS_MS) return null
    const parents = reader.parents()
    epochs.noteSessions(state.epochId, reader)
    state.appender.update(parents)
    Object.assign(state, {
      mark,
      wholeAtMs: now,
      sessions: parents.sessions.length,
      targets: parents.targets.length,
    })
    return parents
  }

  /** Returns whether there were any that are new. */
  const copyLogs = async (appender: Appender, reader: HassetteReader, { context, pauseMs }: ReadOptions) => {
    const begin = appender.logs.cursor()
    for (let cursor = begin; ;) {
      const { lines, lookedUpTo, more } = reader.logsAfter(cursor)
      if (lookedUpTo === cursor) return cursor !== begin
      appender.logs.take(lines, lookedUpTo)
      if (!more) return true
      cursor = lookedUpTo
      await context.pause(pauseMs)
    }
  }

  const read = async (sourceId: number, reader: HassetteReader, options: ReadOptions): Promise<SyncReport> => {
    const began = performance.now()
    const breathe = () => options.context.pause(options.pauseMs)
    const epoch = epochs.of(sourceId, reader, nowUs(), (epochId) =>
      gaps.noteRecreated(sourceId, epochId, reader, options.seenUs ?? null, nowUs()),
    )
    const state = keptFor(sourceId, epoch.id)
    const { appender } = state
    const before = updateParents(state, reader)
    const { newestEndUs, ...copied } = await copyRuns({
      ...options,
      reader,
      appender,
      after: gaps.note(sourceId, epoch, reader, nowUs()),
      lacking: lackingIn(sourceId, epoch, reader),
      refresh: () => appender.update(reader.parents()),
      onBatch: (count) => onCommitted(sourceId, count),
    })
    const hasLogs = await copyLogs(appender, reader, options)
    const stalls = await blocking.copy(sourceId, epoch.id, reader, breathe)
    // What stood there before the runs may have ended meanwhile.
    const after = updateParents(state, reader, options.whole)
    state.signs.take({
      nowUs: nowUs(),
      elapsedMs: performance.now(),
      wasSeen: options.wasSeen ?? false,
      sessions: (after ?? before)?.sessions ?? null,
      newestEndUs,
      others: hasLogs || stalls > 0,
    })
    const { heartbeatUs } = state.signs.signs()
    if (heartbeatUs > (heartbeatOf.get(sourceId) ?? 0)) keepHeartbeat.run(heartbeatUs, sourceId)
    if (reader.userVersion !== state.version) {
      keepVersion.run(reader.userVersion, sourceId)
      state.version = reader.userVersion
    }
    await trends.afterReading(sourceId, breathe)
    return {
      ...copied,
      sessions: state.sessions,
      targets: state.targets,
      milliseconds: Math.round(performance.now() - began),
    }
  }

  /** After a backup was put back, its rows are there already. Nothing was counted of a file that was made anew. */
  const lackingIn = (sourceId: number, epoch: Epoch, reader: HassetteReader): ((runs: RunInput[]) => RunInput[]) => {
    let isCounted: ReturnType<CountedBefore> | null = null
    return (runs) => {
      if (!runs.some((run) => run.foreignId <= epoch.maybeKnownUpTo)) return runs
      isCounted ??= epochs.continuesEarlier(sourceId, epoch, reader) ? counted(sourceId, epoch.id) : () => false
      const isOld = isCounted
      const known = knownRuns.of(sourceId, runs)
      return runs.filter((run) => !known.has(run) && !isOld(run))
    }
  }

  const readCopy: Sync['readCopy'] = async (sourceId, epochId, reader, options) => {
    const began = performance.now()
    const newest = epochs.newest(sourceId)
    const goesOn = newest?.id === epochId && epochs.isSame(newest, reader) && reader.sequence() > newest.lastForeignId
    const report = goesOn ? await read(sourceId, reader, options) : { runs: 0, trendsOnly: 0 }
    const isCounted = counted(sourceId, null)
    const parents = reader.parents()
    const role = 'backfill'
    const appender = appenderFor(sourceId, epochId, role)
    appender.update(parents)
    const copied = await copyRuns({
      ...options,
      reader,
      appender,
      role,
      after: 0,
      lacking: (batch) => {
        const known = knownRuns.of(sourceId, batch)
        return batch.filter((run) => !known.has(run) && !isCounted(run))
      },
      refresh: () => appender.update(reader.parents()),
      onBatch: (count) => onCommitted(sourceId, count),
    })
    if (copied.runs > 0) trends.historyAdded(sourceId)
    await trends.afterReading(sourceId, () => options.context.pause(options.pauseMs))
    return {
      runs: report.runs + copied.runs,
      trendsOnly: report.trendsOnly + copied.trendsOnly,
      sessions: parents.sessions.length,
      targets: parents.targets.length,
      milliseconds: Math.round(performance.now() - began),
    }
  }

  return {
    read,
    readCopy,
    knownRuns,
    signs: (sourceId) => (kept.get(sourceId)?.signs ?? createSignReader(heartbeatOf.get(sourceId) ?? 0)).signs(),
  }
}

/** After a reading no more runs than these wait to be counted: each query of trends has to add them up. */
const MOST_WAITING = 1000

/** What is to be done about trends when a source was read to its end. */
interface RollupUpkeep {
  /** Writes what waits, and counts the starts that were expected, in turns; `breathe` is awaited between them. */
  afterReading(sourceId: number, breathe: () => Promise<void>): Promise<void>
  /** Runs older than what was read were added, perhaps of sessions that were not known. */
  historyAdded(sourceId: number): void
}

/** `nowUs` gives the time, microseconds. */
function createRollupUpkeep(db: Writable, memory: WriterMemory, nowUs: () => number): RollupUpkeep {
  const { trends } = memory
  const flush = db.transaction(() => trends.flush()).immediate
  const expected = createExpected(db, () => trends.flush(), nowUs)

  const orForget = <T>(work: () => T): T => {
    try {
      return work()
    } catch (error) {
      memory.forget()
      throw error
    }
  }

  return {
    afterReading: async (sourceId, breathe) => {
      if (trends.isDue(MOST_WAITING)) orForget(() => flush())
      while (orForget(() => expected.advance(sourceId))) await breathe()
    },
    historyAdded: expected.again,
  }
}
