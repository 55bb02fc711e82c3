import { dirname, join } from 'node:path'
import { createHassetteReader, modeOf } from '@main/sources/hassette-file/reader'
import type { HassetteReader } from '@main/sources/hassette-file/reader'
import { Failure } from '@shared/result'
import type { Tier } from '@shared/run'
import type { HassetteFacts, SourceMode } from '@shared/source'
import type { Writable } from '../core/database'
import type { AddedSource, FileSourceRequest, Pace, RecordingImport, SyncReport, SyncRequest } from '../../api'
import type { RunInput } from '../../batch'
import { databaseVersion, fileFacts, isMissing, realPath } from '../../file-facts'
import { IS_GONE } from '../core/meta'
import type { CallContext } from '../core/serve'
import type { WriterMemory } from '../derived/writer-memory'
import { createEpochs } from './epochs'
import type { KnownRuns } from './known-runs'
import { openSource } from './open-source'
import type { OpenSource } from './open-source'
import { createSync } from './sync'
import { createFileWatcher } from './watch-file'
import type { Look } from './watch-file'

/** While a file is watched the writer thread waits no longer than this for somebody's lock, milliseconds. */
const TAIL_LOCK_WAIT_MS = 100
/** A file that was seen to be written so often while it is watched is the file of a Hassette that runs. */
const WRITES_OF_A_LIVE_ONE = 2
/** Hassette writes a heartbeat every 5 minutes; a copy that is put there again comes seldomer, milliseconds. */
const WRITES_WITHIN_MS = 600_000

interface SourceRow {
  id: number
  mode: SourceMode
  file_path: string | null
  /** By the user, who kept its runs: it is not read. */
  removed: 0 | 1
}

/** The writer's verbs about sources. */
export interface Sources {
  identifyFile(input: { path: string }, context: CallContext): Promise<HassetteFacts>
  addFile(request: FileSourceRequest): Promise<AddedSource>
  syncFile(input: SyncRequest, context: CallContext): Promise<SyncReport>
  watchFile(input: { sourceId: number; shiftUs: number }, context: CallContext): Promise<never>
  setPace(pace: Pace): void
  /** Does something while the source is not being read. */
  inTurn<T>(sourceId: number, work: () => T): Promise<T>
  addRecording(input: { name: string }): { sourceId: number }
  importRecording(input: RecordingImport, context: CallContext): Promise<SyncReport>
}

/** What the sources work with. */
interface SourcesOptions {
  memory: WriterMemory
  /** A folder of ours for copies of files that cannot be read where they are. */
  copies: string
  /** Hears of every batch after its transaction. */
  onCommitted: (sourceId: number, runs: number) => void
  /** Runs of a source that started before are counted, and not kept; null keeps all. */
  keepsFrom?: (sourceId: number, tier: Tier) => number | null
  /** Hears how long each look kept a Hassette file, milliseconds. */
  onRead?: (milliseconds: number) => void
}

