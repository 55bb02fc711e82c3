import { mayBeWritten, createHassetteReader, SILENCE_US } from '@main/sources/hassette-file/reader'
import type { HassetteReader } from '@main/sources/hassette-file/reader'
import { Failure } from '@shared/result'
import type { SourceMode } from '@shared/source'
import type { Database } from 'better-sqlite3'
import type { FileSourceRequest, RecordingImport, SyncReport } from '../api'
import { realPath } from '../file-facts'
import { createAppender } from './append'
import type { Appender } from './append'
import type { CallContext } from './serve'

const BATCH = 1000
const LONGEST_STATEMENT_MS = 30
/** Between two statements while Hassette may be writing, lest its WAL cannot be checkpointed. */
const PAUSE_MS = 10

interface SourceRow {
  id: number
  mode: SourceMode
  file_path: string | null
}

interface EpochRow {
  id: number
  last_foreign_id: number
  anchor_id: number | null
  anchor_uid: string | null
  anchor_started_us: number | null
}

/** The writer's verbs about sources. */
export interface Sources {
  addFile(request: FileSourceRequest): { sourceId: number }
  syncFile(input: { sourceId: number; shiftUs: number }, context: CallContext): Promise<SyncReport>
  addRecording(input: { name: string }): { sourceId: number }
  importRecording(input: RecordingImport, context: CallContext): Promise<SyncReport>
}

/** `onCommitted` hears of every batch after its transaction. */
export function createSources(db: Database, onCommitted: (sourceId: number, runs: number) => void): Sources {
  const statements = prepareAll(db)
  const add = (name: string, mode: SourceMode, path: string | null, schemaVersion: number | null) => ({
    sourceId: Number(statements.addSource.run(name, mode, path, schemaVersion, nowUs()).lastInsertRowid),
  })

  const epochFor = (sourceId: number, reader: HassetteReader): EpochRow => {
    const newest = statements.epoch.get(sourceId)
    if (newest && isSameEpoch(newest, reader)) return newest
    const id = Number(statements.addEpoch.run(sourceId, nowUs(), newest ? 'recreated' : 'first').lastInsertRowid)
    return { id, last_foreign_id: 0, anchor_id: null, anchor_uid: null, anchor_started_us: null }
  }

  const copy = async (sourceId: number, reader: HassetteReader, pauseMs: number, context: CallContext) => {
    const began = performance.now()
    const epoch = epochFor(sourceId, reader)
    const appender = createAppender(db, sourceId, epoch.id, nowUs)
    const parents = reader.parents()
    appender.update(parents)
    const runs = await copyRuns({
      reader,
      appender,
      after: epoch.last_foreign_id,
      pauseMs,
      context,
      onBatch: (count) => onCommitted(sourceId, count),
    })
    // What stood there before the runs may have ended meanwhile.
    appender.update(reader.parents())
    statements.markRead.run(reader.userVersion, nowUs(), sourceId)
    return {
      runs,
      sessions: parents.sessions.length,
      targets: parents.targets.length,
      milliseconds: Math.round(performance.now() - began),
    }
  }

  return {
    addFile: (request) => {
      const path = realPath(request.path)
      const known = statements.byPath.get(path)
      if (known) return { sourceId: known.id }
      const reader = createHassetteReader({ path }, request.shiftUs)
      try {
        const mode = request.mode === 'auto' ? modeOf(reader.newestSignUs(), nowUs()) : request.mode
        return add(request.name, mode, path, reader.userVersion)
      } finally {
        reader.close()
      }
    },

    syncFile: async ({ sourceId, shiftUs }, context) => {
      const path = statements.byId.get(sourceId)?.file_path
      if (path === null || path === undefined) throw new Failure('not_found', 'There is no such source.')
      const pauseMs = mayBeWritten(path, Date.now()) ? PAUSE_MS : 0
      const reader = createHassetteReader({ path }, shiftUs)
      try {
        return await copy(sourceId, reader, pauseMs, context)
      } finally {
        reader.close()
      }
    },

    addRecording: ({ name }) => {
      const known = statements.sample.get()
      return known ? { sourceId: known.id } : add(name, 'sample', null, null)
    },

    importRecording: async ({ sourceId, image, shiftUs }, context) => {
      if (statements.byId.get(sourceId)?.mode !== 'sample') throw new Failure('not_found', 'There is no such source.')
      const reader = createHassetteReader({ image }, shiftUs)
      try {
        return await copy(sourceId, reader, 0, context)
      } finally {
        reader.close()
      }
    },
  }
}