export function createSources(db: Writable, { copies, onRead, ...forSync }: SourcesOptions): Sources {
  const statements = prepareAll(db)
  const sync = createSync(db, forSync)
  const epochs = createEpochs(db)
  const watcher = createFileWatcher()
  const inOrder = createQueues()
  /** Version of each source's file when it was last read to its end. */
  const versions = new Map<number, string | null>()
  const listening = onRead ? { onRead } : {}
  const open = (path: string, shiftUs: number, lockWaitMs?: number): Promise<OpenSource> =>
    openSource(path, shiftUs, copies, { ...listening, ...(lockWaitMs === undefined ? {} : { lockWaitMs }) })

  const add = (name: string, mode: SourceMode, path: string | null, schemaVersion: number | null) =>
    Number(statements.addSource.run(name, mode, path, schemaVersion).lastInsertRowid)

  const fileOf = (sourceId: number): SourceRow & { file_path: string } => {
    const source = statements.byId.get(sourceId)
    if (!source || source.removed || source.file_path === null)
      throw new Failure('not_found', 'There is no such source.')
    return { ...source, file_path: source.file_path }
  }

  const goesOn = (sourceId: number, reader: HassetteReader): boolean => {
    const newest = epochs.newest(sourceId)
    return newest === null || epochs.isSame(newest, reader)
  }

  /** The source is read from this file from now on. */
  const takeUp = ({ id: sourceId, file_path: left }: SourceRow, path: string): AddedSource => {
    statements.takeUp.run(path, sourceId)
    return { sourceId, same: false, ...(left === null || left === path ? {} : { left }) }
  }

  /**
   * A snapshot becomes live when it is seen to be written, whatever its dates say: twice, so that a copy that is put in
   * the place of an older one does not count.
   */
  const noteLife = (source: SourceRow, writes: number): boolean => {
    if (source.mode !== 'snapshot') return source.mode === 'live'
    if (writes < WRITES_OF_A_LIVE_ONE) return false
    statements.makeLive.run(source.id)
    return true
  }

  const syncCopy = async (source: SourceRow, path: string, shiftUs: number, context: CallContext) => {
    const { reader, pauseMs, close } = await open(path, shiftUs)
    try {
      const same = findSameInstallation(reader, [source.id], sync.knownRuns)
      if (!same) {
        throw new Failure('invalid_input', `${path} is not of this source.`, 'Add it as a source of its own.')
      }
      return await sync.readCopy(source.id, same.epochId, reader, { pauseMs, context })
    } finally {
      close()
    }
  }

  return {
    identifyFile: async ({ path }, context) => {
      const { reader, copied, pauseMs, close } = await open(realPath(path), 0)
      try {
        const facts = await reader.facts(() => context.pause(pauseMs))
        const bytes = (fileFacts(path)?.size ?? 0) + (fileFacts(`${path}-wal`)?.size ?? 0)
        const mode = likelyMode(realPath(path), reader)
        return { ...facts, bytes, mode, ...(copied ? { copied } : {}) }
      } finally {
        close()
      }
    },

    addFile: async (request) => {
      const path = realPath(request.path)
      const known = statements.byPath.get(path)
      if (known && !known.removed) return { sourceId: known.id, same: false }
      const { reader, close } = await open(path, request.shiftUs)
      try {
        // Removed, and added again: it goes on, unless another Hassette has taken the place.
        if (known && goesOn(known.id, reader)) return takeUp(known, path)
        if (known) statements.leavePath.run(known.id)
        const others = statements.files.all()
        const same = findSameInstallation(
          reader,
          others.map((source) => source.id),
          sync.knownRuns,
        )
        const other = others.find((source) => source.id === same?.sourceId)
        if (other) {
          // It was moved, if nothing is left where it was read before.
          const moved = other.removed || other.file_path === null || isMissing(other.file_path)
          return moved ? takeUp(other, path) : { sourceId: other.id, same: true }
        }
        const mode = request.mode === 'auto' ? likelyMode(path, reader) : request.mode
        return { sourceId: add(request.name, mode, path, reader.userVersion), same: false }
      } finally {
        close()
      }
    },

    syncFile: ({ sourceId, path, shiftUs }, context) =>
      inOrder(sourceId, async () => {
        const source = fileOf(sourceId)
        const other = path === undefined ? source.file_path : realPath(path)
        if (other !== source.file_path) return syncCopy(source, other, shiftUs, context)
        const version = databaseVersion(source.file_path)
        const { reader, copied, pauseMs, close } = await open(source.file_path, shiftUs)
        try {
          const report = await sync.read(sourceId, reader, { pauseMs, context })
          versions.set(sourceId, version)
          return copied ? { ...report, copied } : report
        } finally {
          close()
        }
      }),

    watchFile: ({ sourceId, shiftUs }, context) => {
      const { file_path: path, mode } = fileOf(sourceId)
      const known = { isLive: mode === 'live', signs: sync.signs(sourceId) }
      const countWrites = createWriteCounter(path, known.signs.count)
      const read = ({ last, wasSeen, quietMs }: Look) =>
        inOrder(sourceId, async () => {
          const { reader, pauseMs, close } = await open(path, shiftUs, TAIL_LOCK_WAIT_MS)
          try {
            const quiet = { progress: () => undefined, pause: context.pause }
            const seenUs = quietMs === null ? null : quietMs * 1000
            await sync.read(sourceId, reader, { pauseMs, context: quiet, whole: last, wasSeen, seenUs })
            const signs = sync.signs(sourceId)
            return { isLive: noteLife(fileOf(sourceId), countWrites(wasSeen, signs.count)), signs }
          } finally {
            close()
          }
        })
      return watcher.watch({ path, known, seen: versions.get(sourceId) ?? null, read }, context)
    },

    setPace: watcher.setPace,

    inTurn: (sourceId, work) => inOrder(sourceId, async () => Promise.resolve(work())),

    addRecording: ({ name }) => {
      const known = statements.sample.get()
      return { sourceId: known ? known.id : add(name, 'sample', null, null) }
    },

    importRecording: ({ sourceId, image, shiftUs }, context) =>
      inOrder(sourceId, async () => {
        if (statements.byId.get(sourceId)?.mode !== 'sample') throw new Failure('not_found', 'There is no such source.')
        const reader = createHassetteReader({ image }, shiftUs)
        try {
          return await sync.read(sourceId, reader, { pauseMs: 0, context })
        } finally {
          reader.close()
        }
      }),
  }
}

/** Work on one source goes one after the other: two readings would copy the same rows. */
function createQueues(): <T>(sourceId: number, work: () => Promise<T>) => Promise<T> {
  const queues = new Map<number, Promise<unknown>>()
  return (sourceId, work) => {
    const result = (queues.get(sourceId) ?? Promise.resolve()).then(work)
    queues.set(
      sourceId,
      result.catch(() => undefined),
    )
    return result
  }
}

/**
 * Counts the looks, close together, that find something new of a Hassette in the same file; a copy that takes its place
 * begins anew. Takes whether the file was looked at just before, and how many signs of its Hassette were seen so far.
 */
function createWriteCounter(path: string, signsAtFirst: number): (wasSeen: boolean, signs: number) => number {
  let knownInode = fileFacts(path)?.inode
  let knownSigns = signsAtFirst
  let writes = 0
  let writtenMs = 0
  return (wasSeen, signs) => {
    const inode = fileFacts(path)?.inode
    const nowMs = performance.now()
    if (inode !== knownInode || nowMs - writtenMs > WRITES_WITHIN_MS) writes = 0
    if (inode === knownInode && wasSeen && signs > knownSigns) {
      writes++
      writtenMs = nowMs
    }
    knownInode = inode
    knownSigns = signs
    return writes
  }
}

/** A file beside Hassette's own token is the one that it writes, whatever its dates say; of others they are a guess. */
function likelyMode(path: string, reader: HassetteReader): 'live' | 'snapshot' {
  if (!isMissing(join(dirname(path), '.web_api_token'))) return 'live'
  return modeOf(reader.newestSignUs(), nowUs())
}

function nowUs(): number {
  return Date.now() * 1000
}

const SELECT = 'SELECT s.id, s.mode, s.file_path, s.removed_us IS NOT NULL AS removed FROM sources s'

function prepareAll(db: Writable) {
  return {
    byPath: db.prepare<[string], SourceRow>(`${SELECT} WHERE file_path = ?`),
    sample: db.prepare<[], SourceRow>(`${SELECT} WHERE mode = 'sample' LIMIT 1`),
    byId: db.prepare<[number], SourceRow>(`${SELECT} WHERE id = ?`),
    files: db.prepare<[], SourceRow>(`${SELECT} WHERE mode <> 'sample' AND NOT ${IS_GONE} ORDER BY removed, id`),
    addSource: db.prepare<[string, SourceMode, string | null, number | null]>(
      'INSERT INTO sources (name, mode, file_path, schema_version) VALUES (?, ?, ?, ?)',
    ),
    makeLive: db.prepare<[number]>("UPDATE sources SET mode = 'live' WHERE id = ?"),
    takeUp: db.prepare<[string, number]>('UPDATE sources SET file_path = ?, removed_us = NULL WHERE id = ?'),
    leavePath: db.prepare<[number]>('UPDATE sources SET file_path = NULL WHERE id = ?'),
  }
}

/** Number of the sampled runs that must be there, with the same execution id and start. */
const AGREEING = 20
/** Some may be missing: retention, a gap. */
const SHARE = 0.9
const PLACES = 5
const RUNS_AT_A_PLACE = 8

/** A source that was read from the same Hassette before, and the epoch that the file belongs to. */
interface SameInstallation {
  sourceId: number
  epochId: number
}

/**
 * Whether a file (a copy, the same file by another way) belongs to a source that is known: runs are sampled from the
 * time that both have. Without a common time nothing can be said: null, as for a Hassette that was never seen.
 */
function findSameInstallation(
  reader: HassetteReader,
  sourceIds: readonly number[],
  knownRuns: KnownRuns,
): SameInstallation | null {
  for (const sourceId of sourceIds) {
    const sampled = sample(reader, knownRuns.range(sourceId))
    const known = knownRuns.of(sourceId, sampled)
    if (known.size < AGREEING || known.size < sampled.length * SHARE) continue
    const votes = new Map<number, number>()
    for (const { epochId } of known.values()) votes.set(epochId, (votes.get(epochId) ?? 0) + 1)
    const [winner] = [...votes].sort((a, b) => b[1] - a[1])
    if (winner) return { sourceId, epochId: winner[0] }
  }
  return null
}

/** Runs at places spread evenly over the ids of the common time: starts may lie anywhere in it. */
function sample(reader: HassetteReader, range: { fromUs: number; toUs: number } | null): RunInput[] {
  const ids = reader.ids()
  const first = range && reader.runsFrom(range.fromUs, 1)[0]
  if (!range || !ids || !first) return []
  const end = reader.runsFrom(range.toUs + 1, 1)[0]?.foreignId ?? ids.newest
  const begin = Math.min(first.foreignId, end)
  const sampled = new Map<number, RunInput>()
  for (let place = 0; place < PLACES; place++) {
    const after = begin - 1 + Math.floor(((end - begin) * place) / PLACES)
    for (const run of reader.runsAfter(after, RUNS_AT_A_PLACE)) {
      if (run.startedUs >= range.fromUs && run.startedUs <= range.toUs) sampled.set(run.foreignId, run)
    }
  }
  return [...sampled.values()]
}