/**
 * Live or snapshot, from the newest sign of life in the file and never from its date: a copy made an hour ago of a
 * Hassette that runs is a snapshot, too. Microseconds.
 */
export function modeOf(newestSignUs: number | null, nowUs: number): SourceMode {
  return newestSignUs === null || nowUs - newestSignUs > SILENCE_US ? 'snapshot' : 'live'
}

interface Copy {
  reader: HassetteReader
  appender: Appender
  after: number
  pauseMs: number
  context: CallContext
  onBatch: (runs: number) => void
}

async function copyRuns({ reader, appender, after, pauseMs, context, onBatch }: Copy): Promise<number> {
  const total = reader.countAfter(after)
  let limit = BATCH
  let cursor = after
  let done = 0
  for (;;) {
    const began = performance.now()
    const runs = reader.runsAfter(cursor, limit)
    const last = runs.at(-1)
    if (!last) return done
    const anchor = reader.cursorAt(last.foreignId) ?? { foreignId: last.foreignId, uid: last.executionId, startedUs: 0 }
    if (performance.now() - began > LONGEST_STATEMENT_MS) limit = Math.max(50, Math.floor(limit / 2))
    // Hassette writes a session or a target before the runs that refer to it.
    if (!appender.knowsParentsOf(runs)) appender.update(reader.parents())
    appender.append({ runs, cursor: anchor })
    cursor = last.foreignId
    done += runs.length
    onBatch(runs.length)
    context.progress({ done, total: Math.max(total, done) })
    await context.pause(pauseMs)
  }
}

/**
 * A Hassette file is a new one if the row at our cursor is another than the one we read, or if it never gave out so
 * high a number. That the row is missing says nothing: Hassette's own retention deletes rows.
 */
function isSameEpoch(epoch: EpochRow, reader: HassetteReader): boolean {
  if (epoch.anchor_id === null) return true
  const row = reader.cursorAt(epoch.anchor_id)
  if (row) return row.uid === epoch.anchor_uid && row.startedUs === epoch.anchor_started_us
  return reader.sequence() >= epoch.last_foreign_id
}

function nowUs(): number {
  return Date.now() * 1000
}

function prepareAll(db: Database) {
  return {
    byPath: db.prepare<[string], SourceRow>('SELECT id, mode, file_path FROM sources WHERE file_path = ?'),
    sample: db.prepare<[], SourceRow>("SELECT id, mode, file_path FROM sources WHERE mode = 'sample' LIMIT 1"),
    byId: db.prepare<[number], SourceRow>('SELECT id, mode, file_path FROM sources WHERE id = ?'),
    addSource: db.prepare<[string, SourceMode, string | null, number | null, number]>(
      'INSERT INTO sources (name, mode, file_path, schema_version, added_us) VALUES (?, ?, ?, ?, ?)',
    ),
    markRead: db.prepare<[number, number, number]>('UPDATE sources SET schema_version = ?, read_us = ? WHERE id = ?'),
    epoch: db.prepare<[number], EpochRow>(
      `SELECT id, last_foreign_id, anchor_id, anchor_uid, anchor_started_us FROM epochs
       WHERE source_id = ? ORDER BY id DESC LIMIT 1`,
    ),
    addEpoch: db.prepare<[number, number, string]>(
      'INSERT INTO epochs (source_id, first_seen_us, reason) VALUES (?, ?, ?)',
    ),
  }
}
